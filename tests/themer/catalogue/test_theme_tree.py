import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from themer.base.errors import UserError
from themer.base.params import Regroup
from themer.base.params_file import parse_params
from themer.catalogue.theme_tree import ThemeTree, check_rules
from themer.dataset.labels import grouped, labels

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


def test_themes_are_walked_to_the_root():
    assert ThemeTree.of(TABLE).paths["3"] == ("Duplo", "Disney", "Cars")


def test_a_theme_with_a_missing_parent_is_an_orphan():
    assert "5" not in ThemeTree.of(TABLE).paths


def test_a_circle_of_parents_is_an_error():
    circle = pandas.DataFrame([("1", "A", "2"), ("2", "B", "1")], columns=TABLE.columns)
    with pytest.raises(UserError, match="its own ancestor"):
        ThemeTree.of(circle)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30))
def test_every_path_begins_at_a_root_and_ends_at_its_theme(parents):
    rows = [(str(index), f"T{index}", str(parent) if parent < index else "") for index, parent in enumerate(parents)]
    paths = ThemeTree.of(pandas.DataFrame(rows, columns=TABLE.columns)).paths
    assert all(path[-1] == f"T{theme}" for theme, path in paths.items())
    assert len(paths) == len(rows)


def test_a_rule_claims_a_theme_and_all_below_it_but_no_namesake():
    groups = {"Young": ["Duplo"], "City": ["Town"]}
    assert [grouped(path, groups) for path in ("Duplo", "Duplo / Disney / Cars", "Duplos")] == ["Young", "Young", None]


def test_unknown_themes_are_named_with_the_nearest(params):
    wrong = rules(params, groups={"A": ["Dupol"], "B": ["Duplo / Disney / Car"]})
    with pytest.raises(UserError) as error:
        check_rules(wrong, ThemeTree.of(TABLE))
    assert '"A": there is no theme "Dupol" (did you mean "Duplo"' in str(error.value)
    assert '"B": there is no theme "Duplo / Disney / Car" (did you mean "Duplo / Disney / Cars"' in str(error.value)


def test_rules_are_not_checked_where_they_are_not_used(params):
    check_rules(rules(params, by="root"), ThemeTree.of(TABLE))


def test_root_and_leaf_themes_need_enough_pictures(params):
    paths = ["Duplo", "Duplo / Disney", "Town", "Duplo / Disney", "Duplo / Disney"]
    by_root = labels(paths, list("abcde"), rules(params, by="root", minimum_pictures=2))
    assert by_root == ["Duplo", "Duplo", None, "Duplo", "Duplo"]
    by_leaf = labels(paths, list("abcde"), rules(params, by="leaf", minimum_pictures=2))
    assert by_leaf == [None, "Duplo / Disney", None, "Duplo / Disney", "Duplo / Disney"]


def test_a_theme_of_too_few_families_is_dropped(params):
    paths = ["Series 1"] * 4 + ["Town"] * 4
    found = labels(paths, ["8683"] * 4 + list("abcd"), rules(params, by="leaf", minimum_pictures=2))
    assert found == [None] * 4 + ["Town"] * 4


def test_what_is_dropped_can_become_other(params):
    assert labels(["Duplo", "Castle"], ["1", "2"], rules(params, other=True)) == ["Young Childrens", "Other"]
