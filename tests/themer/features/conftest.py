import shutil
from pathlib import Path

import pytest

from tests.small_shards import write_photo_shards, write_shards
from themer.features import feature_store


@pytest.fixture
def sources(tmp_path) -> list[Path]:
    return [write_shards(tmp_path / "shards"), write_photo_shards(tmp_path / "photos", train=(1, 1, 1))]


@pytest.fixture
def code(tmp_path, monkeypatch) -> Path:
    """A copy of the project's code that stands for it in fingerprints."""
    copy = shutil.copytree(feature_store.THEMER, tmp_path / "themer")
    monkeypatch.setattr(feature_store, "THEMER", copy)
    return copy
