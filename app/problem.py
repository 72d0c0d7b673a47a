"""Problems: why a request gets no prediction, as problem details (RFC 9457).

The API's documentation is generated from the kinds of problem, so each kind is described once.
"""

from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from themer.base.theme_paths import slug

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
NO_MODEL_RETRY_SECONDS = 60
MOST_REASONS = 5


@dataclass(frozen=True)
class Facts:
    """A unique title, the HTTP status, and what the client can do."""

    title: str
    status: int
    advice: str


class Kind(Facts, Enum):
    """A kind of problem."""

    NO_PICTURE = "No picture", 400, 'Send at least one picture in the field "image".'
    OTHER_JSON = "Other JSON", 400, 'Send {"image": "..."} or {"image": ["...", "..."]}, as base64 or data URLs.'
    ANOTHER_SITE = "Another site", 403, "Only programs and pages of this server or allowed origins may send pictures."
    PICTURE_TOO_LARGE = "Picture too large", 413, "The picture has too many bytes or pixels. Choose a smaller one."
    TOO_MANY_FRAMES = "Too many frames", 413, "Save one frame of the animation. Only the first is used."
    NOT_A_PICTURE = "Not a picture", 415, "Choose a JPEG, PNG, WebP, GIF or BMP. The content counts, not the file name."
    UNSUPPORTED_BODY = "Unsupported body", 415, "Send one of the types of body that the operation above lists."
    UNSUPPORTED_FORMAT = "Unsupported format", 415, "Save the picture as JPEG or PNG first."
    EMPTY_FILE = "Empty file", 422, "The file has no content. Copy it again."
    BROKEN_PICTURE = (
        "Broken picture",
        422,
        "The file is truncated, damaged or has an unusual structure. Save it again.",
    )
    NOT_BASE64 = "Not base64", 422, "In JSON, a picture is base64 or a data URL with base64. Addresses are not fetched."
    NOT_UNDERSTOOD = (
        "Not understood",
        422,
        "A parameter or field is missing, unknown or invalid. See the operation above.",
    )
    TOO_MANY_PICTURES = "Too many pictures", 422, "Split the pictures over several requests."
    UNKNOWN_THEME = "Unknown theme", 422, "Name one of the model's labels. /api/model lists them."
    BUSY = "Busy", 503, "Too many pictures are waiting. Try again after the seconds in Retry-After."
    NO_MODEL = "No model", 503, "The operator has to run dvc repro and restart the server."
    NOT_KEPT = (
        "Not kept",
        503,
        "The operator has to let the server write to the folder of contributed pictures.",
    )
    NO_ROOM = "No room", 507, "The folder of contributed pictures is full. The operator has to review them first."


class Problem(Exception):
    """The reason why a request fails, and what to do about it.

    Args:
        kind: a kind of problem, or an HTTP status that needs no further explanation.
        detail: what was wrong and what to do, in sentences.
        retry_after_seconds: when to try again, or None.
    """

    def __init__(self, kind: Kind | HTTPStatus, detail: str, retry_after_seconds: int | None = None) -> None:
        if isinstance(kind, Kind):
            self.type, self.title, self.status = f"/docs#{slug(kind.title)}", kind.title, kind.status
        else:
            self.type, self.title, self.status = "about:blank", kind.phrase, kind.value
        self.detail, self.retry_after_seconds = detail, retry_after_seconds
        super().__init__(f"{self.title}. {detail}")

    def as_dict(self, url_prefix: str = "") -> dict[str, Any]:
        """Return the members of RFC 9457. `type` links to the problem's entry in the documentation."""
        place = url_prefix + self.type if self.type.startswith("/") else self.type
        return {"type": place, "title": self.title, "status": self.status, "detail": self.detail}


def documented() -> list[dict[str, Any]]:
    """Return an entry of the documentation for each kind: the anchor that `type` links to, and the facts."""
    return [
        {"slug": slug(kind.title), "title": kind.title, "status": kind.status, "advice": kind.advice} for kind in Kind
    ]


def not_understood(error: ValidationError) -> Problem:
    """Return the problem of a request that does not match the API's schemas."""
    return Problem(Kind.NOT_UNDERSTOOD, f"{reasons(error)}. See /docs.")


def reasons(error: ValidationError) -> str:
    """Return in words what does not match a schema, at most `MOST_REASONS` of them."""
    found = error.errors(include_url=False)[:MOST_REASONS]
    return "; ".join(_reason(one["type"], one["loc"], one["msg"]) for one in found)


def _reason(kind: str, place: tuple[int | str, ...], message: str) -> str:
    """Return in words what does not match a schema."""
    if not place:
        return "The body is not an object"
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")
    return f'"{name}" is unknown' if kind == "extra_forbidden" else f'"{name}": {message}'


def busy(detail: str = "Too many pictures are waiting already. Try again in a moment.") -> Problem:
    """Return the problem of a server that is overloaded for the moment."""
    return Problem(Kind.BUSY, detail, RETRY_SECONDS)


def no_model(is_unreadable: bool) -> Problem:
    """Return the problem of a server without a model, or with one that can't be read."""
    what = "The model can't be read; the server's log says why." if is_unreadable else "There is no model yet."
    return Problem(Kind.NO_MODEL, f"{what} Run `dvc repro`, then restart the server.", NO_MODEL_RETRY_SECONDS)
