"""The catalogue holds what the brief of a real service's data asks for."""

import csv
import gzip
from collections import Counter

import pytest

from sample.catalogue import ODDITIES, RANGES, SPELLINGS, all_sets, at_brick_insights, at_rebrickable
from sample.server import table
from sample.themes import THEMES, path_of


def test_has_about_nine_hundred_sets() -> None:
    assert 850 <= len(at_brick_insights()) <= 950


@pytest.mark.parametrize("oddity", ODDITIES)
def test_has_every_oddity_as_often_as_its_table_says(oddity: str) -> None:
    assert sum(one.oddity == oddity for one in all_sets().values()) == ODDITIES[oddity][0]


def test_stand_ins_belong_to_different_families() -> None:
    families = [one.family for one in all_sets().values() if one.oddity == "stand-in"]
    assert len(set(families)) == len(families)


def test_more_than_97_of_100_pictures_can_be_had() -> None:
    listed = [one for one in at_brick_insights() if one.oddity not in ("elsewhere", "nowhere", "broken promise")]
    bad = [one for one in listed if one.oddity in ("404", "410", "truncated", "page", "pixel")]
    assert len(bad) / len(listed) < 0.03


def test_numbers_are_spelt_as_variously_as_real_ones() -> None:
    numbers = [one.number for one in SPELLINGS]
    assert {"0011-2", "B001-1", "700.1.2-1"} <= set(numbers) <= set(all_sets())


def test_names_have_commas_quotes_and_letters_outside_ascii() -> None:
    names = "".join(one.name for one in SPELLINGS)
    assert "," in names and '"' in names and not names.isascii()


def test_re_releases_show_the_design_of_another_number() -> None:
    again = [one for one in all_sets().values() if one.like.rsplit("-", 1)[0] != one.family]
    assert len(again) >= 20 and all(one.like in all_sets() for one in again)


def test_variants_share_a_number() -> None:
    families = Counter(one.family for one in all_sets().values() if one.kind != "minifigure")
    assert sum(count > 1 for count in families.values()) >= 20


@pytest.mark.parametrize("name", ["Duplo / Disney / Cars", "Educational and Dacta / Service Packs / Technic"])
def test_themes_are_nested_three_deep(name: str) -> None:
    used = {path_of(sold.theme_id) for sold in RANGES}
    assert name in used


def test_every_theme_has_its_parent_and_a_number_of_its_own() -> None:
    numbers = [theme.id for theme in THEMES]
    assert len(set(numbers)) == len(numbers)
    assert {theme.parent_id for theme in THEMES} <= {None, *numbers}


def test_orphans_and_unknown_sets_are_those_of_the_oddities() -> None:
    known = {theme.id for theme in THEMES}
    for one in all_sets().values():
        assert (one.theme_id is None) == (one.oddity == "unknown")
        assert (one.theme_id in known) == (one.oddity not in ("unknown", "orphan"))


def test_tables_hold_what_rebrickable_lists() -> None:
    body = table("sets.csv.gz").body
    rows = list(csv.DictReader(gzip.decompress(body).decode().splitlines()))
    assert [row["set_num"] for row in rows] == [one.number for one in at_rebrickable()]
    assert {row["img_url"] for row in rows if all_sets()[row["set_num"]].oddity == "nowhere"} == {""}
