"""A clone has the same bytes, whatever its git is told about line ends."""

import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.project import ProjectCopy


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    """A repository with this project's files; read-only."""
    return ProjectCopy.made_in(tmp_path_factory.mktemp("project"))


@pytest.mark.parametrize("setting", ["core.autocrlf=true", "core.autocrlf=input", "core.eol=crlf"])
def test_a_clone_has_the_same_bytes_and_nothing_to_commit(project: ProjectCopy, tmp_path: Path, setting: str):
    subprocess.run(["git", "clone", "-q", "-c", setting, project.folder, "clone"], cwd=tmp_path, check=True)
    names = project.run("git", "ls-files", "-z").split("\0")[:-1]
    assert len(names) > 100
    assert [name for name in names if (tmp_path / "clone" / name).read_bytes() != project.contents(name)[name]] == []
    assert ProjectCopy(tmp_path / "clone").run("git", "status", "--porcelain") == ""
