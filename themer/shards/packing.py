"""Packing picture files into shards: threads read and pad the pictures, and the order stays fixed."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from PIL import Image
from tqdm import tqdm

from themer.base.errors import UserError
from themer.base.params import Resize
from themer.catalogue.sets import shuffled
from themer.pictures.images import WHITE, Colour, PictureError, decode, encode_png, square
from themer.shards.files import Example, write_split


def read_picture(path: Path, remedy: str, fill: Colour = WHITE) -> Image.Image:
    """Return a file's picture as `decode` does; raise UserError with the path and the remedy if it can't be read."""
    try:
        return decode(path.read_bytes(), fill=fill)
    except (OSError, PictureError) as error:
        raise UserError(f"{path}: can't be read ({error}). {remedy}") from None


def padded_example(set_id: str, label: int, picture: Image.Image, settings: Resize) -> Example:
    """Return the example of a picture: padded to a square, with its set number or name and the index of its label."""
    return Example(set_id, label, encode_png(square(picture, settings.size, settings.fill)))


def pack_split(
    directory: Path,
    split: str,
    set_ids: Iterable[str],
    make_example: Callable[[str], Example],
    pictures_per_shard: int,
    workers: int,
) -> int:
    """Write a split's shards in shuffled order and return the number of examples.

    `workers` threads make the examples. Their number changes no byte, and memory use doesn't grow with the number of
    pictures: see `ordered_map`.
    """
    order = shuffled(set_ids)
    progress = tqdm(ordered_map(make_example, order, workers), total=len(order), desc=split, unit=" pictures")
    return write_split(directory, split, progress, pictures_per_shard)


Item = TypeVar("Item")
Result = TypeVar("Result")


def ordered_map(function: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """Yield the function's result for each item, in the order of the items, computed by `workers` threads.

    At most four results per worker wait at a time; `Executor.map` would take all items at once.
    """
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) >= 4 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
