"""Shards of a few drawn sets, which a pretrained network learns in seconds to tell from what is no set."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from PIL import Image

from sample.designs import design
from sample.rendering import drawn
from sample.subjects import SUBJECTS
from themer.pictures import encode_png, square
from themer.shards import Example, ShardSummary, write_split, write_summary

KINDS = ["minifigure", "technic", "young"]
SIZE = 128
FILL = (255, 255, 255)
PICTURES = {"train": 14, "validation": 6, "test": 4}


def drawn_set(kind: str, number: int) -> Image.Image:
    """Return the picture of a set of a kind, another one for each number."""
    subjects = sorted(SUBJECTS[kind])
    return drawn(*design(kind, subjects[number % len(subjects)], Random(f"{kind} {number}")))


def write_drawn_shards(directory: Path) -> Path:
    """Write shards with a few drawn sets of each kind in each split, and return their directory."""
    counts, first = {}, 0
    for split, count in PICTURES.items():
        counts[split] = write_split(directory, split, _examples(range(first, first + count)), pictures_per_shard=64)
        first += count
    write_summary(directory, ShardSummary(KINDS, SIZE, FILL, counts))
    return directory


def write_no_photos(directory: Path) -> Path:
    """Write shards for photos of which there are none, and return their directory."""
    counts = {split: write_split(directory, split, [], pictures_per_shard=64) for split in ("train", "test")}
    write_summary(directory, ShardSummary(KINDS, SIZE, FILL, counts))
    return directory


def _examples(numbers: range) -> Iterator[Example]:
    """Yield the sets of these numbers, one kind after another."""
    for label, kind in enumerate(KINDS):
        for number in numbers:
            padded = square(drawn_set(kind, number), SIZE, FILL)
            yield Example(f"{kind}-{number}", label, encode_png(padded))
