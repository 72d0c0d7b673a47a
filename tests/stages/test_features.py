import json
import subprocess
import sys
from pathlib import Path

import pytest

from stages import features
from tests.conftest import PROJECT
from tests.data_formats import problems_of_file
from tests.small_shards import write_photo_shards, write_shards

QUICK = {"train.network": "efficientnet_lite0", "train.feature_views": 2}

# Kills its own process in the middle of the file number `count`.
KILLED = """
import os, signal, sys
import themer.features
from stages.features import main

compute, files = themer.features._on_full_batch, []

def killing(backbone, pixels):
    files.append(len(pixels))
    if len(files) == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
    return compute(backbone, pixels)

themer.features._on_full_batch = killing
main(sys.argv[2:])
"""


def run(*arguments: str) -> subprocess.CompletedProcess:
    """Run Python in a process of its own."""
    return subprocess.run([sys.executable, *arguments], cwd=PROJECT, capture_output=True, text=True)


@pytest.fixture
def arguments(tmp_path, write_params):
    """Return a function that gives the arguments of a run into a folder, with changed params."""
    write_shards(tmp_path / "shards")
    write_photo_shards(tmp_path / "photos", train=(1, 0, 1))

    def arguments(out: str, **changes: object) -> list[str]:
        params = write_params(QUICK | {f"train.{key}": value for key, value in changes.items()})
        named = {"params": params, "shards": tmp_path / "shards", "photos": tmp_path / "photos", "out": tmp_path / out}
        return [part for key, value in named.items() for part in (f"--{key}", str(value))]

    return arguments


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def times(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.npy")}


def test_a_killed_run_goes_on_to_the_bytes_of_an_undisturbed_one(tmp_path, arguments):
    # The files of validation and test come after the two of training.
    killed = run("-c", KILLED, "3", *arguments("killed"))
    finished = times(tmp_path / "killed")
    assert killed.returncode == -9 and set(finished) == {"train-0.npy", "train-1.npy"}
    assert (tmp_path / "killed/validation-0.part").exists()
    features.main(arguments("killed"))
    features.main(arguments("whole"))
    assert {name: times(tmp_path / "killed")[name] for name in finished} == finished
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
    assert set(contents(tmp_path / "whole")) == {
        *(f"{name}-0.npy" for name in ("train", "validation", "test", "photos")),
        *(f"{name}-1.npy" for name in ("train", "photos")),
        "features.json",
    }


def test_the_files_are_as_their_description_says(tmp_path, arguments):
    features.main(arguments("out"))
    assert [problems_of_file(path, f"data/features/{path.name}") for path in (tmp_path / "out").iterdir()] == [[]] * 7


def test_only_what_the_features_depend_on_computes_them_anew(tmp_path, arguments):
    features.main(arguments("out"))
    first = times(tmp_path / "out")
    features.main(arguments("out", epochs=3, dropout=0.4, learning_rate=0.5, imbalance="none", fine_tuned_blocks=2))
    assert times(tmp_path / "out") == first
    features.main(arguments("out", seed=1))
    assert all(time > first[name] for name, time in times(tmp_path / "out").items())
    features.main(arguments("out", feature_views=1))
    assert len(times(tmp_path / "out")) == 4


def test_a_network_from_scratch_leaves_no_features(tmp_path, arguments):
    features.main(arguments("out"))
    features.main(arguments("out", network="lego_cnn"))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["features.json"]
    assert json.loads((tmp_path / "out/features.json").read_text())["width"] == 0


def test_progress_names_the_file(arguments, capfd):
    features.main(arguments("out", feature_views=1))
    assert "train-0: 100%" in capfd.readouterr().err


def test_missing_shards_are_told_without_traceback(tmp_path, arguments):
    for name in ("photos", "shards"):
        (tmp_path / name / "shards.json").unlink()
        with pytest.raises(SystemExit, match=f"error: .*{name}: there are no shards here"):
            features.main(arguments("out"))
