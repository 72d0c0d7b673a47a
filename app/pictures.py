"""Pictures from strangers: judged by their bytes, limited before they are decoded, decoded in bounded memory.

With the default limits decoding takes at most 500 MB for a moment; `benchmarks/fuzz.py` measures it.
"""

from dataclasses import dataclass

from PIL import Image, ImageOps

from app.problem_kinds import Kind
from app.structure import GIF, JPEG, PNG, structure
from themer import pictures
from themer.pictures import MAXIMUM_PIXELS, flatten, identify

# No network sees more than a third of it: enough for a fine reduction, and small to keep.
WORKING_PIXELS = 1024
SCANS_OF_LARGEST = 20
DAMAGED = "The file breaks off or is damaged. Save or copy it once more, and send it again."
KNOWN = "Send a JPEG, PNG, WebP, GIF or BMP."
OTHER_FORMATS = {
    "HEIC": "Save it as JPEG first; on an iPhone: Settings, Camera, Formats, Most Compatible.",
    "AVIF": "Save it as JPEG or PNG first.",
    "SVG": "It is a drawing, not a picture of pixels. Export it as PNG first.",
    "TIFF": "Save it as JPEG or PNG first.",
    "PDF": "Save the page or its picture as JPEG or PNG first.",
}


@dataclass(frozen=True)
class Limits:
    """What a picture may be at most, before anything of it is decoded.

    Blocks are the segments, chunks or extensions of a file: real ones have a few hundred.
    """

    maximum_bytes: int = 20_000_000
    maximum_pixels: int = MAXIMUM_PIXELS
    maximum_side: int = 30_000
    maximum_frames: int = 1000
    maximum_blocks: int = 20_000


class PictureError(Exception):
    """Bytes that are no usable picture: the kind of problem, and what to do about it."""

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(f"{kind.title}. {detail}")
        self.kind, self.detail = kind, detail


def open_picture(content: bytes, limits: Limits = Limits()) -> Image.Image:  # noqa: B008
    """Return the first frame as an upright RGB picture on white; large ones come reduced by a whole number.

    What follows the picture in the file, and its metadata but for the orientation, has no effect.

    Raises:
        PictureError: the bytes are no picture of a known format, break off, or go beyond a limit.
    """
    _require_bytes(content, limits)
    picture = _identified(content)
    _require_limits(picture, content, limits)
    try:
        picture.draft(picture.mode, (WORKING_PIXELS, WORKING_PIXELS))
        upright = flatten(_upright(_reduced(picture)))
    except Exception:  # Decoders raise whatever they come upon: OSError, SyntaxError, struct.error, EOFError ...
        raise _broken(DAMAGED) from None
    upright.info.clear()  # What Pillow keeps of the metadata there would be saved with the picture.
    return upright


def _require_bytes(content: bytes, limits: Limits) -> None:
    """Raise PictureError unless there are some bytes, and not too many."""
    if not content:
        raise PictureError(Kind.EMPTY_FILE, Kind.EMPTY_FILE.advice)
    if len(content) > limits.maximum_bytes:
        raise _too_large(f"{len(content) / 1e6:.1f} MB", f"{limits.maximum_bytes / 1e6:.0f} MB")


def _identified(content: bytes) -> Image.Image:
    """Return the picture, not decoded yet; raise PictureError for anything else."""
    try:
        return identify(content)
    except pictures.PictureError as error:
        if error.kind == "too many pixels":
            raise _too_large("far too many pixels", "a tenth of them") from None
    except Exception:  # A damaged header makes Pillow raise struct.error, IndexError and others.
        pass
    if content.startswith((JPEG, PNG, *GIF)) or content[:4] + content[8:12] == b"RIFFWEBP":
        raise _broken(DAMAGED)
    if name := _other_format(content):
        raise PictureError(Kind.UNSUPPORTED_FORMAT, f"This is {name}. {OTHER_FORMATS[name]}")
    raise PictureError(Kind.NOT_A_PICTURE, KNOWN)


def _require_limits(picture: Image.Image, content: bytes, limits: Limits) -> None:
    """Raise PictureError if there is too much in a picture to decode it."""
    width, height = picture.size
    # A JPEG is reduced while it is decoded; the others need their full size in memory, several times.
    allowed = limits.maximum_pixels if picture.format in ("JPEG", "MPO") else limits.maximum_pixels // 2
    if width * height > allowed:
        raise _too_large(f"{width} x {height} pixels, {width * height / 1e6:.0f} million", f"{allowed / 1e6:.0f}")
    if max(width, height) > limits.maximum_side:
        raise _too_large(f"{max(width, height)} pixels on one side", f"{limits.maximum_side}")
    found = structure(content, limits.maximum_blocks)
    if max(found.frames, _frames(picture)) > limits.maximum_frames:
        raise PictureError(Kind.TOO_MANY_FRAMES, f"Send one of the frames; at most {limits.maximum_frames} are read.")
    if found.blocks > limits.maximum_blocks or found.scans * width * height > SCANS_OF_LARGEST * limits.maximum_pixels:
        raise _broken("The file is built in an odd way. Save it anew, and send that.")


def _frames(picture: Image.Image) -> int:
    """Return how many frames the header announces; a GIF's does not, and Pillow would read them all."""
    return 1 if picture.format == "GIF" else int(getattr(picture, "n_frames", 1))


def _reduced(picture: Image.Image) -> Image.Image:
    """Return a picture of at least `WORKING_PIXELS` on its longer side, if it was larger, else as it was."""
    factor = max(picture.size) // WORKING_PIXELS
    if factor < 2:
        return picture
    if picture.mode.startswith("I;16"):
        return picture.convert("I").reduce(factor)
    if picture.has_transparency_data or picture.mode in ("1", "P"):
        # Neither numbers of a palette nor a colour that stands for transparency can be averaged.
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture.reduce(factor)


def _upright(picture: Image.Image) -> Image.Image:
    """Return the picture turned as its EXIF data says, or as it is where they are damaged."""
    picture.load()
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # As with decoders: nothing that is damaged in the metadata keeps the picture from being seen.
        return picture.copy()


def _other_format(content: bytes) -> str | None:
    """Return the name of a format that is none of ours, if the bytes are of one that people send."""
    start = content[:1024].lstrip().lower()
    if content[4:8] == b"ftyp":
        return "AVIF" if content[8:12] in (b"avif", b"avis") else "HEIC"
    if b"<svg" in start:
        return "SVG"
    if start.startswith((b"ii*\0", b"mm\0*")):
        return "TIFF"
    return "PDF" if start.startswith(b"%pdf") else None


def _too_large(received: str, allowed: str) -> PictureError:
    """Return the error for a picture with too much of something."""
    return PictureError(
        Kind.PICTURE_TOO_LARGE, f"It has {received}; {allowed} is the most. Make it smaller, and send it again."
    )


def _broken(detail: str) -> PictureError:
    """Return the error for a picture that can't be decoded, or not in reasonable time."""
    return PictureError(Kind.BROKEN_PICTURE, detail)
