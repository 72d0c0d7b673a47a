"""The body of a request for predictions: a form, a picture, or JSON. All three become uploads."""

import base64
import re
from typing import Annotated, Any

import orjson
from flask import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError
from werkzeug.datastructures import FileStorage, MultiDict

from app.incoming.form import FIELD, FORM, Upload, read_uploads, require_at_most
from app.incoming.picture_file import too_large
from app.problem import Kind, Problem, reasons

BYTES, JSON, PICTURE = "application/octet-stream", "application/json", "image/*"
ACCEPTED = (
    f'Send a form ({FORM}) with files in the field "{FIELD}", a picture ({PICTURE} or {BYTES}), or JSON ({JSON}) with '
    f'base64 in "{FIELD}".'
)
# Both alphabets of RFC 4648, with or without line breaks.
ALPHABET, IGNORED = bytes.maketrans(b"-_", b"+/"), b" \t\r\n"
DATA_URL = re.compile(r"\s*data:", re.IGNORECASE)
MOST_COMMAS = 10_000
JSON_TYPES = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    dict: "an object",
    list: "a list",
}


def _text(found: Any) -> Any:
    """Return a text; raise PydanticCustomError for anything else."""
    if isinstance(found, str):
        return found
    raise PydanticCustomError("text", "Expected base64, received {received}", {"received": JSON_TYPES[type(found)]})


class JsonPictures(BaseModel):
    """Pictures as base64: one text, or a list of them."""

    model_config = ConfigDict(extra="forbid")

    image: Annotated[
        list[Annotated[str, BeforeValidator(_text)]],
        BeforeValidator(lambda found: found if isinstance(found, list) else [_text(found)]),
        Field(min_length=1),
    ]


def read_body(request: Request, maximum_files: int, maximum_bytes: int) -> list[Upload]:
    """Return the uploads in a request. Those in JSON are limited to `maximum_bytes` before they are decoded.

    Raises:
        Problem: the body has another type, does not match its type, or holds no picture or too many.
    """
    kind = request.mimetype
    if kind == FORM:
        return read_uploads(files_of(request), maximum_files)
    if request.is_json:
        return _json_uploads(request.get_data(cache=False), maximum_files, maximum_bytes)
    # Not cached: until the response, the request would hold on to it.
    content = request.get_data(cache=False)
    if kind == BYTES or kind.startswith("image/") or (content and not kind):
        return [Upload("body", content)]
    if not content:
        raise Problem(Kind.NO_PICTURE, f"The request has no body. {ACCEPTED}")
    raise Problem(Kind.UNSUPPORTED_BODY, f"The body's type is {kind}. {ACCEPTED}")


def require_plain(request: Request) -> None:
    """Raise Problem for a compressed body."""
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        detail = f"The body is compressed (Content-Encoding: {encoding}). Send it as it is, without this header."
        raise Problem(Kind.UNSUPPORTED_BODY, detail)


def require_form(request: Request) -> None:
    """Raise Problem for a body that is no form with files."""
    if request.mimetype != FORM:
        received = request.mimetype or "missing"
        raise Problem(Kind.UNSUPPORTED_BODY, f"The body's type is {received}. Send a form ({FORM}).")


def require_once(values: MultiDict[str, str]) -> None:
    """Raise Problem for a name that stands several times in a query or a form: only one value could count."""
    for name, given in values.lists():
        if len(given) > 1:
            raise Problem(Kind.NOT_UNDERSTOOD, f'"{name}" is given {len(given)} times. Give it once. See /docs.')


def files_of(request: Request, *texts: str) -> list[FileStorage]:
    """Return the files in a form's field for pictures; raise Problem for fields but this and `texts`, and for text."""
    unknown = sorted({*request.files, *request.form} - {FIELD, *texts})
    if unknown:
        names = ", ".join(f'"{name}"' for name in unknown)
        raise Problem(Kind.NOT_UNDERSTOOD, f'The form has {names}. Its only field is "{FIELD}". See /docs.')
    if FIELD in request.form:
        raise Problem(
            Kind.NO_PICTURE, f'The field "{FIELD}" holds text. Send files in it; with curl: -F {FIELD}=@FILE.'
        )
    return request.files.getlist(FIELD)


def _json_uploads(body: bytes, maximum_files: int, maximum_bytes: int) -> list[Upload]:
    """Return the uploads in a JSON body, each named by its place."""
    # Values are separated by commas. Millions of them would fill the memory before they could be counted.
    if body.count(b",") > MOST_COMMAS:
        raise Problem(Kind.TOO_MANY_PICTURES, f"The JSON has too many values. Send at most {maximum_files} pictures.")
    try:
        texts = JsonPictures.model_validate(orjson.loads(body)).image
    except orjson.JSONDecodeError as error:
        raise Problem(Kind.OTHER_JSON, f"The body is not JSON: {error}. {Kind.OTHER_JSON.advice}") from None
    except ValidationError as error:
        names_differ = any(one["type"] in ("missing", "extra_forbidden") for one in error.errors())
        kind = Kind.NOT_UNDERSTOOD if names_differ else Kind.OTHER_JSON
        raise Problem(kind, f"{reasons(error)}. {Kind.OTHER_JSON.advice}") from None
    require_at_most(maximum_files, len(texts))
    return [_decoded(f"{FIELD}[{place}]", text, maximum_bytes) for place, text in enumerate(texts)]


def _decoded(name: str, text: str, maximum_bytes: int) -> Upload:
    """Return the upload in base64 or a data URL; with a problem if it is neither, or too large."""
    head, _, rest = text.partition(",") if DATA_URL.match(text) else ("data:;base64", "", text)
    try:
        # The padding at the end is optional here.
        packed = rest.encode("ascii").translate(ALPHABET, IGNORED).rstrip(b"=")
        if len(packed) * 3 // 4 > maximum_bytes:
            return Upload(name, b"", too_large(f"{len(packed) * 3 / 4e6:.1f} MB", f"{maximum_bytes / 1e6:.0f} MB"))
        if head.lower().endswith(";base64"):
            return Upload(name, base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True))
    except ValueError:
        pass
    return Upload(name, b"", Problem(Kind.NOT_BASE64, Kind.NOT_BASE64.advice))
