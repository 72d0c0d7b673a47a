"""One picture at a time: decoding it safely, turning it upright, making it a square, hashing it."""

import io
import zlib
from functools import lru_cache
from typing import Literal

import imagehash
import numpy
from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.ImageFile import ImageFile

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
MAXIMUM_PIXELS = 50_000_000
# How EXIF data in a JPEG begin, and how much of them there can be.
EXIF, MAXIMUM_SEGMENT_BYTES = b"Exif\0\0", 65_535

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
WHITE: Colour = (255, 255, 255)
# How far the colours of a margin may differ, as in a JPEG.
MARGIN_DEVIATION = 16
# Content with a smaller share of the longer side is taken for a speck.
LEAST_CONTENT_SHARE = 1 / 8

# How each EXIF orientation is turned upright.
TURNS: dict[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Of grey with fewer than 8 bits in a file: the step between two of its values once Pillow has scaled them to 8 bits.
GREY_STEPS = {"L;2": 85, "L;4": 17}

PictureProblem = Literal["not a supported image", "truncated", "too many pixels", "too small"]


class PictureError(Exception):
    """Bytes that are no usable picture; `kind` is one of a few fixed phrases."""

    def __init__(self, kind: PictureProblem) -> None:
        super().__init__(kind)
        self.kind = kind


def decode(content: bytes, minimum_side_pixels: int = 1, fill: Colour = WHITE) -> Image.Image:
    """Return the first frame as an upright RGB picture, with the fill colour behind transparent pixels.

    Raises:
        PictureError: the bytes are no picture of a known format, are truncated, or have too many or too few pixels.
    """
    picture = identify(content)
    if picture.width * picture.height > MAXIMUM_PIXELS:
        raise PictureError("too many pixels")
    if min(picture.size) < minimum_side_pixels:
        raise PictureError("too small")
    return upright_rgb(picture, fill)


def identify(content: bytes) -> Image.Image:
    """Return a picture with its size and format, without decoding it.

    Raises:
        PictureError: the bytes are no picture of a known format, or it has so many pixels that Pillow refuses it.
    """
    try:
        return _opened(content)
    except Image.DecompressionBombError:
        raise PictureError("too many pixels") from None
    except Exception:  # Not only UnidentifiedImageError: a damaged header raises struct.error, IndexError and others.
        raise PictureError("not a supported image") from None


def _opened(content: bytes) -> Image.Image:
    """Return a picture of a known format, not decoded yet."""
    try:
        return Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError:
        # Pillow knows no JPEG whose EXIF data have a resolution that is no number. Hide them while it looks.
        before, mark, rest = content.partition(EXIF)
        picture = Image.open(io.BytesIO(before + b"Other\0" + rest), formats=FORMATS)
        picture.info["exif"] = mark + rest[:MAXIMUM_SEGMENT_BYTES]
        return picture


def upright_rgb(picture: Image.Image, fill: Colour = WHITE) -> Image.Image:
    """Return a picture as RGB, turned upright by its EXIF orientation, with the fill colour behind transparent pixels.

    All other metadata is ignored, and damaged metadata turns nothing.

    Raises:
        PictureError: the picture can't be decoded.
    """
    layered, turn = plain(picture), _turn(picture)
    if layered.mode == "RGBA":
        layered = Image.alpha_composite(Image.new("RGBA", layered.size, (*fill, 255)), layered).convert("RGB")
    return layered if turn is None else layered.transpose(turn)


def plain(picture: Image.Image) -> Image.Image:
    """Return a picture of any mode as RGB, or as RGBA if it has transparency.

    Raises:
        PictureError: the picture can't be decoded.
    """
    try:
        _load(picture)
        return _converted(picture)
    except Exception:  # Decoders raise anything for damaged bytes: OSError, struct.error, EOFError, IndexError ...
        raise PictureError("truncated") from None


def _converted(picture: Image.Image) -> Image.Image:
    """Return a decoded picture as RGB, or as RGBA if it has transparency."""
    if picture.mode.startswith("I"):
        return _from_deep_grey(picture)
    # Grey that is multiplied by its alpha. Pillow converts it to nothing but LA.
    if picture.mode == "La":
        picture = picture.convert("LA")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """Return how to turn a picture upright, by the orientation in its EXIF data alone; None: it is upright."""
    # ImageOps.exif_transpose fails where any other value is odd: it rewrites all of them.
    try:
        return TURNS.get(picture.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # Damaged metadata can raise anything in Pillow; the pixels are still good.
        return None


def _load(picture: Image.Image) -> None:
    """Decode a picture; scale the transparent grey of a PNG of 2 or 4 bits as Pillow scales its pixels."""
    # Known only now: loading empties the list of tiles.
    raw_mode = picture.tile[0].args if isinstance(picture, ImageFile) and picture.tile else None
    picture.load()
    if raw_mode in GREY_STEPS and "transparency" in picture.info:
        picture.info["transparency"] *= GREY_STEPS[raw_mode]


def _from_deep_grey(picture: Image.Image) -> Image.Image:
    """Return grey of 16 or 32 bits as RGB or RGBA. Pillow clips it at 255 instead of scaling it."""
    values = numpy.asarray(picture)
    # 65,535 // 257 is 255.
    grey = Image.fromarray(numpy.clip(values // 257, 0, 255).astype(numpy.uint8))
    if "transparency" not in picture.info:
        return grey.convert("RGB")
    alpha = Image.fromarray((values != picture.info["transparency"]).astype(numpy.uint8) * 255)
    return Image.merge("LA", (grey, alpha)).convert("RGBA")


def square(picture: Image.Image, size: int, fill: Colour) -> Image.Image:
    """Return an RGB picture without its margin, scaled to fit size x size pixels and centred on the fill colour."""
    return padded(picture.crop(content_box(picture)), size, fill)


def padded(picture: Image.Image, size: int, fill: Colour) -> Image.Image:
    """Return the picture as RGB, scaled to fit size x size pixels and centred on the fill colour.

    The aspect ratio stays. The Hamming filter takes half the time of Lanczos.
    """
    left, top, width, height = frame(picture.size, size)
    canvas = Image.new("RGB", (size, size), fill)
    canvas.paste(picture.convert("RGB").resize((width, height), Image.Resampling.HAMMING), (left, top))
    return canvas


def content_box(picture: Image.Image) -> Box:
    """Return left, top, right and bottom of an RGB picture without its margin in the colour of the top left pixel."""
    whole = (0, 0, *picture.size)
    box = picture.point(_differing(picture.crop((0, 0, 1, 1)).tobytes())).getbbox() or whole
    is_speck = max(box[2] - box[0], box[3] - box[1]) < LEAST_CONTENT_SHARE * max(picture.size)
    return whole if is_speck else box


@lru_cache
def _differing(margin: bytes) -> list[bool]:
    """Return for each value of each channel whether it is of another colour than a margin."""
    return [abs(value - channel) > MARGIN_DEVIATION for channel in margin for value in range(256)]


def frame(picture_size: tuple[int, int], size: int) -> tuple[int, int, int, int]:
    """Return left, top, width and height in pixels of the area that a picture of a size takes when it is `padded`."""
    # ImageOps.pad fails for pictures more than 2 x size times as long as wide: their width rounds to 0.
    width, height = (max(1, round(side * size / max(picture_size))) for side in picture_size)
    return (size - width) // 2, (size - height) // 2, width, height


def encode_png(picture: Image.Image) -> bytes:
    """Return the picture as PNG bytes without metadata."""
    buffer = io.BytesIO()
    # Looking for runs alone takes a third of the time of looking for any repetition, and the files are as small.
    picture.save(buffer, "PNG", compress_type=zlib.Z_RLE)
    return buffer.getvalue()


def perceptual_hash(picture: Image.Image) -> str:
    """Return a hash of 256 bits as 64 hexadecimal digits. The hashes of near-duplicates differ in few bits.

    It is the DCT hash of https://www.hackerfactor.com/blog/index.php?/archives/432-Looks-Like-It.html.
    """
    return str(imagehash.phash(picture, hash_size=16))
