import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from stages import features, paths, train
from tests.conftest import PROJECT, write_changed_params
from tests.small_shards import LABELS, picture, write_photo_shards, write_shards
from tests.themer.networks.random_weights import SHORT_WIDTH, use_short, use_short_vgg16
from themer.base.quiet_tensorflow import keras
from themer.base.tables import read_csv
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

# In a process that has built many graphs, TensorFlow warns that this is slow.
RETRACING = "triggered tf.function retracing"

# Kills its own process in the second epoch, after its batches and before any of it is saved.
KILLED = """
import os, signal, pytest
from stages import train
from tests.themer.networks.random_weights import use_short_vgg16
from themer.training import fit
from themer.training.training_pictures import TrainingPictures

epoch_batches, scores, epochs = TrainingPictures.epoch, fit._scores, []

def epoch(self, number, frozen=()):
    epochs.append(number)
    return epoch_batches(self, number, frozen)

def killing_scores(model, pictures):
    if 2 in epochs:
        os.kill(os.getpid(), signal.SIGKILL)
    return scores(model, pictures)

TrainingPictures.epoch, fit._scores = epoch, killing_scores
use_short_vgg16(pytest.MonkeyPatch())
train.main()
"""


def write_inputs(**changes: object) -> None:
    """Write params for a quick training to the current folder, and shards, photos and features for it."""
    write_changed_params(quick(**changes))
    write_shards(paths.shards, train=(6, 9, 6))
    write_photo_shards(paths.photo_shards, train=(2, 1, 1))
    features.main()


def quick(**changes: object) -> dict[str, object]:
    """Return QUICK with changes of the section train."""
    return QUICK | {f"train.{key}": value for key, value in changes.items()}


def test_it_writes_model_metrics_and_history_and_nothing_else(capfd):
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


def test_a_killed_run_resumes_and_ends_with_the_bytes_of_an_uninterrupted_one(tmp_path, monkeypatch, capfd):
    folder, whole = tmp_path / "killed", tmp_path / "whole"
    folder.mkdir()
    monkeypatch.chdir(folder)
    use_short_vgg16(monkeypatch)
    write_inputs(network="vgg16", fine_tuned_blocks=1)
    shutil.copytree(folder, whole)
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    killed = subprocess.run([sys.executable, "-c", KILLED], env=environment, capture_output=True, text=True)
    assert killed.returncode == -9 and not paths.classifier.exists()
    assert "epoch 1/2: 100%" in killed.stderr and only_progress(killed.stderr) and killed.stdout == ""
    capfd.readouterr()
    # As in a new process: the names that Keras gives are counted from the start.
    keras.utils.clear_session()
    train.main()
    resumed = capfd.readouterr()
    assert "epoch 1/2" not in resumed.err and only_progress(resumed.err)
    monkeypatch.chdir(whole)
    keras.utils.clear_session()
    train.main()
    finished = capfd.readouterr()
    assert "epoch 1/2" in finished.err and only_progress(finished.err)
    assert all(path.read_bytes() == (folder / path).read_bytes() for path in OUTPUTS)
    [result] = finished.out.splitlines()
    assert result.startswith("train: ") and resumed.out == finished.out


def only_progress(errors: str) -> bool:
    """Return whether a run printed only its progress, besides TensorFlow's complaint about earlier tests."""
    lines = [line for line in errors.replace("\r", "\n").split("\n") if line.strip()]
    return all(line.startswith(("classifier: ", "epoch ")) or RETRACING in line for line in lines)


def test_without_epochs_frozen_networks_side_by_side_are_saved_with_one_classifier(monkeypatch):
    use_short_vgg16(monkeypatch)
    use_short("mobilenet_v2", "block_2_add", monkeypatch)
    write_inputs(network=["mobilenet_v2", "vgg16"], epochs=0)
    train.main()
    classifier = load_classifier(paths.classifier)
    assert classifier.description.network == "mobilenet_v2 + vgg16"
    assert classifier.model.get_layer("probabilities").input.shape == (None, 16 + 24 + 24 + 24 + SHORT_WIDTH)
    metrics = json.loads(paths.train_metrics.read_text())
    assert metrics["temperature"] == pytest.approx(classifier.description.temperature, abs=1e-6)
    probabilities = classifier.model([np.stack([picture(label, 500) for label in range(3)]).astype(np.float32)]).numpy()
    assert probabilities.argmax(axis=1).tolist() == [0, 1, 2]
    assert read_csv(paths.history)[["epoch", "split"]].to_numpy().tolist() == [["0", "validation"]]


def test_missing_shards_are_reported_without_a_traceback():
    write_changed_params(quick())
    with pytest.raises(SystemExit, match=f"error: {paths.shards}: there are no shards here"):
        train.main()


def test_ctrl_c_ends_with_a_hint_on_how_to_resume(monkeypatch, capsys):
    def interrupted(self, split, frozen=()):
        raise KeyboardInterrupt

    write_inputs(network="lego_cnn")
    monkeypatch.setattr(TrainingPictures, "plain", interrupted)
    with pytest.raises(SystemExit, match="130"):
        train.main()
    assert "stopped. Finished work is kept; run again" in capsys.readouterr().err
