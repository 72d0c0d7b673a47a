import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from stages import features, paths, train
from tests.conftest import PROJECT
from tests.small_shards import LABELS, picture, write_photo_shards, write_shards
from themer.base.quiet_tensorflow import keras
from themer.base.tables import read_csv
from themer.networks.applications import application_features
from themer.networks.model_file import load_classifier
from themer.training.training_pictures import TrainingPictures

QUICK = {
    "train.epochs": 2,
    "train.batch_size": 4,
    "train.dropout": 0.3,
    "train.feature_views": 1,
    "train.photo_views": 0,
}
OUTPUTS = (paths.classifier, paths.train_metrics, paths.history)

# Kills its own process in the second epoch, after its batches and before any of it is saved.
KILLED = """
import os, signal
from stages import train
from themer.training.training_pictures import TrainingPictures

epoch_batches, plain_batches, epochs = TrainingPictures.epoch, TrainingPictures.plain, []

def epoch(self, number):
    epochs.append(number)
    return epoch_batches(self, number)

def plain(self, split):
    if 2 in epochs:
        os.kill(os.getpid(), signal.SIGKILL)
    return plain_batches(self, split)

TrainingPictures.epoch, TrainingPictures.plain = epoch, plain
train.main()
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run Python in a folder, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture
def write_inputs(write_params):
    """Return a function that writes params for a quick training, and shards, photos and features for it."""

    def write_inputs(**changes: object) -> None:
        write_params(QUICK | {f"train.{key}": value for key, value in changes.items()})
        write_shards(paths.shards, train=(6, 9, 6))
        write_photo_shards(paths.photo_shards, train=(2, 1, 1))
        features.main()

    return write_inputs


def test_it_writes_model_metrics_and_history_and_nothing_else(write_inputs, capfd):
    write_inputs(network="lego_cnn")
    train.main()
    metrics, history = json.loads(paths.train_metrics.read_text()), read_csv(paths.history)
    assert load_classifier(paths.classifier).description.labels == LABELS
    assert metrics["parameters"] == metrics["trainable_parameters"] > 400_000
    assert all(isinstance(value, int | float) for value in metrics.values())
    assert list(history) == ["epoch", "split", "loss", "accuracy"]
    assert history["split"].tolist() == ["train", "validation"] * 2
    written = [path for name in ("models", "metrics", "plots") for path in Path(name).iterdir()]
    assert sorted(written) == sorted(OUTPUTS)
    assert "epoch 2/2: 100%" in capfd.readouterr().err


def test_a_killed_run_resumes_and_ends_with_the_bytes_of_an_uninterrupted_one(tmp_path, write_inputs, capfd):
    keras.utils.set_random_seed(0)
    # The pretrained network with the fewest layers, whose graph takes the least time to build.
    application_features("vgg16", 32, imagenet=False).save_weights("vgg16.weights.h5")
    write_inputs(network="vgg16", weights="vgg16.weights.h5", fine_tuned_blocks=1)
    whole = shutil.copytree(tmp_path, tmp_path / "whole")
    killed = run(tmp_path, "-c", KILLED)
    assert killed.returncode == -9 and not paths.classifier.exists()
    capfd.readouterr()
    train.main()
    assert "epoch 1/2" not in capfd.readouterr().err
    finished = run(whole, "-m", "stages.train")
    assert "epoch 1/2" in finished.stderr and prints_only_progress(finished)
    for path in OUTPUTS:
        assert path.read_bytes() == (whole / path).read_bytes()


def prints_only_progress(finished: subprocess.CompletedProcess) -> bool:
    """Return whether a successful run printed only its progress and one line with the result."""
    lines = [line for line in finished.stderr.replace("\r", "\n").split("\n") if line.strip()]
    progress = all(line.startswith(("classifier: ", "epoch ")) for line in lines)
    [result] = finished.stdout.splitlines()
    return finished.returncode == 0 and result.startswith("train: ") and progress


def test_without_epochs_the_frozen_network_is_saved_with_its_classifier(write_inputs):
    write_inputs(epochs=0)
    train.main()
    classifier = load_classifier(paths.classifier)
    metrics = json.loads(paths.train_metrics.read_text())
    assert metrics["temperature"] == pytest.approx(classifier.description.temperature, abs=1e-6)
    probabilities = classifier.model.predict_on_batch(np.stack([picture(label, 500) for label in range(3)]))
    assert probabilities.argmax(axis=1).tolist() == [0, 1, 2]
    assert read_csv(paths.history)[["epoch", "split"]].to_numpy().tolist() == [["0", "validation"]]


def test_missing_shards_are_reported_without_a_traceback(write_params):
    write_params({})
    with pytest.raises(SystemExit, match=f"error: {paths.shards}: there are no shards here"):
        train.main()


def test_ctrl_c_ends_with_a_hint_on_how_to_resume(write_inputs, monkeypatch):
    def interrupted(self, split):
        raise KeyboardInterrupt

    write_inputs(network="lego_cnn")
    monkeypatch.setattr(TrainingPictures, "plain", interrupted)
    with pytest.raises(SystemExit, match="stopped.*run again"):
        train.main()
