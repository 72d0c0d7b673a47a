"""The number of cores changes no byte. `python -m benchmarks.same_bytes` compares other processors too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.drawn_project import shared_project

CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file in a folder, by its path."""
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    # Checkpoints are files of Keras, which hold the time; no stage reads another's.
    return {name: (folder / name).read_bytes() for name in names if ".checkpoint" not in name}


@pytest.mark.skipif(len(CORES) < 2, reason="one core is all there is to compare")
def test_features_model_and_index_of_the_default_network_have_the_same_bytes_on_one_core(tmp_path_factory, tmp_path):
    subprocess.run(
        [sys.executable, "-m", "tests.make_drawn_project", str(tmp_path / "project")],
        cwd=PROJECT,
        preexec_fn=lambda: os.sched_setaffinity(0, CORES[:1]),
        check=True,
    )
    one, many = contents(tmp_path / "project"), contents(shared_project(tmp_path_factory))
    assert len(one) > 20 and one.keys() == many.keys()
    assert [name for name in one if one[name] != many[name]] == []
