"""How git merges dvc.lock."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.end_to_end.project import ProjectCopy

LOCK = "dvc.lock"


@pytest.fixture
def branches(tmp_path: Path) -> ProjectCopy:
    """The project's dvc.lock on two branches, `main` and `other`, which have changed its two ends."""
    project = ProjectCopy(tmp_path)
    project.run("git", "init", "-q", "-b", "main")
    for name in (LOCK, ".gitattributes"):
        shutil.copy(PROJECT / name, tmp_path / name)
    project.commit("Run")
    project.run("git", "branch", "other")
    lock = project.read(LOCK)
    (tmp_path / LOCK).write_text(f"# one run\n{lock}", encoding="utf-8")
    project.commit("Run one way")
    project.run("git", "switch", "-q", "other")
    (tmp_path / LOCK).write_text(f"{lock}# another run\n", encoding="utf-8")
    project.commit("Run another way")
    return project


def test_a_merge_stops_rather_than_join_two_runs_to_one_that_never_took_place(branches):
    assert "CONFLICT (content): Merge conflict in dvc.lock" in branches.run("git", "merge", "main", fails=True)


def test_one_side_can_then_be_taken_for_dvc_to_run_the_rest(branches):
    before = branches.read(LOCK)
    branches.run("git", "merge", "main", fails=True)
    branches.run("git", "checkout", "--ours", LOCK)
    assert branches.read(LOCK) == before
