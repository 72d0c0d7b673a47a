import pytest

from themer.base.theme_paths import ancestors, lies_within, slug


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
