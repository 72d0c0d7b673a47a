"""Stages use the paths in `stages.paths`, relative to the current folder: each test has a folder of its own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the test's own folder the current one, and return it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
