"""What is needed again and again, such as in every epoch: kept in memory if it is small, or else made again."""

from collections.abc import Callable, Iterable
from typing import TypeVar

KEPT_BYTES = 200_000_000

Part = TypeVar("Part")


def at_hand(parts: Callable[[], Iterable[Part]], bytes_of: Callable[[Part], int]) -> Callable[[], Iterable[Part]]:
    """Return a function that returns the same parts at each call: from memory if they take at most KEPT_BYTES."""
    kept, size = [], 0
    for part in parts():
        size += bytes_of(part)
        if size > KEPT_BYTES:
            return parts
        kept.append(part)
    return lambda: kept
