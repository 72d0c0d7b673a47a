"""What /api/predict takes, as its documentation describes it. `app.incoming.body` reads it."""

from typing import Any

from app.incoming.body import BYTES, JSON, PICTURE
from app.incoming.form import FIELD, FORM

FORMATS = "JPEG, PNG, WebP, GIF (its first frame) or BMP"
# A GIF of one pixel, which can be sent as it stands.
EXAMPLE = {"image": "data:image/gif;base64,R0lGODdhAQABAIAAAAAAAAAAACwAAAAAAQABAAAIBAABBAQAOw=="}


def request_body(maximum_files: int) -> dict[str, Any]:
    """Return the request body of /api/predict for OpenAPI, with the limit on files."""
    picture = {"schema": {"type": "string", "format": "binary", "description": f"a picture: {FORMATS}"}}
    files = _several({"type": "string", "format": "binary"}, maximum_files)
    texts = {"anyOf": [{"type": "string"}, _several({"type": "string"}, maximum_files)]}
    form = _object("Form", {**files, "description": f"one file or several: {FORMATS}"})
    pictures = _object(
        "JsonPictures", {**texts, "description": "a picture as base64 or as a data URL, or a list of these"}
    )
    content = {
        FORM: {"schema": form},
        PICTURE: picture,
        BYTES: picture,
        JSON: {"schema": pictures, "example": EXAMPLE},
    }
    return {"required": True, "content": content}


def _several(items: dict[str, Any], maximum: int) -> dict[str, Any]:
    """Return the schema of a list with at least one item."""
    return {"type": "array", "items": items, "minItems": 1, "maxItems": maximum}


def _object(title: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object whose only property is the field for pictures."""
    properties = {FIELD: schema}
    return {
        "type": "object",
        "title": title,
        "properties": properties,
        "required": [FIELD],
        "additionalProperties": False,
    }
