import pytest

from themer.base.theme_paths import SEPARATOR, ancestors, lies_within, slug, without_separator


def test_ancestors_are_the_themes_above_the_labels():
    assert ancestors(["Star Wars / Rebels", "Star Wars / Episode I / Pods", "Town"]) == [
        "Star Wars",
        "Star Wars / Episode I",
    ]
    assert ancestors(["Technic/Bionicle", "Bulk Bricks"]) == []


@pytest.mark.parametrize(
    ("theme", "ancestor", "expected"),
    [
        ("Star Wars", "Star Wars", True),
        ("Star Wars / Rebels", "Star Wars", True),
        ("Star Wars 2 / Rebels", "Star Wars", False),
        ("Star Wars", "Star Wars / Rebels", False),
    ],
)
def test_a_theme_is_within_itself_and_the_themes_above_it(theme, ancestor, expected):
    assert lies_within(theme, ancestor) == expected


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Technic/Bionicle", "technic-bionicle"),
        ("Young Childrens", "young-childrens"),
        ("MiniFig", "minifig"),
        ("Star Wars / Episode 4_5", "star-wars-episode-4-5"),
        ("(Poke\u0301mon)", "pok\u00e9mon"),
    ],
)
def test_a_folder_is_named_after_its_label(label, name):
    assert slug(label) == name


@pytest.mark.parametrize("name", ["Dino Attack / Dino 2010", "/ A", "A /", "/", "A  /\u00a0/ B", "Technic/Bionicle"])
def test_a_path_splits_into_the_names_that_it_was_made_of(name):
    steps = ["Root", without_separator(name), "Leaf"]
    assert SEPARATOR.join(steps).split(SEPARATOR) == steps
    assert without_separator("Dino Attack / Dino 2010") == "Dino Attack/Dino 2010"
