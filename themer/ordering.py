"""An order of sets that has nothing to do with what they are, and is the same everywhere."""

import hashlib
from collections.abc import Iterable


def shuffled(set_ids: Iterable[str], salt: str = "") -> list[str]:
    """Return set numbers in the order of their digests, another one for each salt.

    Neighbours in the catalogue, often alike, are parted; the first N are a fair sample, and part of the first N + 1.
    A number more or less leaves the order of the others as it is.
    """
    return sorted(set_ids, key=lambda set_id: hashlib.sha256((salt + set_id).encode()).digest())
