"""What DVC's commands use, in this process: a new one takes a second to start."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from dvc.repo import Repo


@contextmanager
def opened_repo(folder: Path, environment: Mapping[str, str]) -> Iterator[Repo]:
    """Give DVC's view of a folder, which is the current one meanwhile, with these variables set."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        # DVC uses what a package of its own has deprecated.
        with Repo() as repo, warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            yield repo
