"""What /api/predict takes, as its documentation describes it. `app.incoming.body` reads it."""

from typing import Any

from app.incoming.body import BYTES, JSON, PICTURE, JsonPictures
from app.incoming.form import FIELD, FORM

FORMATS = "JPEG, PNG, WebP, GIF (its first frame) or BMP"
# A GIF of one pixel, which can be sent as it stands.
EXAMPLE = {"image": "data:image/gif;base64,R0lGODdhAQABAIAAAAAAAAAAACwAAAAAAQABAAAIBAABBAQAOw=="}

FORM_FIELDS: dict[str, Any] = {
    "type": "object",
    "title": "Form",
    "properties": {
        FIELD: {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "format": "binary"},
            "description": f"one file or several: {FORMATS}",
        }
    },
    "required": [FIELD],
    "additionalProperties": False,
}
CONTENT: dict[str, Any] = {"schema": {"type": "string", "format": "binary", "description": f"a picture: {FORMATS}"}}
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        FORM: {"schema": FORM_FIELDS},
        PICTURE: CONTENT,
        BYTES: CONTENT,
        JSON: {"schema": JsonPictures.model_json_schema(), "example": EXAMPLE},
    },
}
