"""The catalogue holds everything that the data of real services holds."""

from collections import Counter

import pytest

from sample.services.catalogue import ODDITIES, RANGES, SPELLINGS, all_sets, at_brick_insights
from sample.services.themes import THEMES


def path_of(theme_id: int) -> list[str]:
    """Return the names from the root theme down to a theme."""
    theme = next(theme for theme in THEMES if theme.id == theme_id)
    return [*(path_of(theme.parent_id) if theme.parent_id else []), theme.name]


def test_brick_insights_lists_about_nine_hundred_sets() -> None:
    assert 850 <= len(at_brick_insights()) <= 950


@pytest.mark.parametrize("oddity", ODDITIES)
def test_each_oddity_occurs_as_often_as_its_table_says(oddity: str) -> None:
    assert sum(lego_set.oddity == oddity for lego_set in all_sets().values()) == ODDITIES[oddity][0]


def test_stand_ins_belong_to_different_families() -> None:
    families = [lego_set.family for lego_set in all_sets().values() if lego_set.oddity == "stand-in"]
    assert len(set(families)) == len(families)


def test_more_than_97_percent_of_the_pictures_are_intact() -> None:
    listed = [
        lego_set
        for lego_set in at_brick_insights()
        if lego_set.oddity not in ("elsewhere", "nowhere", "broken promise")
    ]
    bad = [lego_set for lego_set in listed if lego_set.oddity in ("404", "410", "truncated", "page", "pixel")]
    assert len(bad) / len(listed) < 0.03


def test_numbers_have_the_spellings_of_real_numbers() -> None:
    numbers = [lego_set.number for lego_set in SPELLINGS]
    assert {"0011-2", "B001-1", "700.1.2-1"} <= set(numbers) <= set(all_sets())


def test_names_have_commas_quotes_and_letters_outside_ascii() -> None:
    names = "".join(lego_set.name for lego_set in SPELLINGS)
    assert "," in names and '"' in names and not names.isascii()


def test_re_releases_show_the_design_of_another_number() -> None:
    re_releases = [
        lego_set for lego_set in all_sets().values() if lego_set.design_of.rsplit("-", 1)[0] != lego_set.family
    ]
    assert len(re_releases) >= 20 and all(lego_set.design_of in all_sets() for lego_set in re_releases)


def test_variants_share_a_number() -> None:
    families = Counter(lego_set.family for lego_set in all_sets().values() if lego_set.kind != "minifigure")
    assert sum(count > 1 for count in families.values()) >= 20


@pytest.mark.parametrize("names", [["Duplo", "Disney", "Cars"], ["Educational and Dacta", "Service Packs", "Technic"]])
def test_sets_have_themes_at_the_third_level(names: list[str]) -> None:
    assert names in [path_of(theme_range.theme_id) for theme_range in RANGES]


def test_every_theme_has_a_unique_number_and_an_existing_parent() -> None:
    numbers = [theme.id for theme in THEMES]
    assert len(set(numbers)) == len(numbers)
    assert {theme.parent_id for theme in THEMES} <= {None, *numbers}


def test_only_the_oddities_orphan_and_unknown_lack_a_theme() -> None:
    known = {theme.id for theme in THEMES}
    for lego_set in all_sets().values():
        assert (lego_set.theme_id is None) == (lego_set.oddity == "unknown")
        assert (lego_set.theme_id in known) == (lego_set.oddity not in ("unknown", "orphan"))
