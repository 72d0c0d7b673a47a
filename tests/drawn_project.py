"""A project whose pipeline has run, shared by all tests: a small model of drawn sets, its index and its tables.

A process of its own makes it, so the tests that use it need not import TensorFlow.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

PROJECT = Path(__file__).parent.parent


def shared_project(factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a project that is made once for all workers, within a minute; read-only."""
    base = factory.getbasetemp()
    # Each worker of pytest-xdist has its own folder within that of the session.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "drawn-project"
    with FileLock(f"{folder}.lock"):
        if not folder.is_dir():
            part = folder.with_suffix(".part")
            subprocess.run([sys.executable, "-m", "tests.make_drawn_project", str(part)], cwd=PROJECT, check=True)
            part.rename(folder)
    return folder
