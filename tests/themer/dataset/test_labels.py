import pytest

from themer.base.errors import UserError
from themer.base.params import Regroup
from themer.base.params_file import parse_params
from themer.dataset.labels import group_of, labels, relabelled, require_sets_for_every_label


def rules(params: dict, **changes: object) -> Regroup:
    params["regroup"].update(changes)
    return parse_params(params).regroup


def test_a_rule_claims_a_theme_and_all_below_it_but_no_namesake():
    groups = {"Young": ["Duplo"], "City": ["Town"]}
    assert [group_of(path, groups) for path in ("Duplo", "Duplo / Disney / Cars", "Duplos")] == ["Young", "Young", None]


def test_root_and_leaf_themes_need_enough_pictures(params):
    paths = ["Duplo", "Duplo / Disney", "Town", "Duplo / Disney", "Duplo / Disney"]
    by_root = labels(paths, list("abcde"), rules(params, by="root", minimum_pictures=2))
    assert by_root == ["Duplo", "Duplo", None, "Duplo", "Duplo"]
    by_leaf = labels(paths, list("abcde"), rules(params, by="leaf", minimum_pictures=2))
    assert by_leaf == [None, "Duplo / Disney", None, "Duplo / Disney", "Duplo / Disney"]


def test_a_leaf_theme_is_the_sets_own_also_above_others(params):
    paths = ["Technic", "Technic / Expert Builder"] * 3
    assert labels(paths, list("abcdef"), rules(params, by="leaf", minimum_pictures=3)) == paths


def test_a_theme_with_too_few_families_is_dropped(params):
    paths = ["Series 1"] * 4 + ["Town"] * 4
    found = labels(paths, ["8683"] * 4 + list("abcd"), rules(params, by="leaf", minimum_pictures=2))
    assert found == [None] * 4 + ["Town"] * 4


def test_dropped_sets_can_become_other(params):
    assert labels(["Duplo", "Castle"], ["1", "2"], rules(params, other=True)) == ["Young Childrens", "Other"]
    assert labels(["Duplo", "Castle"], ["1", "2"], rules(params, other=False)) == ["Young Childrens", None]


def test_corrections_replace_the_labels_of_the_rules(params):
    corrections = rules(params, relabel={"2-1": "MiniFig", "3-1": None})
    assert relabelled(["1-1", "2-1", "3-1"], ["MiniFig", None, "MiniFig"], corrections) == ["MiniFig", "MiniFig", None]


def test_a_correction_of_an_unknown_set_suggests_similar_ones(params):
    with pytest.raises(UserError, match=r'relabel: 8684-2: no set .* has this number \(did you mean "8684-1"\?\)'):
        relabelled(["8684-1", "11-2"], ["MiniFig", "MiniFig"], rules(params, relabel={"8684-2": None}))


def test_every_group_needs_a_set(params):
    groups = {"Young": ["Duplo"], "Technic": ["Technic"]}
    require_sets_for_every_label({"Young", "Technic"}, rules(params, groups=groups))
    with pytest.raises(UserError, match=r"no set with a picture is in: Technic"):
        require_sets_for_every_label({"Young"}, rules(params, groups=groups))


def test_a_classifier_needs_two_labels(params):
    require_sets_for_every_label({"Duplo", "Castle"}, rules(params, by="root"))
    with pytest.raises(UserError, match="needs at least two labels, but only 1 root themes have at least 10 pictures"):
        require_sets_for_every_label({"Duplo"}, rules(params, by="root"))
