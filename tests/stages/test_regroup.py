import pandas
import pytest

from stages.regroup import class_balance, count, regroup
from themer.errors import UserError
from themer.params import Regroup, parse_params

GROUPS = {"Young": ["Duplo"], "Technic": ["Technic"]}


def rules(params: dict, **changes: object) -> Regroup:
    params["regroup"].update({"groups": GROUPS, **changes})
    return parse_params(params).regroup


def labelled(**counts: int) -> tuple[pandas.DataFrame, pandas.Series]:
    """Return so many sets of each theme with hashes that are far apart, and those."""
    paths = [theme for theme, number in counts.items() for _ in range(number)]
    frame = pandas.DataFrame({"set_id": [f"{100 + index}-1" for index in range(len(paths))], "theme_path": paths})
    hashes = pandas.Series([f"{index:02x}" * 32 for index in range(len(paths))], index=frame["set_id"])
    return frame, hashes


def test_sets_outside_the_groups_are_dropped(params):
    dataset, dropped = regroup(*labelled(Duplo=20, Technic=20, Castle=5), rules(params, duplicate_distance=0))
    assert (len(dataset), dropped, set(dataset["label"])) == (40, 5, {"Young", "Technic"})
    assert list(dataset["set_id"]) == sorted(dataset["set_id"])


def test_counts_and_balance_add_up(params):
    dataset, dropped = regroup(*labelled(Duplo=20, Technic=20), rules(params, duplicate_distance=0))
    counts = count(dataset, dropped)
    assert counts["train"] + counts["validation"] + counts["test"] == counts["pictures"] == 40
    assert class_balance(dataset)["pictures"].sum() == 40


def test_a_group_without_a_set_is_named(params):
    with pytest.raises(UserError, match=r"no set with a picture is in \['Technic'\]"):
        regroup(*labelled(Duplo=20), rules(params))


def test_too_few_themes_are_an_error(params):
    with pytest.raises(UserError, match="1 root themes have at least 10 pictures in .* and a classifier needs two"):
        regroup(*labelled(Duplo=20, Castle=9), rules(params, by="root"))


def test_root_themes_need_no_groups(params):
    dataset, _ = regroup(*labelled(Duplo=20, Castle=20), rules(params, by="root", duplicate_distance=0))
    assert set(dataset["label"]) == {"Duplo", "Castle"}
