"""From picture files to shards: read, padded, packed, one picture a thread at a time."""

from collections.abc import Callable, Iterable
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from themer.errors import UserError
from themer.ordering import shuffled
from themer.parallel import ordered_map
from themer.params import Resize
from themer.pictures import PictureError, decode, encode_png, square
from themer.shards import Example, write_split


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
