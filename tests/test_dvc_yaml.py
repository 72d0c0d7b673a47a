"""DVC edits dvc.yaml in its own style: a file in that style is changed only where it should be."""

import shutil
from pathlib import Path

import pytest
import yaml
from dvc.exceptions import DvcException

from tests.conftest import PROJECT
from tests.end_to_end.project import ProjectCopy

NAMES = [*yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]]
# DVC writes no stage whose params depend on other params.
SOURCE = "sources.${fetch.source}"
BY_HAND = ["fetch", "download", "export", "report"]


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


def test_dvc_freezes_each_stage_that_does_not_name_the_source_in_use(project):
    path, names = project.folder / "dvc.yaml", [name for name in NAMES if name not in BY_HAND]
    before = path.read_text()
    with project.opened() as repo:
        for name in names:
            repo.freeze(name)
    assert project.dvc("status", *names).count("frozen") == len(names) and SOURCE in path.read_text()
    with project.opened() as repo:
        for name in names:
            repo.unfreeze(name)
    assert path.read_text() == before


def test_a_stage_that_names_the_source_in_use_is_frozen_by_hand(project):
    path = project.folder / "dvc.yaml"
    before = path.read_text()
    for name in BY_HAND:
        with project.opened() as repo, pytest.raises(DvcException, match="cannot dump a parametrized stage"):
            repo.freeze(name)
        assert path.read_text() == before
    for name in BY_HAND:
        command = f"    cmd: python -m stages.{name}\n"
        path.write_text(path.read_text().replace(command, f"{command}    frozen: true\n"))
    assert project.dvc("status", *BY_HAND).count("frozen") == len(BY_HAND)
    assert "cannot dump a parametrized stage" in project.dvc("unfreeze", BY_HAND[0], fails=True)
