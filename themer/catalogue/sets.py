"""An order of sets that has nothing to do with what they are, and is the same everywhere."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def shuffled(set_ids: Iterable[str], salt: str = "") -> list[str]:
    """Return set numbers in the order of their digests, another one for each salt.

    Neighbours in the catalogue, often alike, are parted; the first N are a fair sample, and part of the first N + 1.
    A number more or less leaves the order of the others as it is.
    """
    return sorted(set_ids, key=lambda set_id: hashlib.sha256((salt + set_id).encode()).digest())


SetObject = dict[str, Any]


def read_sets(path: Path) -> list[SetObject]:
    """Read the API's objects, sorted by set number."""
    sets: list[SetObject] = json.loads(path.read_text(encoding="utf-8"))
    return sets


def number_without_variant(set_id: str) -> str:
    """Return `8684` for `8684-16`."""
    return set_id.rpartition("-")[0] or set_id
