import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from stages import cross_validate
from tests.conftest import PROJECT, change
from tests.data_formats import problems_of_file
from tests.small_shards import FILL, LABELS, SIZE, picture, settings, write_photo_shards
from themer.base.files import write_bytes
from themer.base.tables import read_csv
from themer.dataset.shards import Example, ShardSummary, write_split, write_summary
from themer.features.backbone_features import compute_features
from themer.pictures.images import encode_png

OUTPUTS = {
    "answers": "out_of_fold.csv",
    "metrics": "cross_validation.json",
    "issues": "label_issues.csv",
    "sheet": "label_issues.png",
    "pairs": "theme_pairs.csv",
}
COUNTS = {"train": 7, "validation": 3, "test": 2}
MISLABELLED = "train-0-0"  # shows red, but is labelled blue
QUICK = {
    "train.network": "efficientnet_lite0",
    "train.feature_views": 1,
    "train.batch_size": 8,
    "train.warm_up_epochs": 0,
    "train.epochs": 0,
    "cross_validate.folds": 3,
}
SCRATCH = {"train.network": "lego_cnn", "train.epochs": 1}


def example(split: str, label: int, number: int) -> Example:
    """Return a picture in its label's colour, but for the one that is mislabelled."""
    set_id = f"{split}-{label}-{number}"
    pixels = picture(2 if set_id == MISLABELLED else label, seed=100 * len(split) + 10 * label + number)
    return Example(set_id, label, encode_png(Image.fromarray(pixels)))


def family(one: Example) -> str:
    """Return the family of a set: its own, but the green ones are of two."""
    return f"green {int(one.set_id[-1]) % 2}" if LABELS[one.label] == "green" else one.set_id


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A folder with shards, the table of their sets, the features of a pretrained network, and those of one without."""
    folder = tmp_path_factory.mktemp("project")
    examples = {
        split: [example(split, label, number) for label in range(3) for number in range(count)]
        for split, count in COUNTS.items()
    }
    counts = {split: write_split(folder / "shards", split, ones, 5) for split, ones in examples.items()}
    write_summary(folder / "shards", ShardSummary(LABELS, SIZE, FILL, counts))
    rows = [f"{one.set_id},{family(one)},The {one.set_id}\n" for ones in examples.values() for one in ones]
    write_bytes(f"set_id,family,name\n{''.join(rows)}".encode(), folder / "sets.csv")
    photos = write_photo_shards(folder / "photo_shards")
    for name, network in (("features", "efficientnet_lite0"), ("no_features", "lego_cnn")):
        chosen = settings(network=network, feature_views=1)
        compute_features(folder / "shards", photos, chosen, "0123456789abcdef", folder / name)
    return folder


def run(project: Path, name: str, changes: dict[str, object], features: str = "features") -> Path:
    """Run the stage with changed params, and return the folder of its outputs."""
    params, out = yaml.safe_load((PROJECT / "params.yaml").read_text()), project / name
    change(params, QUICK | changes)
    write_bytes(yaml.safe_dump(params).encode(), out / "params.yaml")
    paths = {"params": out / "params.yaml", "shards": project / "shards", "features": project / features}
    paths |= {"dataset": project / "sets.csv", "labelled": project / "sets.csv", "checkpoint": out / "checkpoint"}
    paths |= {key: out / file for key, file in OUTPUTS.items()}
    cross_validate.main([part for key, path in paths.items() for part in (f"--{key}", str(path))])
    return out


def figures(out: Path) -> dict:
    return json.loads((out / "cross_validation.json").read_text())


@pytest.fixture(scope="module")
def finished(project) -> Path:
    """The outputs of a run with three folds."""
    return run(project, "finished", {})


def test_every_picture_is_answered_once(finished):
    answers = read_csv(finished / "out_of_fold.csv")
    assert list(answers) == ["set_id", "fold", "label", "predicted", "confidence", "probability_of_label"]
    assert answers["set_id"].tolist() == sorted(set(answers["set_id"])) and len(answers) == 36
    assert set(answers["fold"]) == {"0", "1", "2"}


@pytest.mark.parametrize(
    "name",
    ["data/out_of_fold.csv", "data/label_issues.csv", "plots/theme_pairs.csv", "metrics/cross_validation.json"],
)
def test_the_files_are_as_their_description_says(finished, name):
    assert problems_of_file(finished / Path(name).name, name) == []


def test_the_figures_are_those_of_the_answers(finished):
    answers, found = read_csv(finished / "out_of_fold.csv"), figures(finished)
    assert found["accuracy"] == pytest.approx(np.mean(answers["label"] == answers["predicted"]), abs=1e-6)
    assert found["pictures"] == 36 and found["folds"] == 3 and found["accuracy"] > 0.8
    assert found["accuracy_low"] < found["accuracy"] < found["accuracy_high"]
    assert found["macro_f1_low"] <= found["macro_f1"] <= found["macro_f1_high"]
    assert "top_5_accuracy" not in found


def test_a_wrong_label_is_found_named_and_shown(finished):
    issue = read_csv(finished / "label_issues.csv").iloc[0]
    assert issue[["set_id", "label", "suggested"]].tolist() == [MISLABELLED, "blue", "red"]
    assert issue["name"] == f"The {MISLABELLED}"
    assert Image.open(finished / "label_issues.png").height > 300


def test_confused_themes_are_proposed_first(finished):
    pairs = read_csv(finished / "theme_pairs.csv")
    assert len(pairs) == 3 and pairs["distance"].astype(float).gt(0).all()
    assert float(pairs.loc[0, "confusion"]) > 0 and float(pairs.loc[0, "gain"]) >= 1 / 36 - 1e-6


def test_the_same_inputs_give_the_same_bytes_and_scarce_labels_are_named(project, finished, capsys):
    again = run(project, "again", {})
    assert all((again / file).read_bytes() == (finished / file).read_bytes() for file in OUTPUTS.values())
    assert "of too few families to be in every fold: green (2)\n" in capsys.readouterr().out


def test_without_folds_the_outputs_are_empty(project, finished, capsys):
    off = run(project, "off", {"cross_validate.folds": 0})
    assert "left out, since cross_validate.folds is 0" in capsys.readouterr().out
    for name in ("out_of_fold.csv", "label_issues.csv", "theme_pairs.csv"):
        assert list(read_csv(off / name)) == list(read_csv(finished / name)) and read_csv(off / name).empty
    assert figures(off) == dict.fromkeys(figures(finished)) | {"folds": 0}
    assert Image.open(off / "label_issues.png").height < 200


def test_a_single_fold_is_refused(project):
    with pytest.raises(SystemExit, match="cross_validate.folds: 1 fold leaves no training pictures"):
        run(project, "single", {"cross_validate.folds": 1})


def test_a_network_from_scratch_has_no_features_to_answer_by(project, capsys):
    out = run(project, "scratch", SCRATCH, "no_features")
    assert "lego_cnn starts from scratch and has no features" in capsys.readouterr().out
    assert figures(out)["accuracy"] is None


def test_a_network_from_scratch_is_trained_anew_for_each_fold(project):
    changes = SCRATCH | {"cross_validate.folds": 2, "cross_validate.fine_tuned": True}
    out = run(project, "scratch_tuned", changes, "no_features")
    assert figures(out)["pictures"] == 36 and figures(out)["folds"] == 2
    assert set(read_csv(out / "theme_pairs.csv")["distance"]) == {""}
    assert not (out / "checkpoint").exists()


def test_a_pretrained_network_is_trained_anew_for_each_fold(project):
    out = run(project, "tuned", {"cross_validate.folds": 2, "cross_validate.fine_tuned": True})
    assert figures(out)["accuracy"] > 0.8
    assert read_csv(out / "label_issues.csv").loc[0, "set_id"] == MISLABELLED


@pytest.mark.parametrize(
    ("issues", "shown", "title"),
    [
        (0, 0, "No label looks wrong"),
        (1, 1, "1 label looks wrong"),
        (30, 24, "30 labels look wrong: the 24 most suspicious"),
    ],
)
def test_the_sheet_says_what_it_shows(issues, shown, title):
    assert cross_validate.words_for(issues, shown, 100)[0] == title
