"""From picture files to shards: read, padded, packed, one picture a thread at a time."""

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
from themer.dataset.shards import Example, write_split
from themer.pictures.images import PictureError, decode, encode_png, square


def read_picture(path: Path, remedy: str) -> Image.Image:
    """Return a file's picture, upright RGB on white; raise UserError that names the file and ends with the remedy."""
    try:
        return decode(path.read_bytes())
    except (OSError, PictureError) as error:
        raise UserError(f"{path}: can't be read ({error}). {remedy}") from None


def padded_example(set_id: str, label: int, picture: Image.Image, settings: Resize) -> Example:
    """Return a picture, padded to the square of the settings, with its name and the index of its label."""
    return Example(set_id, label, encode_png(square(picture, settings.size, settings.fill)))


def pack_split(
    directory: Path,
    split: str,
    set_ids: Iterable[str],
    make_example: Callable[[str], Example],
    pictures_per_shard: int,
    workers: int,
) -> int:
    """Write a split's shards in shuffled order, the examples made by threads, and return their number.

    The number of threads changes no byte, and the number of pictures not the memory: see `ordered_map`.
    """
    order = shuffled(set_ids)
    progress = tqdm(ordered_map(make_example, order, workers), total=len(order), desc=split, unit=" pictures")
    return write_split(directory, split, progress, pictures_per_shard)


Item = TypeVar("Item")
Result = TypeVar("Result")


def ordered_map(function: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """Yield the function's result for each item, in the items' order, whatever the number of workers.

    At most four results a worker wait at a time, where `Executor.map` takes up all items at once.
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
