"""Shards of sets from the built-in catalogue's drawings."""

from collections.abc import Iterator
from pathlib import Path

from tests.drawn_sets import FILL, KINDS, PICTURES, SIZE, drawn_set
from themer.pictures.images import encode_png, square
from themer.shards.files import Example, ShardSummary, write_split, write_summary


def write_drawn_shards(directory: Path) -> Path:
    """Write shards with drawn sets of every kind in every split, and return their directory."""
    counts, first = {}, 0
    for split, count in PICTURES.items():
        counts[split] = write_split(directory, split, _examples(range(first, first + count)), pictures_per_shard=64)
        first += count
    write_summary(directory, ShardSummary(KINDS, SIZE, FILL, counts))
    return directory


def write_no_photos(directory: Path) -> Path:
    """Write shards of photos without any photo, and return their directory."""
    counts = {split: write_split(directory, split, [], pictures_per_shard=64) for split in ("train", "test")}
    write_summary(directory, ShardSummary(KINDS, SIZE, FILL, counts))
    return directory


def _examples(numbers: range) -> Iterator[Example]:
    """Yield the sets with these numbers, kind by kind."""
    for label, kind in enumerate(KINDS):
        for number in numbers:
            padded = square(drawn_set(kind, number), SIZE, FILL)
            yield Example(f"{kind}-{number}", label, encode_png(padded))
