"""Shards for the tests that train. Their modules import TensorFlow, which the other tests here don't need."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shards of three labels with a few pictures of each."""
    from tests.small_shards import write_shards

    return write_shards(tmp_path_factory.mktemp("shards"), train=(5, 6, 5), validation=(2, 2, 2))


@pytest.fixture(scope="session")
def pictures(shards: Path) -> Any:
    """All pictures of the shards, each its own family."""
    from themer.validation.pictures import all_examples, read_pictures

    set_ids = [example.set_id for example in all_examples(shards)]
    return read_pictures(shards, {set_id: set_id for set_id in set_ids})
