"""Uploads for tests, and problems in responses."""

import io
from functools import cache

from flask.testing import FlaskClient
from PIL import Image
from urllib3.filepost import encode_multipart_formdata
from werkzeug.test import TestResponse

from tests.drawn_sets import drawn_set

PROBLEM = "application/problem+json"


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """Return a picture's file."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def frames(kind: str, count: int) -> bytes:
    """Return the file of an animation whose first frame is red."""
    pictures = [Image.new("RGB", (8, 8), (255, 20 * number, 0)) for number in range(count)]
    return encoded(pictures[0], kind, save_all=True, append_images=pictures[1:])


@cache
def drawing(kind: str = "minifigure", number: int = 9000) -> bytes:
    """Return a JPEG of a set that the model was not trained on."""
    return encoded(drawn_set(kind, number), "JPEG")


def upload(*contents: bytes, name: str = "picture", **fields: str) -> dict:
    """Return a form with files and fields, for the test client."""
    return {"image": [(io.BytesIO(content), f"{name}-{n}.jpg") for n, content in enumerate(contents)], **fields}


def posted(client: FlaskClient, *files: tuple[str, bytes]) -> TestResponse:
    """Send files as browsers do: the test client omits the empty line before the content of an empty file."""
    body, content_type = encode_multipart_formdata([("image", file) for file in files])
    return client.post("/api/predict", data=body, content_type=content_type)


def problem_of(response: TestResponse, status: int) -> dict:
    """Return the problem in a response, which is asserted to be complete."""
    assert (response.status_code, response.mimetype) == (status, PROBLEM)
    found = response.json
    assert found["status"] == status and found["detail"].endswith(".")
    assert set(found) == {"type", "title", "status", "detail"}
    return found
