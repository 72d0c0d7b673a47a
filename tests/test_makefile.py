"""The Makefile's environment and what it refuses, with real environments that hold no package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the project's Makefile and no requirements."""
    shutil.copy(PROJECT / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").touch()
    return tmp_path


def make(folder: Path, *words: str) -> subprocess.CompletedProcess:
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHON", "MAKEFLAGS")}
    # A repository around the temporary folder is none of its own.
    env["GIT_CEILING_DIRECTORIES"] = str(folder.parent)
    return subprocess.run(["make", *words], cwd=folder, env=env, capture_output=True, text=True)


def python_that_says(folder: Path, version: tuple[int, int]) -> Path:
    """Return this interpreter under another version."""
    (folder / "sitecustomize.py").write_text(f"import sys; sys.version_info = ({version[0]}, {version[1]}, 0)")
    path = folder / f"python{version[0]}.{version[1]}"
    path.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} "$@"\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def environment(folder: Path) -> Path:
    """A file in the folder's environment, which this Python made."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    (folder / ".venv" / "kept").touch()
    return folder / ".venv" / "kept"


@pytest.mark.parametrize("words", [[], [f"PYTHON={sys.executable}"]])
def test_an_environment_of_the_same_python_stays(folder, environment, words):
    version = "{}.{}".format(*sys.version_info)
    assert make(folder, f".venv/.python-{version}", *words).returncode == 0
    assert environment.exists()
    assert make(folder, "-q", f".venv/.python-{version}", *words).returncode == 0


def test_an_environment_of_another_python_is_replaced(folder, environment):
    assert make(folder, ".venv/.python-3.99", f"PYTHON={python_that_says(folder, (3, 99))}").returncode == 0
    assert not environment.exists() and (folder / ".venv" / "bin" / "pip").exists()


def test_requirements_are_installed_only_into_an_environment_of_the_python_asked_for(folder):
    planned = make(folder, "-n", ".venv/.requirements", f"PYTHON={python_that_says(folder, (3, 99))}").stdout
    assert planned.index("python3.99 -m venv --clear .venv") < planned.index(".venv/bin/python -m pip install")


@pytest.mark.parametrize("version", [(3, 10), (2, 7)])
def test_an_older_python_is_refused_and_the_environment_stays(folder, environment, version):
    done = make(folder, ".venv/.requirements", f"PYTHON={python_that_says(folder, version)}")
    assert done.returncode != 0 and f"is {version[0]}.{version[1]}, not Python 3.11 or later" in done.stderr
    assert environment.exists()


def test_a_python_that_is_not_there_is_named(folder, environment):
    done = make(folder, ".venv/.requirements", "PYTHON=python3.00")
    assert done.returncode != 0 and "error: python3.00 is missing, not Python 3.11 or later" in done.stderr
    assert environment.exists()


@pytest.mark.parametrize("target", ["repro", "plots"])
def test_a_copy_without_a_repository_is_told_to_make_one_before_anything_is_installed(folder, target):
    done = make(folder, target)
    assert done.returncode != 0 and "error: DVC needs a git repository. Run git init" in done.stderr
    assert not (folder / ".venv").exists()
