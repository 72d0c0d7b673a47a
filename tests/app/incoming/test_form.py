import io
import tempfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata
from werkzeug.test import EnvironBuilder

from app.incoming.form import InMemoryRequest, read_uploads
from app.problem import Problem

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1).filter(lambda name: "%" not in name)


def request_of(body: bytes, content_type: str = "multipart/form-data; boundary=B") -> InMemoryRequest:
    """Return a request with a body."""
    sent = EnvironBuilder(method="POST", input_stream=io.BytesIO(body), content_type=content_type)
    sent.content_length = len(body)
    return InMemoryRequest(sent.get_environ())


def form_of(*parts: tuple[str, str | None, bytes]) -> InMemoryRequest:
    """Return a request with parts: a name, a file name or None, and a content."""
    fields = []
    for name, file_name, content in parts:
        fields.append(RequestField(name, content, file_name))
        fields[-1].make_multipart()
    return request_of(*encode_multipart_formdata(fields))


@given(name=NAMES, file_name=NAMES, content=st.binary(max_size=200_000), text=st.text())
def test_parts_are_read_as_sent(name, file_name, content, text):
    request = form_of((name, file_name, content), ("other", None, text.encode()), (name, file_name, b""))
    files = request.files.getlist(name)
    assert [(file.filename.strip(), file.read()) for file in files] == [
        (file_name.strip(), content),
        (file_name.strip(), b""),
    ]
    assert request.form["other"] == text and list(request.form) == ["other"] and set(request.files) == {name}


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        (b'filename="M\xfcller.jpg"', "Müller.jpg"),
        (b'filename="\xff\xfe\x80.jpg"', "\xff\xfe\x80.jpg"),
        ('filename="Müller 猫.jpg"'.encode(), "Müller 猫.jpg"),
        (b"filename=M.jpg", "M.jpg"),
        (b"filename*=UTF-8''M%C3%BCller.jpg", "Müller.jpg"),
        (b"filename*=utf-8'de'M%C3%BCller.jpg", "Müller.jpg"),
        (b"FileName* = iso-8859-1''M%FCller.jpg", "Müller.jpg"),
        (b"filename*=utf-8''%FF.jpg", "\ufffd.jpg"),
        (b"filename*=koi8-r''%FF.jpg", ""),
        (b"filename*=", ""),
        (b"filename=\"=?utf-8?B?TcO8bGxlci5qcGc=?=\"; filename*=utf-8''M%C3%BCller.jpg", "Müller.jpg"),
        (b"filename*=utf-8''M%C3%BCller.jpg; filename=\"M.jpg\"", "Müller.jpg"),
    ],
)
def test_a_file_is_read_whatever_the_encoding_of_its_name(parameters, name):
    head = b'--B\r\nContent-Disposition: form-data; name="image"; ' + parameters
    file = request_of(head + b"\r\n\r\nbytes\r\n--B--\r\n").files["image"]
    assert (file.filename, file.read()) == (name, b"bytes")


def test_a_part_with_an_empty_file_name_is_a_file():
    request = form_of(("image", "", b""))
    assert request.files["image"].filename == "" and not request.form


@pytest.mark.parametrize("name", ["", "  "])
def test_a_picture_without_a_name_is_named_by_its_place(name):
    sent = [("image", "", b""), ("image", "a.jpg", b"x"), ("image", name, b"y")]
    assert [one.name for one in read_uploads(form_of(*sent).files.getlist("image"), 3)] == ["a.jpg", "picture 2"]


def test_large_files_are_kept_in_memory(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    file = form_of(("image", "a.jpg", b"x" * 9_000_000)).files["image"]
    assert isinstance(file.stream, io.BytesIO) and len(file.read()) == 9_000_000


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "Unexpected end of multipart stream"),
        (b"not a form", "Unexpected end of multipart stream"),
        (b'--B\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\nhalf', "Unexpected end"),
        (b"--B\r\n\r\nx\r\n--B--\r\n", "Missing Content-Disposition"),
        (b"--B\r\nContent-Disposition: attachment\r\n\r\nx\r\n--B--\r\n", "Wrong type"),
    ],
)
def test_a_broken_form_is_a_problem_with_the_reason(body, words):
    with pytest.raises(Problem, match=words) as raised:
        request_of(body).files  # noqa: B018
    assert raised.value.status == 422


@given(junk=st.binary(max_size=50), place=st.integers(0, 300), cut=st.integers(0, 50))
def test_mutated_forms_are_read_or_refused(junk, place, cut):
    whole, _ = encode_multipart_formdata({"image": ("a.jpg", b"content"), "theme": "MiniFig"}, "B")
    request = request_of(whole[:place] + junk + whole[place + cut :])
    with suppress(Problem):
        assert all(isinstance(file.read(), bytes) for file in request.files.values())


def test_a_form_without_a_boundary_is_a_problem():
    with pytest.raises(Problem, match="Empty boundary"):
        request_of(b"--B", "multipart/form-data").files  # noqa: B018


def test_parts_and_fields_are_limited():
    assert len(form_of(*[("image", "a.jpg", b"")] * 100).files.getlist("image")) == 100
    for words, *parts in (
        ("more than 100 parts", *[("image", "a.jpg", b"")] * 101),
        ('text in the field "theme" is too long', ("theme", None, b"x" * 500_001)),
        ("too long or too many headers. Give the file a shorter name", ("image", "x" * 5000, b"")),
    ):
        with pytest.raises(Problem, match=words) as raised:
            form_of(*parts).files  # noqa: B018
        assert raised.value.status == 413


def test_forms_without_files_are_read():
    request = request_of(b"theme=MiniFig", "application/x-www-form-urlencoded")
    assert request.form["theme"] == "MiniFig" and not request.files
    assert not request_of(b"{}", "application/json").form
