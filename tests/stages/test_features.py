import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stages import features, paths
from tests.conftest import PROJECT, write_changed_params
from tests.dask_cluster import cluster
from tests.data_formats import problems_of_file
from tests.small_shards import write_photo_shards, write_shards
from tests.themer.networks.random_weights import SHORT_LAST_WIDTH, SHORT_WIDTH, use_short, use_short_vgg16
from themer.features import backbone_features
from themer.features.feature_store import read_features

QUICK = {"train.network": "vgg16", "train.feature_views": 2, "train.photo_views": 0}

# Kills its own process in the middle of the third file.
KILLED = """
import os, signal, pytest
from stages import features
from tests.themer.networks.random_weights import SHORT_LAST_WIDTH, use_short_vgg16
from themer.features import backbone_features

write_features = backbone_features.write_features

def kill(pictures):
    os.kill(os.getpid(), signal.SIGKILL)

def killing(path, embed, *others):
    write_features(path, kill if path.stem == "validation-0" else embed, *others)

backbone_features.write_features = killing
use_short_vgg16(pytest.MonkeyPatch())
features.main()
"""


def write_inputs(**changes: object) -> None:
    """Write params with changes of the section train, shards, and photo shards to the current folder."""
    write_changed_params(quick(**changes))
    write_shards(paths.shards)
    write_photo_shards(paths.photo_shards, train=(1, 0, 1))


def quick(**changes: object) -> dict[str, object]:
    """Return QUICK with changes of the section train."""
    return QUICK | {f"train.{key}": value for key, value in changes.items()}


@pytest.fixture(scope="module", autouse=True)
def short_vgg16() -> Iterator[None]:
    """Let VGG16 take no time."""
    with pytest.MonkeyPatch.context() as patch:
        use_short_vgg16(patch)
        yield


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A folder in which the stage has run; read-only."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_inputs()
        features.main()
    return folder


@pytest.fixture
def copy(finished, folder) -> Path:
    """A copy of the folder in which the stage has run, for one test to change."""
    return shutil.copytree(finished, folder, dirs_exist_ok=True)


def test_a_missing_file_of_weights_is_named_with_its_setting(folder):
    write_inputs(weights="gone.keras")
    with pytest.raises(SystemExit, match="error: params.yaml: train.weights: gone.keras: No such file"):
        features.main()
    assert not paths.features.exists()


def contents(folder: Path) -> dict[str, bytes]:
    files = files_of(folder)
    return {path.relative_to(folder / paths.features).as_posix(): path.read_bytes() for path in files}


def files_of(folder: Path) -> list[Path]:
    return [path for path in (folder / paths.features).rglob("*") if path.is_file()]


def times(network: str = "vgg16") -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (paths.features / network).glob("*.npy")}


def test_a_killed_run_resumes_and_ends_with_the_bytes_of_an_uninterrupted_one(finished):
    write_inputs()
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    killed = subprocess.run([sys.executable, "-c", KILLED], env=environment, capture_output=True)
    kept = times()
    # The files of validation and test follow the two of training.
    assert killed.returncode == -9 and set(kept) == {"train-0.npy", "train-1.npy"}
    assert (paths.features / "vgg16/validation-0.part").exists()
    features.main()
    assert {name: times()[name] for name in kept} == kept
    assert contents(Path()) == contents(finished)
    assert set(contents(finished)) == {
        *(f"vgg16/{name}-0.npy" for name in ("train", "validation", "test", "photos")),
        *(f"vgg16/{name}-1.npy" for name in ("train", "photos")),
        "vgg16/features.json",
        "networks.json",
    }


def test_neither_a_dask_cluster_nor_the_death_of_a_worker_changes_a_byte(finished, monkeypatch):
    def killing_one(path: Path, *others: object) -> None:
        if path.stem == "train-1":
            processes.started[-1].kill()
        write_features(path, *others)

    write_inputs()
    write_features = backbone_features.write_features
    monkeypatch.setattr(backbone_features, "write_features", killing_one)
    with cluster(workers=2) as processes:
        monkeypatch.setenv("LEGO_THEMER_DASK", processes.address)
        features.main()
    assert contents(Path()) == contents(finished)


def test_the_files_match_their_description(finished):
    files = files_of(finished)
    assert [problems_of_file(path, path.relative_to(finished).as_posix()) for path in files] == [[]] * 8


def test_an_edit_of_other_settings_computes_nothing(copy):
    before = times()
    write_changed_params(quick(epochs=3, dropout=0.4, learning_rate=0.5, imbalance="none", fine_tuned_blocks=2))
    features.main()
    assert times() == before


def test_another_seed_computes_all_features_again(copy):
    before = times()
    write_changed_params(quick(seed=1))
    features.main()
    assert set(times()) == set(before) and all(time > before[name] for name, time in times().items())


def test_fewer_views_leave_fewer_files_and_the_progress_names_each(copy, capfd):
    write_changed_params(quick(feature_views=1))
    features.main()
    names = {f"{name}-0" for name in ("train", "validation", "test", "photos")}
    errors = capfd.readouterr().err
    assert set(times()) == {f"{name}.npy" for name in names} and all(f"{name}: 100%" in errors for name in names)


def test_a_network_from_scratch_has_no_features(copy):
    write_changed_params(quick(network="lego_cnn"))
    features.main()
    assert set(contents(Path())) == {"lego_cnn/features.json", "networks.json"}
    assert json.loads((paths.features / "lego_cnn/features.json").read_text())["width"] == 0


def test_a_second_network_leaves_the_features_of_the_first_as_they_are_until_that_is_removed(copy, monkeypatch):
    use_short("mobilenet_v2", "block_2_add", monkeypatch)
    before, first = times(), contents(Path())
    write_changed_params(quick(network=["mobilenet_v2", "vgg16"]))
    features.main()
    added = times("mobilenet_v2")
    assert times() == before and set(added) == set(before)
    assert contents(Path()).items() >= {name: first[name] for name in first if "/" in name}.items()
    assert read_features(paths.features, "train", 1).width == 16 + 24 + 24 + 24 + SHORT_WIDTH
    assert read_features(paths.features, "train", 1, last_only=True).width == 24 + SHORT_LAST_WIDTH
    write_changed_params(quick(network="mobilenet_v2"))
    features.main()
    assert times("mobilenet_v2") == added and not (paths.features / "vgg16").exists()


@pytest.mark.parametrize("missing", [paths.shards, paths.photo_shards], ids=["shards", "photo_shards"])
def test_missing_shards_are_reported_without_a_traceback(folder, missing):
    write_inputs(network="lego_cnn")
    (missing / "shards.json").unlink()
    with pytest.raises(SystemExit, match=f"error: {missing}: there are no shards here"):
        features.main()
