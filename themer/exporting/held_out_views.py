"""Photograph-like views of the test pictures, so that the served model is judged on them without TensorFlow."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from PIL import Image

from themer.base.engines import engine
from themer.features.embedding import Picture, numbered, tasks, view_of
from themer.features.views import Views
from themer.pictures.images import encode_png
from themer.shards.files import OTHER, Example, read_examples, read_summary, write_split, write_summary

SPLITS = ("test", f"{OTHER}test")
VIEW = 2_000  # far from the views that the boundary and the distance limit are made from
PICTURES_PER_SHARD = 256


def write_test_views(shards: Path, directory: Path) -> None:
    """Write a photograph-like view of each test picture, also of other themes, to shards of their own."""
    summary = read_summary(shards)
    views = Views(seed=0, strength=0.0, photo_share=1.0, fill=summary.fill)
    counts = {
        split: write_split(directory, split, _viewed(shards, split, views), PICTURES_PER_SHARD)
        for split in SPLITS
        if split in summary.pictures
    }
    write_summary(directory, replace(summary, pictures=counts))


def _viewed(shards: Path, split: str, views: Views) -> Iterator[Example]:
    """Yield the examples of a split with a view in place of the picture."""
    pngs = chain.from_iterable(
        engine().ordered_map(partial(_drawn, views), tasks(numbered(read_examples(shards, split))))
    )
    return (replace(example, image_png=png) for example, png in zip(read_examples(shards, split), pngs, strict=True))


def _drawn(views: Views, pictures: Sequence[Picture]) -> list[bytes]:
    """Return a view of each picture as PNG."""
    return [encode_png(Image.fromarray(view_of(views, VIEW, picture))) for picture in pictures]
