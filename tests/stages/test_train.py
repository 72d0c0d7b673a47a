import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from stages import features, train
from tests.conftest import PROJECT
from tests.small_shards import LABELS, picture, write_photo_shards, write_shards
from themer.base.tables import read_csv
from themer.networks.model_file import load_classifier
from themer.training.training_pictures import TrainingPictures

QUICK = {"train.epochs": 2, "train.batch_size": 4, "train.dropout": 0.3, "train.feature_views": 1}

# Kills its own process in the second epoch, when the batches are done but nothing of it is kept yet.
KILLED = """
import os, signal, sys
from stages.train import main
from themer.epochs import TrainingPictures

begin, measure, begun = TrainingPictures.epoch, TrainingPictures.plain, []

def epoch(self, number):
    begun.append(number)
    return begin(self, number)

def plain(self, split):
    if 2 in begun:
        os.kill(os.getpid(), signal.SIGKILL)
    return measure(self, split)

TrainingPictures.epoch, TrainingPictures.plain = epoch, plain
main(sys.argv[1:])
"""


def paths(folder: Path, params: Path) -> list[str]:
    """Return the arguments of a run whose outputs go to a folder."""
    names = {
        "checkpoint": ".checkpoint",
        "model": "classifier.keras",
        "metrics": "train.json",
        "history": "history.csv",
    }
    outputs = [part for key, name in names.items() for part in (f"--{key}", str(folder / name))]
    inputs = [*shared(params), "--features", str(params.parent / "features")]
    return [*inputs, *outputs]


def shared(params: Path) -> list[str]:
    """Return the arguments that the stages features and train have in common."""
    return ["--params", str(params), *(f"--{name}={params.parent / name}" for name in ("shards", "photos"))]


def run(*arguments: str) -> subprocess.CompletedProcess:
    """Run Python in a process of its own."""
    return subprocess.run([sys.executable, *arguments], cwd=PROJECT, capture_output=True, text=True)


@pytest.fixture
def quick_params(tmp_path, write_params):
    """Return a function that writes params for a quick training beside shards, photos and features for it."""
    write_shards(tmp_path / "shards", train=(6, 9, 6))
    write_photo_shards(tmp_path / "photos", train=(2, 1, 1))

    def quick_params(**changes: object) -> Path:
        path = write_params(QUICK | {f"train.{key}": value for key, value in changes.items()})
        features.main([*shared(path), "--out", str(tmp_path / "features")])
        return path

    return quick_params


def test_it_writes_model_metrics_and_history(tmp_path, quick_params, capfd):
    train.main(paths(tmp_path / "out", quick_params(network="lego_cnn")))
    metrics = json.loads((tmp_path / "out/train.json").read_text())
    history = read_csv(tmp_path / "out/history.csv")
    assert load_classifier(tmp_path / "out/classifier.keras").description.labels == LABELS
    assert metrics["parameters"] == metrics["trainable_parameters"] > 400_000
    assert all(isinstance(value, int | float) for value in metrics.values())
    assert list(history) == ["epoch", "split", "loss", "accuracy"]
    assert history["split"].tolist() == ["train", "validation"] * 2
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "classifier.keras",
        "history.csv",
        "train.json",
    ]
    assert "epoch 2/2: 100%" in capfd.readouterr().err


def test_a_killed_run_goes_on_to_the_bytes_of_an_undisturbed_one(tmp_path, quick_params):
    path = quick_params(network="efficientnet_lite0")
    killed = run("-c", KILLED, *paths(tmp_path / "killed", path))
    assert killed.returncode == -9 and not (tmp_path / "killed/classifier.keras").exists()
    resumed = run("-m", "stages.train", *paths(tmp_path / "killed", path))
    whole = run("-m", "stages.train", *paths(tmp_path / "whole", path))
    assert "epoch 1/2" not in resumed.stderr and "epoch 1/2" in whole.stderr
    for name in ("classifier.keras", "train.json", "history.csv"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert says_nothing_but_progress(whole)


def says_nothing_but_progress(finished: subprocess.CompletedProcess) -> bool:
    """Tell whether a run that succeeded printed only its progress, and one line of what it came to."""
    lines = [line for line in finished.stderr.replace("\r", "\n").split("\n") if line.strip()]
    progress = all(line.startswith(("classifier: ", "epoch ")) for line in lines)
    [told] = finished.stdout.splitlines()
    return finished.returncode == 0 and told.startswith("train: ") and progress


def test_without_epochs_the_frozen_network_is_saved_with_its_classifier(tmp_path, quick_params):
    train.main(paths(tmp_path / "out", quick_params(epochs=0)))
    classifier = load_classifier(tmp_path / "out/classifier.keras")
    metrics = json.loads((tmp_path / "out/train.json").read_text())
    assert metrics["temperature"] == pytest.approx(classifier.description.temperature, abs=1e-6)
    assert metrics["threshold"] == pytest.approx(classifier.description.threshold, abs=1e-6)
    answers = classifier.model.predict_on_batch(np.stack([picture(label, 500) for label in range(3)]))
    assert answers.argmax(axis=1).tolist() == [0, 1, 2]
    history = read_csv(tmp_path / "out/history.csv")
    assert history[["epoch", "split"]].to_numpy().tolist() == [["0", "validation"]]


def test_missing_shards_are_told_without_traceback(tmp_path, write_params):
    with pytest.raises(SystemExit, match="error: .*no shards here"):
        train.main(paths(tmp_path, write_params({})))


def test_ctrl_c_ends_with_a_word_on_how_to_go_on(tmp_path, quick_params, monkeypatch):
    def interrupted(self, split):
        raise KeyboardInterrupt

    monkeypatch.setattr(TrainingPictures, "plain", interrupted)
    with pytest.raises(SystemExit, match="stopped.*run again to go on"):
        train.main(paths(tmp_path / "out", quick_params(network="lego_cnn")))
