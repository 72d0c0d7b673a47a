"""All kinds of problems that have a place in the documentation: what is said of them there comes from here alone."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Facts:
    """A title that no other kind has, the HTTP status, and what to do about it."""

    title: str
    status: int
    advice: str


class Kind(Facts, Enum):
    """A kind of problem."""

    NO_PICTURE = "No picture", 400, "Send at least one picture, in the field that the form names."
    ANOTHER_SITE = "Another site", 403, "Only this server's own pages and programs may send pictures, no other site's."
    PICTURE_TOO_LARGE = (
        "Picture too large",
        413,
        "The picture has too many bytes or pixels. Make it smaller, and send it again.",
    )
    TOO_MANY_FRAMES = "Too many frames", 413, "Send one of the animation's frames; only the first is looked at."
    TOO_MANY_PICTURES = "Too many pictures", 413, "Send fewer pictures in a request, and the others in the next."
    NOT_A_PICTURE = "Not a picture", 415, "Send a JPEG, PNG, WebP, GIF or BMP; its bytes count, not its name."
    UNSUPPORTED_FORMAT = "Unsupported format", 415, "Save the picture as JPEG or PNG first."
    EMPTY_FILE = "Empty file", 422, "The file has no content. Copy it once more, and send it again."
    BROKEN_PICTURE = (
        "Broken picture",
        422,
        "The file breaks off, is damaged or is built in an odd way. Save it anew, and send that.",
    )
    NOT_UNDERSTOOD = (
        "Not understood",
        422,
        "A parameter or field is missing or makes no sense: see the operation.",
    )
    UNKNOWN_THEME = "Unknown theme", 422, "Name one of the model's labels; /api/model lists them."
    BUSY = "Busy", 503, "Too many pictures wait. Send it again after the seconds that Retry-After says."
    NO_MODEL = "No model", 503, "Whoever runs this server has to run dvc repro, and start it again."
    NO_ROOM = "No room", 507, "No more pictures are kept for now. What is there has to be looked through first."
