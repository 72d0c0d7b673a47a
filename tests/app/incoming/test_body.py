import base64

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from app.incoming.body import read_body
from app.incoming.form import Upload, require_at_most
from app.problem import Problem

BYTES = bytes(range(256)) * 3


def uploads(body: bytes, content_type: str | None = "application/json", maximum_bytes: int = 10_000) -> list[Upload]:
    """Return the uploads in a request."""
    sent = EnvironBuilder(method="POST", data=body, content_type=content_type)
    return read_body(Request(sent.get_environ()), maximum_files=3, maximum_bytes=maximum_bytes)


def in_json(text: str, **limits: int) -> Upload:
    """Return the upload of a text in JSON."""
    [upload] = uploads(b'{"image": "%s"}' % text.encode(), **limits)
    return upload


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(BYTES).decode(),
        base64.urlsafe_b64encode(BYTES).decode(),
        base64.b64encode(BYTES[:-1]).decode().rstrip("="),
        base64.encodebytes(BYTES).decode().replace("\n", "\\n"),
        "data:image/png;name=a.png;base64," + base64.b64encode(BYTES).decode(),
        "data:;BASE64," + base64.b64encode(BYTES).decode(),
        " DATA:image/png;base64," + base64.b64encode(BYTES).decode(),
    ],
)
def test_base64_is_read_in_every_usual_form(text):
    assert in_json(text).content in (BYTES, BYTES[:-1])


@pytest.mark.parametrize(
    "text", ["https://example.org/a.png", "abcde", "a", "é", "data:image/png,abcd", "data:", "a=b="]
)
def test_other_texts_are_a_problem_of_their_own(text):
    found = in_json(text)
    assert found.content == b"" and found.problem.title == "Not base64" and "not fetched" in found.problem.detail


def test_a_text_that_is_too_long_is_not_decoded():
    assert in_json("A" * 1336, maximum_bytes=1002).problem is None
    found = in_json("!" * 1340, maximum_bytes=1002).problem
    assert found.title == "Picture too large" and found.status == 413


def test_each_text_has_an_upload_named_by_its_place():
    assert [one.name for one in uploads(b'{"image": ["QQ", "?", "QUI="]}')] == ["image[0]", "image[1]", "image[2]"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not an object"),
        (b"{}", '"image": Field required'),
        (b'{"image": 4}', '"image"'),
        (b'{"image": null}', '"image"'),
        (b'{"image": ["QQ", 4]}', r'"image\[1\]": Expected base64'),
        (b'{"image": []}', '"image"'),
        (b'{"images": ["QQ"]}', '"images" is unknown'),
    ],
)
def test_json_of_another_shape_is_a_problem_that_names_the_place(body, words):
    with pytest.raises(Problem, match=words) as raised:
        uploads(body)
    assert raised.value.status in (400, 422)


@pytest.mark.parametrize(
    ("value", "received"),
    [("null", "null"), ("true", "a boolean"), ("4", "a number"), ("0.5", "a number"), ("{}", "an object")]
    + [('["QQ", null]', "null"), ("[[]]", "a list")],
)
def test_a_value_of_another_type_is_a_problem_that_says_what_to_send(value, received):
    with pytest.raises(Problem, match=f'Expected base64, received {received}. Send {{"image": "...') as raised:
        uploads(b'{"image": %s}' % value.encode())
    assert raised.value.status == 400


def test_too_many_texts_are_refused():
    with pytest.raises(Problem, match="at most 3 pictures at once, not 4"):
        uploads(b'{"image": ["", "", "", ""]}')
    with pytest.raises(Problem, match="too many values"):
        uploads(b'{"image": [' + b"{}," * 1_000_000 + b"{}]}")


def test_where_one_picture_is_allowed_the_limit_is_worded_so():
    with pytest.raises(Problem, match="Send at most one picture at once, not 2"):
        require_at_most(1, 2)


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", "video/mp4", "nonsense"])
def test_another_type_is_refused_with_those_that_are_accepted(content_type):
    with pytest.raises(Problem) as raised:
        uploads(b"x", content_type)
    assert raised.value.status == 415
    for words in (content_type, "multipart/form-data", "image/*", "application/octet-stream", "application/json"):
        assert words in raised.value.detail
