"""A clone has the same bytes, whatever its git is told about line ends."""

import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.project import ProjectCopy


@pytest.mark.parametrize("setting", ["core.autocrlf=true", "core.autocrlf=input", "core.eol=crlf"])
def test_a_clone_has_the_same_bytes_and_nothing_to_commit(tmp_path: Path, setting: str):
    (tmp_path / "project").mkdir()
    project = ProjectCopy.made_in(tmp_path / "project")
    subprocess.run(["git", "clone", "-q", "-c", setting, "project", "clone"], cwd=tmp_path, check=True)
    names = project.run("git", "ls-files", "-z").split("\0")[:-1]
    assert len(names) > 100
    assert [name for name in names if (tmp_path / "clone" / name).read_bytes() != project.contents(name)[name]] == []
    assert ProjectCopy(tmp_path / "clone").run("git", "status", "--porcelain") == ""
