"""Untrusted picture files: identified by their bytes, limited before decoding, decoded in bounded memory.

With the default limits decoding takes at most 500 MB for a moment. `benchmarks/fuzz.py` measures it.

The structure of a file is parsed first, to refuse files that would occupy a decoder for minutes. A few megabytes can
hold millions of blocks, each of which Pillow reads. They can also hold hundreds of scans, each of which touches every
pixel of a progressive JPEG (https://libjpeg-turbo.org/pmwiki/uploads/About/TwoIssueswiththeJPEGStandard.pdf).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from app.problem import Kind, Problem
from themer.pictures.images import MAXIMUM_PIXELS, WHITE, Colour, PictureError, identify, plain, upright_rgb

# Three times the largest input of any network: scales well, and takes little memory.
WORKING_PIXELS = 1024
# An ordinary progressive JPEG has ten.
SCANS_OF_LARGEST = 20
DAMAGED = "The file is truncated or damaged. Save or copy it again."
SUPPORTED = "Choose a JPEG, PNG, WebP, GIF or BMP."
OTHER_FORMATS = {
    "HEIC": "Save it as JPEG first; on an iPhone: Settings, Camera, Formats, Most Compatible.",
    "AVIF": "Save it as JPEG or PNG first.",
    "SVG": "It is a drawing, not pixels. Export it as PNG first.",
    "TIFF": "Save it as JPEG or PNG first.",
    "PDF": "Save the page or its picture as JPEG or PNG first.",
}

JPEG, PNG, GIF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a")
# Of several 0xff bytes the last one starts the marker. A single one in the pattern keeps the search fast.
JPEG_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])", re.DOTALL)
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
GIF_EXTENSION, GIF_IMAGE = 0x21, 0x2C


@dataclass(frozen=True)
class Limits:
    """The limits for a picture, checked before it is decoded.

    Blocks are a file's segments, chunks or extensions. Real files have a few hundred.
    """

    maximum_bytes: int = 20_000_000
    maximum_pixels: int = MAXIMUM_PIXELS
    maximum_side: int = 30_000
    maximum_frames: int = 1000
    maximum_blocks: int = 20_000


@dataclass(frozen=True)
class Structure:
    """The number of blocks in a file, of scans in a JPEG, and of frames in a GIF. Counting stops at a limit."""

    blocks: int = 0
    scans: int = 0
    frames: int = 0


def open_picture(content: bytes, limits: Limits = Limits(), fill: Colour = WHITE) -> Image.Image:  # noqa: B008
    """Return the first frame as an upright RGB picture, large ones reduced by a whole number.

    The fill colour, that of the model's input, is behind transparent pixels.
    Data after the picture has no effect. Neither has metadata, apart from the orientation.

    Raises:
        Problem: the bytes are not a picture in a supported format, are damaged, or exceed a limit.
    """
    _require_bytes(content, limits)
    picture = _identified(content)
    _require_limits(picture, content, limits)
    try:
        # A large JPEG is then decoded at a fraction of its size.
        picture.draft(picture.mode, (WORKING_PIXELS, WORKING_PIXELS))
        upright = upright_rgb(_reduced(picture), fill)
    except PictureError:
        raise Problem(Kind.BROKEN_PICTURE, DAMAGED) from None
    upright.info.clear()  # Pillow would write the metadata that it keeps there when the picture is saved.
    return upright


def structure(content: bytes, maximum_blocks: int) -> Structure:
    """Count the blocks of a JPEG, PNG or GIF, at most `maximum_blocks + 1`. Other formats count as no blocks."""
    if content.startswith(JPEG):
        return _counted(_jpeg_markers(content), maximum_blocks)
    if content.startswith(PNG):
        return _counted(_png_chunks(content), maximum_blocks)
    return _counted(_gif_blocks(content), maximum_blocks) if content.startswith(GIF) else Structure()


def _require_bytes(content: bytes, limits: Limits) -> None:
    """Raise Problem for an empty file and for one with too many bytes."""
    if not content:
        raise Problem(Kind.EMPTY_FILE, Kind.EMPTY_FILE.advice)
    if len(content) > limits.maximum_bytes:
        raise too_large(f"{len(content) / 1e6:.1f} MB", f"{limits.maximum_bytes / 1e6:.0f} MB")


def _identified(content: bytes) -> Image.Image:
    """Return the picture, not decoded yet; raise Problem for anything else."""
    try:
        return identify(content)
    except PictureError as error:
        if error.kind == "too many pixels":
            raise too_large("far too many pixels", "a fraction of them") from None
    if content.startswith((JPEG, PNG, *GIF)) or content[:4] + content[8:12] == b"RIFFWEBP":
        raise Problem(Kind.BROKEN_PICTURE, DAMAGED)
    if name := _other_format(content):
        raise Problem(Kind.UNSUPPORTED_FORMAT, f"This is {name}. {OTHER_FORMATS[name]}")
    raise Problem(Kind.NOT_A_PICTURE, SUPPORTED)


def _require_limits(picture: Image.Image, content: bytes, limits: Limits) -> None:
    """Raise Problem if decoding a picture would take too much memory or time."""
    width, height = picture.size
    # A JPEG is reduced while it is decoded. Other formats need their full size in memory, several times.
    allowed = limits.maximum_pixels if picture.format in ("JPEG", "MPO") else limits.maximum_pixels // 2
    if width * height > allowed:
        raise too_large(f"{width} x {height} = {width * height:,} pixels", f"{allowed:,}")
    if max(width, height) > limits.maximum_side:
        raise too_large(f"{max(width, height)} pixels on one side", f"{limits.maximum_side}")
    found = structure(content, limits.maximum_blocks)
    if max(found.frames, _frames(picture)) > limits.maximum_frames:
        raise Problem(Kind.TOO_MANY_FRAMES, f"Save a single frame. At most {limits.maximum_frames} frames are allowed.")
    if found.blocks > limits.maximum_blocks or found.scans * width * height > SCANS_OF_LARGEST * limits.maximum_pixels:
        raise Problem(Kind.BROKEN_PICTURE, "The file has an unusual structure. Save it again.")


def _frames(picture: Image.Image) -> int:
    """Return the number of frames in the header. A GIF's has none, and Pillow would read all frames to count them."""
    return 1 if picture.format == "GIF" else int(getattr(picture, "n_frames", 1))


def _reduced(picture: Image.Image) -> Image.Image:
    """Return a large picture reduced to at least `WORKING_PIXELS` on its longer side, any other as it is."""
    factor = max(picture.size) // WORKING_PIXELS
    # Palette indices and transparent key colours can't be averaged.
    return picture if factor < 2 else plain(picture).reduce(factor)


def _other_format(content: bytes) -> str | None:
    """Return the name of a common format that is not supported, or None."""
    start = content[:1024].lstrip().lower()
    if content[4:8] == b"ftyp":
        return "AVIF" if content[8:12] in (b"avif", b"avis") else "HEIC"
    if b"<svg" in start:
        return "SVG"
    if start.startswith((b"ii*\0", b"mm\0*")):
        return "TIFF"
    return "PDF" if start.startswith(b"%pdf") else None


def too_large(received: str, allowed: str) -> Problem:
    """Return the problem of a picture that exceeds a limit."""
    return Problem(Kind.PICTURE_TOO_LARGE, f"The picture has {received}; the limit is {allowed}. Choose a smaller one.")


def _counted(kinds: Iterator[int], maximum: int) -> Structure:
    """Count blocks by their kinds."""
    blocks = scans = frames = 0
    for kind in kinds:
        blocks, scans, frames = blocks + 1, scans + (kind == START_OF_SCAN), frames + (kind == GIF_IMAGE)
        if blocks > maximum:
            break
    return Structure(blocks, scans, frames)


def _jpeg_markers(content: bytes) -> Iterator[int]:
    """Yield the marker of each segment, up to the end of the image; ITU-T T.81, annex B."""
    place = 2
    while (found := JPEG_MARKER.search(content, place)) and found[1][0] != END_OF_IMAGE:
        yield found[1][0]
        place = found.end() + int.from_bytes(content[found.end() : found.end() + 2], "big")


def _png_chunks(content: bytes) -> Iterator[int]:
    """Yield 0 for each chunk; https://www.w3.org/TR/png-3/#5Chunk-layout."""
    place = len(PNG)
    while place + 8 <= len(content):
        yield 0
        place += 12 + int.from_bytes(content[place : place + 4], "big")


def _gif_blocks(content: bytes) -> Iterator[int]:
    """Yield the introducer of each block, and 0 for every 64 of its sub-blocks; GIF89a, sections 15 to 26."""
    place = 13 + _gif_colour_bytes(content[10:11])
    while place < len(content) and content[place] in (GIF_EXTENSION, GIF_IMAGE):
        yield content[place]
        place += 2 if content[place] == GIF_EXTENSION else 11 + _gif_colour_bytes(content[place + 9 : place + 10])
        sub_blocks = 0
        while place < len(content) and content[place]:
            place, sub_blocks = place + 1 + content[place], sub_blocks + 1
            # A sub-block has at most 255 bytes, so real frames have hundreds of them.
            if sub_blocks % 64 == 0:
                yield 0
        place += 1


def _gif_colour_bytes(flags: bytes) -> int:
    """Return the size in bytes of the colour table that these flags announce."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0
