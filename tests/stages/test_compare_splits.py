import hashlib
from pathlib import Path

import pandas
import pytest
import yaml

from stages import compare_splits
from tests.conftest import PROJECT, change
from tests.data_formats import problems_of_file
from tests.small_shards import LABELS, settings, write_photo_shards, write_shards
from themer.base.files import write_bytes
from themer.base.params_file import parse_params
from themer.base.tables import read_csv, write_csv
from themer.features.backbone_features import compute_features
from themer.validation.retraining import read_examples, read_pictures

PICTURES = 27
QUICK = {
    "train.network": "efficientnet_lite0",
    "train.feature_views": 1,
    "train.batch_size": 8,
    "train.warm_up_epochs": 0,
    "train.epochs": 0,
    "cross_validate.folds": 3,
}
SCRATCH = {"train.network": "lego_cnn", "train.epochs": 1, "cross_validate.folds": 2, "cross_validate.fine_tuned": True}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A folder with shards, features of a pretrained network and of one without, and what is known of the sets."""
    folder = tmp_path_factory.mktemp("project")
    shards, photos = write_shards(folder / "shards", train=(6, 6, 6)), write_photo_shards(folder / "photos")
    for name, network in (("features", "efficientnet_lite0"), ("no_features", "lego_cnn")):
        compute_features(shards, photos, settings(network=network, feature_views=1), "0123456789abcdef", folder / name)
    write_csv(sets(shards), folder / "sets.csv")
    return folder


def sets(shards: Path) -> pandas.DataFrame:
    """Return the sets, of which the first two are one family and nearly one picture.

    Red ones are of 2010, as are two blue ones; the last blue one has no year. Two of all have a wrong answer.
    """
    found = pandas.DataFrame(
        [(one.set_id, LABELS[one.label]) for one in read_examples(shards)], columns=["set_id", "label"]
    )
    found["family"] = [found["set_id"][0], *found["set_id"][:1], *found["set_id"][2:]]
    found["perceptual_hash"] = [hashlib.sha256(family.encode()).hexdigest() for family in found["family"]]
    found["year"] = ["2010" if label == "red" else "2000" for label in found["label"]]
    blue = found.index[found["label"] == "blue"]
    found.loc[blue[[0, 5]], "year"], found.loc[blue[-1], "year"] = "2010", ""
    found["fold"] = [0, 0, *(number % 3 for number in range(2, PICTURES))]
    found["predicted"] = ["red", "red", *found["label"][2:]]
    # The tables of the pipeline are in other orders than the shards.
    return found.sort_values("perceptual_hash").reset_index(drop=True)


def run(
    project: Path, out: Path, changes: dict[str, object] | None = None, features: str = "features"
) -> pandas.DataFrame:
    """Run the stage with changed params, and return the table that it writes into a folder."""
    params = yaml.safe_load((PROJECT / "params.yaml").read_text())
    change(params, QUICK | (changes or {}))
    write_bytes(yaml.safe_dump(params).encode(), out / "params.yaml")
    paths = {"params": out / "params.yaml", "shards": project / "shards", "features": project / features}
    tables = dict.fromkeys(["dataset", "labelled", "thumbnails", "answers"], project / "sets.csv")
    paths |= tables | {"checkpoint": out / "checkpoint", "out": out / "splits.csv"}
    compare_splits.main([part for key, path in paths.items() for part in (f"--{key}", str(path))])
    return read_csv(out / "splits.csv").set_index("split")


@pytest.fixture(scope="module")
def finished(project, tmp_path_factory) -> Path:
    """The outputs of a run with a linear classifier."""
    out = tmp_path_factory.mktemp("finished")
    run(project, out)
    return out


@pytest.fixture(scope="module")
def table(finished) -> pandas.DataFrame:
    return read_csv(finished / "splits.csv").set_index("split")


def test_each_split_has_a_row(finished, table):
    assert list(table.index) == ["grouped by family", "at random", "by year, from 2010"]
    assert problems_of_file(finished / "splits.csv", "plots/splits.csv") == []


def test_the_first_row_is_that_of_the_answers_out_of_fold(table):
    row = table.loc["grouped by family"]
    assert float(row["accuracy"]) == pytest.approx(25 / 27, abs=1e-6)
    assert row[["pictures", "left_out", "near_duplicates"]].tolist() == ["27", "0", "0"]


def test_a_random_split_asks_for_every_picture(table):
    row = table.loc["at random"]
    assert row[["pictures", "left_out"]].tolist() == ["27", "0"]
    assert row["near_duplicates"] in ("0", "2") and float(row["accuracy"]) > 0.8


def test_of_the_latest_year_only_known_labels_are_asked(table):
    row = table.loc["by year, from 2010"]
    # One of the near-duplicates is of 2010, and its like was learned from.
    assert row[["pictures", "left_out", "near_duplicates"]].tolist() == ["2", "9", "1"]


def test_every_interval_holds_its_value(table):
    for name in ("accuracy", "macro_f1"):
        low, value, high = (table[name + end].astype(float) for end in ("_low", "", "_high"))
        assert (low <= value).all() and (value <= high).all()


def test_the_same_inputs_give_the_same_bytes(project, finished, tmp_path):
    run(project, tmp_path)
    assert (tmp_path / "splits.csv").read_bytes() == (finished / "splits.csv").read_bytes()


def test_another_seed_makes_another_random_split_which_parts_families(project, params):
    table = read_csv(project / "sets.csv").set_index("set_id")
    pictures = read_pictures(project / "shards", dict(table["family"]))
    parted = set()
    for seed in range(20):
        params["cross_validate"]["seed"] = seed
        held = compare_splits.at_random(pictures, parse_params(params))
        parted.add(bool(held.fold_of[0] != held.fold_of[1]))
    assert pictures.families[0] == pictures.families[1] and parted == {True, False}


LEFT_OUT = {
    "no folds": ({"cross_validate.folds": 0}, "features", "cross_validate.folds is 0"),
    "not asked for": ({"cross_validate.other_splits": False}, "features", "other_splits is false"),
    "no features": ({"train.network": "lego_cnn", "train.epochs": 1}, "no_features", "has no features"),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_is_left_out_is_an_empty_table_with_a_reason(case, project, table, tmp_path, capsys):
    changes, features, reason = LEFT_OUT[case]
    found = run(project, tmp_path, changes, features)
    assert found.empty and list(found) == list(table)
    assert "compare_splits: left out, since " in (said := capsys.readouterr().out) and reason in said


def test_what_a_stopped_run_kept_goes_when_it_is_switched_off(project, tmp_path):
    for name in ("at_random", "by_year"):
        (tmp_path / "checkpoint" / name / "folds-0123456789abcdef").mkdir(parents=True)
    run(project, tmp_path, {"cross_validate.other_splits": False})
    assert list((tmp_path / "checkpoint").iterdir()) == []


@pytest.fixture
def of_one_year(project, tmp_path):
    """Return a function that copies the project with the years of all sets replaced."""

    def of_one_year(year_of: dict[str, str]) -> Path:
        folder = tmp_path / "one_year"
        folder.mkdir()
        for name in ("shards", "features"):
            (folder / name).symlink_to(project / name)
        known = read_csv(project / "sets.csv")
        write_csv(known.assign(year=known["label"].map(year_of)), folder / "sets.csv")
        return folder

    return of_one_year


ONE_YEAR = {
    "a single year": dict.fromkeys(LABELS, "1998"),
    "no years": dict.fromkeys(LABELS, ""),
    "a latest year with labels of its own": {"blue": "1998", "green": "1998", "red": "1999"},
}


@pytest.mark.parametrize("case", ONE_YEAR)
def test_without_a_picture_to_ask_the_split_by_year_is_left_out(case, of_one_year, tmp_path, capsys):
    found = run(of_one_year(ONE_YEAR[case]), tmp_path)
    assert list(found.index) == ["grouped by family", "at random"]
    assert "by year, from " in (said := capsys.readouterr().out) and "left out, since it" in said


def test_the_whole_training_is_repeated_if_asked_for(project, tmp_path):
    found = run(project, tmp_path / "tuned", SCRATCH, "no_features")
    assert found.loc["by year, from 2010", ["pictures", "left_out"]].tolist() == ["2", "9"]
    assert problems_of_file(tmp_path / "tuned" / "splits.csv", "plots/splits.csv") == []
    assert not list((tmp_path / "tuned" / "checkpoint").iterdir())
