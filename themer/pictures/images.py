"""One picture at a time: decoding it safely, turning it upright, padding it to a square, hashing it."""

import io
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

import imagehash
import numpy
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
MAXIMUM_PIXELS = 50_000_000
WHITE = (255, 255, 255)

PictureProblem = Literal["not an image", "truncated", "too many pixels", "too small"]


class PictureError(Exception):
    """Bytes that are no usable picture; `kind` is one of a few fixed phrases."""

    def __init__(self, kind: PictureProblem) -> None:
        super().__init__(kind)
        self.kind = kind


def picture_path(folder: Path, set_id: str) -> Path:
    """Return the path of a set's picture. The set number is quoted, so that it can't name another folder."""
    return folder / f"{quote(set_id, safe='')}.jpg"


def set_of(path: Path) -> str:
    """Return the number of the set whose picture has this path; the inverse of `picture_path`."""
    return unquote(path.stem)


def decode(content: bytes, minimum_side_pixels: int = 1) -> Image.Image:
    """Return the first frame as an upright RGB picture, with white behind transparent pixels.

    Raises:
        PictureError: the bytes are no picture of a known format, are truncated, or have too many or too few pixels.
    """
    picture = identify(content)
    if picture.width * picture.height > MAXIMUM_PIXELS:
        raise PictureError("too many pixels")
    if min(picture.size) < minimum_side_pixels:
        raise PictureError("too small")
    try:
        return upright_rgb(picture)
    except (OSError, SyntaxError, ValueError):
        raise PictureError("truncated") from None


def identify(content: bytes) -> Image.Image:
    """Return a picture with its size and format, without decoding it.

    Raises:
        PictureError: the bytes are no picture of a known format, or it has so many pixels that Pillow refuses it.
    """
    try:
        return Image.open(io.BytesIO(content), formats=FORMATS)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise PictureError("not an image") from None
    except Image.DecompressionBombError:
        raise PictureError("too many pixels") from None


def upright_rgb(picture: Image.Image) -> Image.Image:
    """Return a picture as RGB, turned upright by its EXIF orientation, with white behind transparent pixels.

    Damaged EXIF data turn nothing.

    Raises:
        OSError, SyntaxError, ValueError: the picture can't be decoded.
    """
    picture.load()
    try:
        upright = ImageOps.exif_transpose(picture)
    except Exception:  # Damaged metadata can raise anything in Pillow; the pixels are still good.
        upright = picture
    return _flattened(upright)


def _flattened(picture: Image.Image) -> Image.Image:
    """Return the picture as RGB, with white behind transparent pixels."""
    if picture.mode.startswith("I"):
        # Pillow clips 16-bit grey at 255 instead of scaling it.
        return Image.fromarray((numpy.asarray(picture) // 257).astype(numpy.uint8)).convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layered.size, (*WHITE, 255)), layered).convert("RGB")


def square(picture: Image.Image, size: int, fill: tuple[int, int, int]) -> Image.Image:
    """Return the picture as RGB, scaled to fit size x size pixels and centred on the fill colour.

    The aspect ratio stays. The Hamming filter takes half the time of Lanczos at the same accuracy: see Scaling in
    docs/experiments.md.
    """
    left, top, width, height = frame(picture.size, size)
    canvas = Image.new("RGB", (size, size), fill)
    canvas.paste(picture.convert("RGB").resize((width, height), Image.Resampling.HAMMING), (left, top))
    return canvas


def frame(picture_size: tuple[int, int], size: int) -> tuple[int, int, int, int]:
    """Return left, top, width and height in pixels of the area that a picture of a size takes in its `square`."""
    # ImageOps.pad fails for pictures more than 2 x size times as long as wide: their width rounds to 0.
    width, height = (max(1, round(side * size / max(picture_size))) for side in picture_size)
    return (size - width) // 2, (size - height) // 2, width, height


def encode_png(picture: Image.Image) -> bytes:
    """Return the picture as PNG bytes without metadata."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def perceptual_hash(picture: Image.Image) -> str:
    """Return a hash of 256 bits as 64 hexadecimal digits. The hashes of near-duplicates differ in few bits.

    It is the DCT hash of https://www.hackerfactor.com/blog/index.php?/archives/432-Looks-Like-It.html.
    """
    return str(imagehash.phash(picture, hash_size=16))
