"""Pictures that look the same, though their bytes differ: one placeholder that was compressed again for each set.

Their perceptual hashes are near, but so are those of one brick in several colours: the hash sees no colour, and shapes
that are symmetrical upset it. So the hashes only choose the pictures whose colours are compared. Of 1,067 real pictures
with near hashes, those of different set numbers differ somewhere by 25 levels of brightness or more; copies of one
picture in qualities 60 to 92 and sizes of 200 to 500 pixels by 12 at most.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy
from PIL import Image

from themer.pictures.images import PictureError, decode
from themer.pictures.near_duplicates import neighbours

NEAR_BITS = 64  # of 256: far more than between copies of most pictures
LEVELS = 16  # of 255: the largest difference anywhere between copies
CELLS = 16  # in each direction


class Kept(NamedTuple):
    """A picture that is here: its perceptual hash, its file, and the set numbers that have it."""

    perceptual_hash: str
    path: Path
    numbers: set[str]


def look_alikes(kept: Mapping[str, Kept], known: set[str], minimum: int) -> set[str]:
    """Return the digests of the pictures that look like a known one, or with others like those of many set numbers.

    Args:
        kept: the pictures by their digests.
        known: digests of placeholders.
        minimum: how many set numbers are many.
    """
    digests, pictures = list(kept), list(kept.values())
    look, found = cache(_look), set[str]()

    def are_placeholders(digest: str, positions: list[int]) -> bool:
        numbers = set[str]().union(*(pictures[position].numbers for position in positions))
        return len(positions) > 1 and (digest in known or len(numbers) >= minimum)

    for digest, near in zip(digests, neighbours([one.perceptual_hash for one in pictures], NEAR_BITS), strict=True):
        # Each of thousands of copies is compared with one of them, not with all the others.
        if digest not in found and are_placeholders(digest, near):
            own = look(kept[digest].path)
            alike = [position for position in near if _alike(own, look(pictures[position].path))]
            found |= {digests[position] for position in alike} if are_placeholders(digest, alike) else set()
    return found


def _look(path: Path) -> numpy.ndarray | None:
    """Return the colours of a picture file in a coarse grid, int16 [CELLS, CELLS, 3]; None if it can't be read."""
    try:
        picture = decode(path.read_bytes())
    except (OSError, PictureError):
        return None
    # Differences of uint8 would wrap around.
    return numpy.asarray(picture.resize((CELLS, CELLS), Image.Resampling.BOX), dtype=numpy.int16)


def _alike(first: numpy.ndarray | None, second: numpy.ndarray | None) -> bool:
    """Return whether two pictures have nearly the same colours everywhere."""
    return first is not None and second is not None and bool(numpy.abs(first - second).max() <= LEVELS)
