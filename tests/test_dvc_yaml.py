"""DVC edits dvc.yaml in its own style: a file in that style is changed only where it should be."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.conftest import PROJECT
from tests.end_to_end.project import ProjectCopy

NAMES = [*yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]]
# DVC writes no stage whose params depend on other params.
SOURCE = "sources.${fetch.source}"


@pytest.fixture
def project(tmp_path: Path) -> ProjectCopy:
    """The pipeline's description in a repository, without code and data."""
    shutil.copytree(PROJECT / ".dvc", tmp_path / ".dvc", ignore=shutil.ignore_patterns("cache", "tmp"))
    for name in ("dvc.yaml", "params.yaml", ".dvcignore"):
        shutil.copy(PROJECT / name, tmp_path)
    copy = ProjectCopy(tmp_path)
    copy.run("git", "init", "-q")
    return copy


def test_freezing_a_stage_adds_one_line_and_unfreezing_removes_it(project):
    path = project.folder / "dvc.yaml"
    before = path.read_text().replace(SOURCE, "sources.sample")
    path.write_text(before)
    project.dvc("freeze", *NAMES)
    frozen = path.read_text().splitlines()
    assert frozen.count("    frozen: true") == len(NAMES) == len(frozen) - len(before.splitlines())
    project.dvc("unfreeze", *NAMES)
    assert path.read_text() == before


def test_a_stage_that_names_the_source_in_use_is_frozen_by_hand(project):
    assert "cannot dump a parametrized stage" in project.dvc("freeze", "fetch", fails=True)
    path, command = project.folder / "dvc.yaml", "    cmd: python -m stages.fetch\n"
    assert "frozen" not in project.dvc("status", "fetch")
    path.write_text(path.read_text().replace(command, f"{command}    frozen: true\n"))
    assert "frozen" in project.dvc("status", "fetch")
