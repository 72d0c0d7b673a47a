"""Picture files: where they are, and how they get to a worker, which may be another machine.

They are read here and decoded there, some at a time.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

from PIL import Image

from themer.base.errors import UserError
from themer.pictures.images import WHITE, Colour, PictureError, decode, encode_png, perceptual_hash, square

# A task for a worker costs 30 ms besides its work, and its pictures are in memory at once.
CHUNK_PICTURES, CHUNK_BYTES = 64, 4_000_000


class PictureFile(NamedTuple):
    """The path and the content of a file, or in words why it can't be read."""

    path: str
    content: bytes
    problem: str = ""


def picture_path(folder: Path, set_id: str) -> Path:
    """Return the path of a set's picture. The set number is quoted, so that it can't name another folder."""
    return folder / f"{quote(set_id, safe='')}.jpg"


def set_of(path: Path) -> str:
    """Return the number of the set whose picture has this path; the inverse of `picture_path`."""
    return unquote(path.stem)


def read_file(path: Path) -> PictureFile:
    """Return a file with its content, or why it can't be read."""
    try:
        return PictureFile(str(path), path.read_bytes())
    except OSError as error:
        return PictureFile(str(path), b"", str(error))


def chunks(paths: Iterable[Path]) -> Iterator[list[PictureFile]]:
    """Yield the files in their order, CHUNK_PICTURES at a time, or fewer if they reach CHUNK_BYTES."""
    chunk: list[PictureFile] = []
    for path in paths:
        chunk.append(read_file(path))
        if len(chunk) == CHUNK_PICTURES or sum(len(file.content) for file in chunk) >= CHUNK_BYTES:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def picture_of(file: PictureFile, remedy: str, fill: Colour = WHITE) -> Image.Image:
    """Return a file's picture as `decode` does; raise UserError with the path and the remedy if it can't be read."""
    try:
        if file.problem:
            raise OSError(file.problem)
        return decode(file.content, fill=fill)
    except (OSError, PictureError) as error:
        raise UserError(f"{file.path}: can't be read ({error}). {remedy}") from None


def squares(files: Sequence[PictureFile], remedy: str, size: int, fill: Colour) -> list[bytes]:
    """Return the content of each picture as a PNG, padded to a square.

    Raises:
        UserError: a picture can't be read.
    """
    return [encode_png(square(picture_of(file, remedy, fill), size, fill)) for file in files]


def hashes(files: Sequence[PictureFile], remedy: str) -> list[tuple[str, str]]:
    """Return each picture's perceptual hash and "", or "" and in words why it can't be read."""
    return [_hash(file, remedy) for file in files]


def _hash(file: PictureFile, remedy: str) -> tuple[str, str]:
    """Return the perceptual hash of one picture, or why it can't be read."""
    try:
        return perceptual_hash(picture_of(file, remedy)), ""
    except UserError as error:
        return "", str(error)
