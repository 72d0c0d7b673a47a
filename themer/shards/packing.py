"""Packing picture files into shards: an engine pads the pictures, and the order stays fixed."""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain
from pathlib import Path

from tqdm import tqdm

from themer.base.engines import Engine
from themer.base.params import Resize
from themer.catalogue.sets import shuffled
from themer.pictures.files import chunks, squares
from themer.shards.files import Example, write_split


def pack_split(
    directory: Path,
    split: str,
    label_of: dict[str, int],
    path_of: Callable[[str], Path],
    remedy: str,
    settings: Resize,
    workers: Engine,
) -> int:
    """Write a split's shards in shuffled order and return the number of examples.

    The engine changes no byte, and memory use doesn't grow with the number of pictures.

    Args:
        directory: where the shards are.
        split: their name.
        label_of: the index of the label of each set, by its number, or of each photo, by its name.
        path_of: returns the path of the picture of one of them.
        remedy: what to do about a picture that can't be read.
        settings: side in pixels, fill, and pictures per shard.
        workers: pads the pictures.

    Raises:
        UserError: a picture can't be read.
    """
    order = shuffled(label_of)
    pad = partial(squares, remedy=remedy, size=settings.size, fill=settings.fill)
    padded = chain.from_iterable(workers.ordered_map(pad, chunks(map(path_of, order))))
    progress = tqdm(zip(order, padded, strict=True), total=len(order), desc=split, unit=" pictures")
    examples: Iterable[Example] = (Example(name, label_of[name], png) for name, png in progress)
    return write_split(directory, split, examples, settings.pictures_per_shard)
