import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from themer.base.errors import UserError
from themer.base.params import Regroup
from themer.base.params_file import parse_params
from themer.catalogue.theme_tree import ThemeTree, check_rules

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


def test_a_cycle_of_parents_is_an_error():
    cycle = pandas.DataFrame([("1", "A", "2"), ("2", "B", "1")], columns=TABLE.columns)
    with pytest.raises(UserError, match="its own ancestor"):
        ThemeTree.of(cycle)


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
    assert paths == {"Duplo", "Duplo / Disney", "Duplo / Disney / Cars", "Town", "Duplos"}


def test_unknown_themes_are_named_with_similar_ones(params):
    wrong = rules(params, groups={"A": ["Dupol"], "B": ["Duplo / Disney / Car"]})
    with pytest.raises(UserError) as error:
        check_rules(wrong, ThemeTree.of(TABLE))
    assert '"A": there is no theme "Dupol" (did you mean "Duplo"' in str(error.value)
    assert '"B": there is no theme "Duplo / Disney / Car" (did you mean "Duplo / Disney / Cars"' in str(error.value)


def test_unused_group_rules_are_not_checked(params):
    check_rules(rules(params, by="root"), ThemeTree.of(TABLE))
