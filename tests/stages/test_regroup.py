import csv
import json

import pandas
import pytest

from stages import join, paths
from stages.regroup import count, label_counts, main, other_themes, regroup, with_labels
from themer.base.errors import UserError
from themer.base.files import write_bytes
from themer.base.params import Regroup
from themer.base.params_file import parse_params
from themer.base.tables import read_csv, write_csv

GROUPS = {"Young": ["Duplo"], "Technic": ["Technic"]}


def rules(params: dict, **changes: object) -> Regroup:
    params["regroup"].update({"groups": GROUPS, **changes})
    return parse_params(params).regroup


def labelled(**counts: int) -> tuple[pandas.DataFrame, pandas.Series]:
    """Return a number of sets of each theme, and their hashes, which are far apart."""
    paths = [theme for theme, number in counts.items() for _ in range(number)]
    frame = pandas.DataFrame({"set_id": [f"{100 + index}-1" for index in range(len(paths))], "theme_path": paths})
    hashes = pandas.Series([f"{index:02x}" * 32 for index in range(len(paths))], index=frame["set_id"])
    return frame, hashes


def regrouped(
    frame: pandas.DataFrame, hashes: pandas.Series, chosen: Regroup
) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """Return the dataset and the sets of other themes."""
    found = with_labels(frame, hashes, chosen)
    return regroup(found, chosen), other_themes(found, chosen)


def test_sets_outside_the_groups_are_those_of_other_themes(params):
    dataset, others = regrouped(*labelled(Duplo=20, Technic=20, Castle=5), rules(params, duplicate_distance=0))
    assert (len(dataset), len(others), set(dataset["label"])) == (40, 5, {"Young", "Technic"})
    assert list(others.columns) == ["set_id", "theme", "family", "split"] and set(others["theme"]) == {"Castle"}
    assert list(dataset["set_id"]) == sorted(dataset["set_id"])


def test_counts_add_up(params):
    dataset, others = regrouped(*labelled(Duplo=20, Technic=20), rules(params, duplicate_distance=0))
    counts = count(dataset, len(others))
    assert counts["train"] + counts["validation"] + counts["test"] == counts["pictures"] == 40
    assert label_counts(dataset)["pictures"].sum() == 40


def test_a_group_without_a_set_is_named(params):
    with pytest.raises(UserError, match=r"no set with a picture is in: Technic"):
        regrouped(*labelled(Duplo=20), rules(params))


def test_too_few_themes_are_an_error(params):
    with pytest.raises(UserError, match="at least two labels, but only 1 root themes have at least 10 pictures in"):
        regrouped(*labelled(Duplo=20, Castle=9), rules(params, by="root"))


@pytest.mark.parametrize("theme", ["sure", "Not Sure", "None of these themes"])
def test_a_theme_with_a_name_that_no_label_may_have_is_an_error(params, theme):
    sets = labelled(**{"Duplo": 20, theme: 20})
    with pytest.raises(UserError, match=f'regroup.by: root: "{theme}" .* list this theme in a group with another name'):
        regrouped(*sets, rules(params, by="root", duplicate_distance=0))
    dataset, _ = regrouped(*sets, rules(params, by="groups", groups={"A": ["Duplo"], "B": [theme]}))
    assert set(dataset["label"]) == {"A", "B"}


def test_root_themes_need_no_groups(params):
    dataset, _ = regrouped(*labelled(Duplo=20, Castle=20), rules(params, by="root", duplicate_distance=0))
    assert set(dataset["label"]) == {"Duplo", "Castle"}


def test_corrections_override_the_rules(params):
    relabel = {"100-1": "Technic", "101-1": None, "140-1": "Young"}
    sets = labelled(Duplo=20, Technic=20, Castle=5)
    dataset, others = regrouped(*sets, rules(params, duplicate_distance=0, relabel=relabel))
    label_of = dict(zip(dataset["set_id"], dataset["label"], strict=True))
    assert (label_of["100-1"], label_of["140-1"], label_of["102-1"]) == ("Technic", "Young", "Young")
    assert "101-1" not in label_of
    assert list(others["set_id"]) == ["141-1", "142-1", "143-1", "144-1"]


def test_a_family_with_a_label_is_in_no_split_of_other_themes(params):
    frame, hashes = labelled(Duplo=20, Technic=20, Castle=5)
    hashes["141-1"] = hashes["100-1"]
    _, others = regrouped(frame, hashes, rules(params, duplicate_distance=0))
    assert list(others["set_id"]) == ["140-1", "142-1", "143-1", "144-1"]


def test_corrections_of_root_themes_must_name_kept_themes(params):
    sets = labelled(Duplo=20, Castle=20, Town=5)
    dataset, _ = regrouped(*sets, rules(params, by="root", duplicate_distance=0, relabel={"140-1": "Castle"}))
    assert dict(zip(dataset["set_id"], dataset["label"], strict=True))["140-1"] == "Castle"
    with pytest.raises(UserError, match=r'relabel: 100-1: there is no label "Town"\. Known labels: Castle, Duplo\.'):
        regrouped(*sets, rules(params, by="root", duplicate_distance=0, relabel={"100-1": "Town"}))


def test_every_invalid_correction_is_named(params):
    relabel = {"100-2": None, "x": "Castel"}
    with pytest.raises(UserError) as error:
        regrouped(*labelled(Duplo=20, Castle=20), rules(params, by="root", duplicate_distance=0, relabel=relabel))
    first, second, third = str(error.value).splitlines()
    assert 'regroup: relabel: 100-2: no set with a picture and a theme has this number (did you mean "100-1"' in first
    assert "relabel: x: no set" in second
    assert 'relabel: x: there is no label "Castel" (did you mean "Castle"?)' in third


def test_the_stage_writes_the_dataset_its_counts_and_those_of_each_label(write_params):
    sets, hashes = labelled(Duplo=20, Technic=20)
    write_csv(sets, paths.labelled)
    write_csv(hashes.rename("perceptual_hash").reset_index(), paths.thumbnails_table)
    write_csv(pandas.DataFrame({"theme_path": ["Duplo", "Technic"]}), paths.theme_paths)
    write_params({"regroup.groups": GROUPS, "regroup.duplicate_distance": 0})
    main()
    assert read_csv(paths.dataset)["label"].value_counts().to_dict() == {"Young": 20, "Technic": 20}
    assert json.loads(paths.dataset_metrics.read_text())["pictures"] == 40
    assert read_csv(paths.labels_plot)["pictures"].astype(int).sum() == 40


def write_joined(theme: str) -> None:
    """Write what the stages before this one leave of twenty sets of a theme and twenty of Duplo."""
    ids = [f"{number}-1" for number in range(40)]
    table = pandas.DataFrame({"id": ["1", "2"], "name": [theme, "Duplo"], "parent_id": ""})
    sets = pandas.DataFrame({"set_num": ids, "theme_id": ["1", "2"] * 20})
    hashes = [f"{number:02x}" * 32 for number in range(40)]
    pictures = pandas.DataFrame({"set_id": ids, "status": "ok", "error": "", "sha256": "", "perceptual_hash": hashes})
    named = [{"set_id": number, "name": theme, "year": "1999"} for number in ids]
    for one, path in ((sets.assign(name="", year="", img_url=""), paths.sets_table), (table, paths.themes_table)):
        write_bytes(one.to_csv(index=False, quoting=csv.QUOTE_ALL).encode(), path)
    write_bytes(json.dumps(named).encode(), paths.sets)
    write_csv(pictures, paths.thumbnails_table)
    join.main()


THEMES = {
    "Dino Attack / Dino 2010": "Dino Attack/Dino 2010",
    "Space ": "Space",
    "Two\rlines": "Two lines",
    'Café "Ü", \x00': 'Café "Ü",',
}


@pytest.mark.parametrize("by", ["root", "leaf", "groups"])
@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_with_any_name_becomes_a_label(write_params, theme, by):
    write_joined(theme)
    groups = {THEMES[theme]: [THEMES[theme]], "Duplo": ["Duplo"]}
    write_params({"regroup.by": by, "regroup.groups": groups, "regroup.duplicate_distance": 0})
    main()
    assert read_csv(paths.dataset)["label"].value_counts().to_dict() == {THEMES[theme]: 20, "Duplo": 20}


def test_an_unknown_theme_in_a_rule_is_an_error(write_params):
    write_csv(pandas.DataFrame({"theme_path": ["Duplo", "Technic"]}), paths.theme_paths)
    write_params({"regroup.groups": {"Young": ["Dupol"], "Technic": ["Technic"]}})
    with pytest.raises(SystemExit, match='"Young": there is no theme "Dupol" .did you mean "Duplo"'):
        main()
