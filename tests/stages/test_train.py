import json
import subprocess
import sys
from pathlib import Path

import pytest

from stages import train
from tests.small_shards import LABELS, write_shards
from themer.epochs import TrainingPictures
from themer.files import read_csv
from themer.model_files import load_classifier

PROJECT = Path(__file__).parents[2]
QUICK = {"train.epochs": 2, "train.batch_size": 4, "train.dropout": 0.3, "train.augmentation": 0.5}

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
    return ["--params", str(params), "--shards", str(params.parent / "shards"), *outputs]


def run(*arguments: str) -> subprocess.CompletedProcess:
    """Run Python in a process of its own."""
    return subprocess.run([sys.executable, *arguments], cwd=PROJECT, capture_output=True, text=True)


@pytest.fixture
def quick_params(tmp_path, write_params):
    """Return the path of params for a quick training, beside shards to train on."""
    write_shards(tmp_path / "shards")
    return lambda **changes: write_params(QUICK | {f"train.{key}": value for key, value in changes.items()})


def test_it_writes_model_metrics_and_history(tmp_path, quick_params, capfd):
    train.main(paths(tmp_path / "out", quick_params(network="lego_cnn")))
    metrics = json.loads((tmp_path / "out/train.json").read_text())
    history = read_csv(tmp_path / "out/history.csv")
    assert load_classifier(tmp_path / "out/classifier.keras").description.labels == LABELS
    assert metrics["epochs"] == 2 and metrics["parameters"] == metrics["trainable_parameters"] > 400_000
    assert all(isinstance(value, int | float) for value in metrics.values())
    assert list(history) == ["epoch", "split", "loss", "accuracy"]
    assert history["split"].tolist() == ["train", "validation"] * 2
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "classifier.keras",
        "history.csv",
        "train.json",
    ]
    assert "epoch 2/2: 100%" in capfd.readouterr().err


@pytest.mark.parametrize("network", ["efficientnet_lite0", "lego_cnn"])
def test_a_killed_run_goes_on_to_the_bytes_of_an_undisturbed_one(tmp_path, quick_params, network):
    path = quick_params(network=network)
    killed = run("-c", KILLED, *paths(tmp_path / "killed", path))
    assert killed.returncode == -9 and not (tmp_path / "killed/classifier.keras").exists()
    resumed = run("-m", "stages.train", *paths(tmp_path / "killed", path))
    whole = run("-m", "stages.train", *paths(tmp_path / "whole", path))
    assert "epoch 1/2" not in resumed.stderr and "epoch 1/2" in whole.stderr
    for name in ("classifier.keras", "train.json", "history.csv"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_nothing_but_progress_is_said(tmp_path, quick_params):
    finished = run("-m", "stages.train", *paths(tmp_path / "out", quick_params(network="lego_cnn", epochs=1)))
    assert finished.returncode == 0 and finished.stdout == ""
    assert all(line.startswith("epoch 1/1") for line in finished.stderr.replace("\r", "\n").split("\n") if line.strip())


def test_missing_shards_are_told_without_traceback(tmp_path, write_params):
    with pytest.raises(SystemExit, match="error: .*no shards here"):
        train.main(paths(tmp_path, write_params({})))


def test_ctrl_c_ends_with_a_word_on_how_to_go_on(tmp_path, quick_params, monkeypatch):
    def interrupted(self, split):
        raise KeyboardInterrupt

    monkeypatch.setattr(TrainingPictures, "plain", interrupted)
    with pytest.raises(SystemExit, match="stopped.*run again to go on"):
        train.main(paths(tmp_path / "out", quick_params(network="lego_cnn")))
