import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from themer.base.errors import UserError
from themer.base.params import Regroup
from themer.base.params_file import parse_params
from themer.catalogue.theme_tree import ThemeTree, check_rules, require_few_orphans

TABLE = pandas.DataFrame(
    [
        ("1", "Duplo", ""),
        ("2", "Disney", "1"),
        ("3", "Cars", "2"),
        ("4", "Town", ""),
        ("5", "Lost", "99"),
        ("6", "Duplos", ""),
    ],
    columns=["id", "name", "parent_id"],
)


def rules(params: dict, **changes: object) -> Regroup:
    params["regroup"].update(changes)
    return parse_params(params).regroup


def test_a_path_leads_from_the_root_theme_to_the_theme():
    assert ThemeTree.of(TABLE).paths["3"] == ("Duplo", "Disney", "Cars")


def test_a_theme_with_a_missing_parent_is_an_orphan():
    assert "5" not in ThemeTree.of(TABLE).paths


def test_themes_that_lead_back_to_themselves_are_orphans_as_are_those_below():
    rows = [("1", "A", "2"), ("2", "B", "1"), ("3", "Own parent", "3"), ("4", "Below", "1"), ("5", "Root", "")]
    tree = ThemeTree.of(pandas.DataFrame(rows, columns=TABLE.columns))
    assert tree.paths == {"5": ("Root",)} and tree.circular == ("1", "2", "3", "4")


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=30))
def test_every_path_starts_at_a_root_theme_and_ends_at_its_theme(parents):
    rows = [(str(index), f"T{index}", str(parent) if parent < index else "") for index, parent in enumerate(parents)]
    paths = ThemeTree.of(pandas.DataFrame(rows, columns=TABLE.columns)).paths
    roots = {name for _, name, parent in rows if parent == ""}
    assert all(path[0] in roots and path[-1] == f"T{theme}" for theme, path in paths.items())
    assert len(paths) == len(rows)


def test_themes_are_listed_by_their_paths():
    paths = ThemeTree.of(TABLE).all_paths()
    assert paths == ["Duplo", "Duplo / Disney", "Duplo / Disney / Cars", "Duplos", "Town"]


def test_unknown_themes_are_named_with_similar_ones(params):
    wrong = rules(params, groups={"A": ["Dupol"], "B": ["Duplo / Disney / Car"]})
    with pytest.raises(UserError) as error:
        check_rules(wrong, ThemeTree.of(TABLE).all_paths())
    assert '"A": there is no theme "Dupol" (did you mean "Duplo"' in str(error.value)
    assert '"B": there is no theme "Duplo / Disney / Car" (did you mean "Duplo / Disney / Cars"' in str(error.value)


def test_unused_group_rules_are_not_checked(params):
    check_rules(rules(params, by="root"), ThemeTree.of(TABLE).all_paths())


ODD = pandas.DataFrame(
    [("1", "Dino Attack / Dino 2010", ""), ("2", "Space ", "1"), ("3", "a\rb", "2"), ("4", " ", "")],
    columns=TABLE.columns,
)


def test_names_are_plain_text_and_hold_no_separator():
    tree = ThemeTree.of(ODD)
    assert tree.paths["3"] == ("Dino Attack/Dino 2010", "Space", "a b")
    assert {"Dino Attack/Dino 2010 / Space", "Theme 4"} <= set(tree.all_paths())


def test_a_rule_can_name_a_theme_with_a_slash(params):
    check_rules(rules(params, groups={"A": ["Dino Attack/Dino 2010"], "B": ["Theme 4"]}), ThemeTree.of(ODD).all_paths())
    wrong = rules(params, groups={"A": ["Dino Attack / Dino 2010"], "B": ["Theme 4"]})
    with pytest.raises(UserError, match='did you mean "Dino Attack/Dino 2010"'):
        check_rules(wrong, ThemeTree.of(ODD).all_paths())


@pytest.mark.parametrize(("orphans", "sets"), [(719, 28_098), (1, 10), (2, 5), (0, 0)])
def test_some_orphans_are_to_be_expected(orphans, sets):
    require_few_orphans(["9001"] * orphans + ["1"] * (sets - orphans), ThemeTree.of(TABLE))


@pytest.mark.parametrize("theme", ["504.5", "5", ""])
def test_more_than_a_tenth_of_orphans_is_an_error_that_names_the_table(theme):
    with pytest.raises(UserError, match="the table of themes lacks the themes of 44 of 86 sets, .*themes.csv.gz"):
        require_few_orphans([theme] * 44 + ["1"] * 42, ThemeTree.of(TABLE))
