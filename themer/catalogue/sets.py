"""Sets by their numbers: reading them, numbers without a variant, and an order unrelated to what the sets show."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SetObject = dict[str, Any]


def read_sets(path: Path) -> list[SetObject]:
    """Return the objects that the API sent, sorted by set number."""
    sets: list[SetObject] = json.loads(path.read_text(encoding="utf-8"))
    return sets


def number_without_variant(set_id: str) -> str:
    """Return `8684` for `8684-16`."""
    return set_id.rpartition("-")[0] or set_id


def shuffled(set_ids: Iterable[str], salt: str = "") -> list[str]:
    """Return set numbers in the order of their salted digests. Each salt gives another order.

    Sets with neighbouring numbers are often alike; this order separates them. Its first N are therefore a fair sample,
    and also among the first N + 1. Adding or removing a number leaves the order of the others unchanged.
    """
    return sorted(set_ids, key=lambda set_id: hashlib.sha256((salt + set_id).encode()).digest())
