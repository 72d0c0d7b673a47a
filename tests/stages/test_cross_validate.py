from pathlib import Path

import numpy as np
import pandas
import pytest
import yaml
from PIL import Image

from stages import cross_validate, paths
from tests.conftest import PROJECT, change
from tests.data_formats import problems_of_file
from tests.small_shards import FILL, LABELS, SIZE, picture, settings, write_photo_shards
from tests.themer.networks.random_weights import use_short_vgg16
from themer.base.params_file import parse_params
from themer.base.tables import read_csv, write_csv
from themer.features.storing import store_features
from themer.pictures.images import encode_png
from themer.scoring.prediction_table import read_predictions
from themer.shards.files import Example, ShardSummary, write_split, write_summary
from themer.validation.pictures import Pictures

OUTPUTS = [paths.out_of_fold, paths.calibration, paths.label_issues, paths.theme_pairs, paths.other_splits]
COUNTS = {"train": 7, "validation": 3, "test": 2}
PICTURES = 36
MISLABELLED = "train-0-0"  # shows red, but its label is blue
LATEST = ("train-0-1", "validation-0-0")  # two blue sets from the year of the red ones
WITHOUT_YEAR = "test-0-1"
QUICK = {
    "train.network": "vgg16",
    "train.feature_views": 2,
    "train.batch_size": 8,
    "train.warm_up_epochs": 0,
    "train.epochs": 0,
    "train.photo_views": 0,
    "cross_validate.folds": 3,
}
SCRATCH = {"train.network": "lego_cnn", "train.epochs": 1}


def example(split: str, label: int, number: int) -> Example:
    """Return a picture in its label's colour, except for the mislabelled one."""
    set_id = f"{split}-{label}-{number}"
    pixels = picture(2 if set_id == MISLABELLED else label, seed=100 * len(split) + 10 * label + number)
    return Example(set_id, label, encode_png(Image.fromarray(pixels)))


def sets(examples: list[Example]) -> pandas.DataFrame:
    """Return the table of the sets; the green ones are of two families, each other set is its own family."""
    table = pandas.DataFrame({"set_id": [one.set_id for one in examples]})
    table["label"] = [LABELS[one.label] for one in examples]
    green = [f"green {int(set_id[-1]) % 2}" for set_id in table["set_id"]]
    table["family"] = np.where(table["label"] == "green", green, table["set_id"])
    table["name"] = "The " + table["set_id"]
    table["year"] = np.where((table["label"] == "red") | table["set_id"].isin(LATEST), "2010", "2000")
    table.loc[table["set_id"] == WITHOUT_YEAR, "year"] = ""
    # The tables of the pipeline are sorted differently from the shards.
    return table.sort_values("set_id", ignore_index=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A folder with shards, their sets, the features of a pretrained network, and those of one from scratch."""
    folder = tmp_path_factory.mktemp("project")
    examples = {
        split: [example(split, label, number) for label in range(3) for number in range(count)]
        for split, count in COUNTS.items()
    }
    counts = {split: write_split(folder / "shards", split, ones, 5) for split, ones in examples.items()}
    write_summary(folder / "shards", ShardSummary(LABELS, SIZE, FILL, counts))
    write_csv(sets([one for ones in examples.values() for one in ones]), folder / "sets.csv")
    photos = write_photo_shards(folder / "photo_shards")
    with pytest.MonkeyPatch.context() as patch:
        use_short_vgg16(patch)
        store_features(folder / "shards", photos, settings(network="vgg16", photo_views=0), folder / "features")
    store_features(folder / "shards", photos, settings(network="lego_cnn"), folder / "no_features")
    return folder


def run(project: Path, out: Path, changes: dict[str, object] | None = None, features: str = "features") -> Path:
    """Run the stage in a folder with changed params, and return the folder."""
    params = yaml.safe_load((PROJECT / paths.params).read_text())
    change(params, QUICK | (changes or {}))
    (out / "data").mkdir(parents=True, exist_ok=True)
    (out / paths.params).write_text(yaml.safe_dump(params))
    inputs = {paths.shards: "shards", paths.features: features, paths.dataset: "sets.csv", paths.labelled: "sets.csv"}
    for path, name in inputs.items():
        (out / path).symlink_to(project / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(out)
        cross_validate.main()
    return out


@pytest.fixture(scope="module")
def finished(project, tmp_path_factory) -> Path:
    """The outputs with three folds and a linear classifier; not to be changed."""
    return run(project, tmp_path_factory.mktemp("finished"))


@pytest.fixture(scope="module")
def splits(project, finished) -> pandas.DataFrame:
    """The predictions under every way to split, with the actual labels."""
    labels = read_csv(project / "sets.csv")[["set_id", "label"]]
    return read_csv(finished / paths.other_splits).merge(labels, on="set_id", how="left")


def rows_of(splits: pandas.DataFrame, split: str) -> pandas.DataFrame:
    return splits[splits["split"] == split]


def pictures_of(project: Path) -> Pictures:
    """Return the pictures of the project as the stage reads them."""
    family_of = cross_validate.column_by_set(project / "sets.csv", "family")
    return cross_validate.read_pictures(project / "shards", family_of)


def test_every_picture_is_predicted_once(finished):
    table = read_csv(finished / paths.out_of_fold)
    assert list(table) == ["set_id", "label", "fold", *LABELS]
    assert table["set_id"].tolist() == sorted(set(table["set_id"])) and len(table) == PICTURES
    assert set(table["fold"]) == {"0", "1", "2"}


@pytest.mark.parametrize("path", OUTPUTS, ids=str)
def test_the_outputs_match_the_schema(finished, path):
    assert problems_of_file(finished / path, path.as_posix()) == []


def test_the_calibration_has_every_view_of_every_picture_but_the_test_pictures(project, finished):
    table, splits = (
        read_csv(finished / paths.calibration),
        read_csv(project / "sets.csv")["set_id"].str.split("-").str[0],
    )
    views = {"train": 2, "validation": 1, "test": 0}
    assert len(table) == sum(splits.map(views))
    assert not table["set_id"].str.startswith("test").any()
    assert table["confidence"].astype(float).between(0, 1).all()
    assert (table["correct"] == "yes").mean() > 0.8


def test_the_predictions_are_mostly_correct(finished):
    assert read_predictions(finished / paths.out_of_fold).correct.mean() > 0.8


def test_no_family_is_in_two_folds(project, finished):
    table = read_csv(finished / paths.out_of_fold).merge(read_csv(project / "sets.csv"), on="set_id")
    assert (table.groupby("family")["fold"].nunique() == 1).all()


def test_a_wrong_label_is_found_with_the_name_of_its_set(finished):
    issue = read_csv(finished / paths.label_issues).iloc[0]
    assert issue[["set_id", "label", "suggested"]].tolist() == [MISLABELLED, "blue", "red"]
    assert issue["name"] == f"The {MISLABELLED}"


def test_confused_themes_are_the_first_pairs(finished):
    pairs = read_csv(finished / paths.theme_pairs)
    assert len(pairs) == 3 and pairs["distance"].astype(float).gt(0).all()
    assert float(pairs.loc[0, "confusion"]) > 0 and float(pairs.loc[0, "gain"]) >= 1 / PICTURES - 1e-6


def test_the_same_inputs_give_the_same_bytes_and_scarce_labels_are_reported(project, finished, tmp_path, capsys):
    again = run(project, tmp_path / "again")
    assert all((again / path).read_bytes() == (finished / path).read_bytes() for path in OUTPUTS)
    assert "these labels have fewer families than folds: green (2)\n" in capsys.readouterr().out


def test_each_way_to_split_has_its_predictions(splits):
    assert list(dict.fromkeys(splits["split"])) == ["grouped by family", "at random", "by year, from 2010"]


def test_the_first_split_has_the_held_out_predictions(finished, splits):
    found, rows = read_predictions(finished / paths.out_of_fold), rows_of(splits, "grouped by family")
    assert rows["set_id"].tolist() == found.ids
    assert rows["predicted"].tolist() == [LABELS[index] for index in found.predicted]
    assert rows["fold"].tolist() == read_csv(finished / paths.out_of_fold)["fold"].tolist()


def test_a_random_split_predicts_every_picture(splits):
    rows = rows_of(splits, "at random")
    assert len(rows) == PICTURES and set(rows["predicted"]) <= set(LABELS)
    assert (rows["predicted"] == rows["label"]).mean() > 0.8


def test_the_split_by_year_predicts_only_labels_with_training_pictures(splits):
    rows = rows_of(splits, "by year, from 2010").set_index("set_id")
    # All red sets are from 2010, so no training picture is red.
    assert (rows.loc[rows["label"] == "red", "predicted"] == "").all() and len(rows) == 12 + len(LATEST)
    assert all(rows.loc[set_id, "predicted"] in ("blue", "green") for set_id in LATEST)
    assert set(rows["fold"]) == {"0"}


def test_random_folds_split_a_family_for_some_seeds(project, params):
    pictures, separated = pictures_of(project), set()
    first, second = [number for number, family in enumerate(pictures.families) if family == "green 0"][:2]
    for seed in range(20):
        params["cross_validate"]["seed"] = seed
        split = cross_validate.at_random(pictures, parse_params(params))
        separated.add(bool(split.fold_of[first] != split.fold_of[second]))
    assert separated == {True, False}


SKIPPED = {
    "no folds": ({"cross_validate.folds": 0}, "features", "cross_validate.folds is 0"),
    "no features": (SCRATCH, "no_features", "lego_cnn starts from scratch and has no features"),
}


@pytest.mark.parametrize("case", SKIPPED)
def test_a_skipped_stage_writes_empty_outputs_and_the_reason(case, project, finished, tmp_path, capsys):
    changes, features, reason = SKIPPED[case]
    (tmp_path / "out" / paths.fold_checkpoint / "at_random" / "folds-0123456789abcdef").mkdir(parents=True)
    out = run(project, tmp_path / "out", changes, features)
    assert f"cross_validate: skipped, since {reason}" in capsys.readouterr().out
    for path in OUTPUTS:
        assert list(read_csv(out / path)) == list(read_csv(finished / path)) and read_csv(out / path).empty
        assert problems_of_file(out / path, path.as_posix()) == []
    assert not (out / paths.fold_checkpoint).exists()


def test_other_splits_can_be_switched_off(project, finished, tmp_path):
    (tmp_path / "out" / paths.fold_checkpoint / "by_year" / "folds-0123456789abcdef").mkdir(parents=True)
    out = run(project, tmp_path / "out", {"cross_validate.other_splits": False})
    assert (out / paths.out_of_fold).read_bytes() == (finished / paths.out_of_fold).read_bytes()
    found = read_csv(out / paths.other_splits)
    assert found.empty and list(found) == list(read_csv(finished / paths.other_splits))
    assert not (out / paths.fold_checkpoint).exists()


def test_a_single_fold_is_refused(project, tmp_path):
    with pytest.raises(SystemExit, match="cross_validate.folds: 1 fold"):
        run(project, tmp_path / "out", {"cross_validate.folds": 1})


ONE_YEAR = {
    "a single year": dict.fromkeys(LABELS, "1998"),
    "no years": dict.fromkeys(LABELS, ""),
    "a latest year with labels of its own": {"blue": "1998", "green": "1998", "red": "1999"},
}


@pytest.mark.parametrize("case", ONE_YEAR)
def test_a_split_by_year_may_have_no_picture_to_score(case, project, params, folder):
    write_years(project, ONE_YEAR[case])
    pictures = pictures_of(project)
    assert not cross_validate.scored(pictures, cross_validate.by_year(pictures, parse_params(params))).any()


def test_a_split_without_a_picture_to_score_is_skipped(project, params, folder, splits, capsys):
    write_years(project, ONE_YEAR["a latest year with labels of its own"])
    change(params, QUICK)
    features = cross_validate.plain_features(project / "features", project / "shards")
    [found] = cross_validate.other_tables(parse_params(params), pictures_of(project), features)
    assert 'skipped the split "by year, from 1999"' in capsys.readouterr().out
    assert found["predicted"].tolist() == rows_of(splits, "at random")["predicted"].tolist()


def write_years(project: Path, year_of: dict[str, str]) -> None:
    """Write the labelled sets with other years in the current folder, given the year of each label."""
    table = read_csv(project / "sets.csv")
    write_csv(table.assign(year=table["label"].map(year_of)), paths.labelled)


def test_a_network_from_scratch_is_trained_for_each_fold_of_each_split(project, tmp_path):
    changes = SCRATCH | {"cross_validate.folds": 2, "cross_validate.fine_tuned": True}
    out = run(project, tmp_path / "out", changes, "no_features")
    assert len(read_csv(out / paths.out_of_fold)) == PICTURES
    assert set(read_csv(out / paths.out_of_fold)["fold"]) == {"0", "1"}
    assert set(read_csv(out / paths.theme_pairs)["distance"]) == {""}
    by_year = rows_of(read_csv(out / paths.other_splits), "by year, from 2010")
    assert (len(by_year), (by_year["predicted"] != "").sum()) == (12 + len(LATEST), len(LATEST))
    assert problems_of_file(out / paths.other_splits, "data/other_splits.csv") == []
    assert not (out / paths.fold_checkpoint).exists()
