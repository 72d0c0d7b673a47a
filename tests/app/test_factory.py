import json
import logging
import math
import shutil
import tempfile

import pytest
from flask import Flask, jsonify
from hypothesis import given
from hypothesis import strategies as st
from urllib3.filepost import encode_multipart_formdata

from app import predict
from app.factory import OrderedJSONProvider
from tests.app.uploads import drawing, problem_of, upload
from tests.conftest import PROJECT

INTEGERS = st.integers(-(2**63), 2**63 - 1)
PLAIN = st.none() | st.booleans() | INTEGERS | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(PLAIN, lambda one: st.lists(one) | st.dictionaries(st.text(), one), max_leaves=20)

JSON_PLEASE = {"Accept": "application/json"}


def test_uploads_are_never_written_to_files(client, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(FileNotFoundError), tempfile.TemporaryFile():
        pass
    large = drawing() + b"x" * 5_000_000
    body, content_type = encode_multipart_formdata({"image": ("large.jpg", large)})
    for path in ("/api/predict", "/"):
        assert client.post(path, data=body, content_type=content_type).status_code == 200


def test_debugging_is_off(client):
    assert client.application.debug is False and client.application.testing is False


@pytest.mark.parametrize("path", ["/", "/api/predict"])
def test_a_compressed_body_is_refused_with_advice(client, path):
    form = upload(drawing())
    found = problem_of(client.post(path, data=form, headers={"Content-Encoding": "gzip", **JSON_PLEASE}), 415)
    assert "compressed (Content-Encoding: gzip). Send it as it is" in found["detail"]
    assert client.post(path, data=upload(drawing()), headers={"Content-Encoding": "identity"}).status_code == 200


def test_a_redirect_leaves_scheme_and_host_to_the_proxy(client):
    response = client.get("/", environ_overrides={"PATH_INFO": "", "SCRIPT_NAME": "/themer"})
    assert (response.status_code, response.headers["Location"]) == (308, "/themer/")


@pytest.fixture(scope="module")
def provider() -> OrderedJSONProvider:
    return OrderedJSONProvider(Flask(__name__))


@given(value=VALUES)
def test_the_standard_library_reads_what_is_written(provider, value):
    assert json.loads(provider.dumps(value)) == value == provider.loads(json.dumps(value))


def test_nan_and_infinity_become_null(provider):
    assert provider.dumps([math.nan, math.inf]) == "[null,null]"


def test_keys_have_the_documented_order(client):
    [found] = json.loads(client.post("/api/predict", data=upload(drawing())).text)
    assert list(found) == [
        "file",
        "theme",
        "confidence",
        "sure",
        *("none_of_these", "other_theme", "reason"),
        "top",
        "similar",
    ]


def test_keyword_arguments_become_a_dictionary(client):
    with client.application.app_context():
        response = jsonify(theme="MiniFig", photo="ü.jpg")
    assert response.get_data(as_text=True) == '{"theme":"MiniFig","photo":"ü.jpg"}\n'
    assert response.mimetype == "application/json"


FILES = ("classifier.tflite", "index/boundary.npy", "index/features.npy", "index/index.json", "index/pictures.csv")
DAMAGES = {
    "absent": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut in half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "without its end": lambda path: path.write_bytes(path.read_bytes()[:-2]),
    "of another kind": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\0"),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_model_is_explained_wherever_it_is_used(client_of, root, tmp_path, caplog, capsys, name, damage):
    shutil.copytree(root / "models", tmp_path / "models")
    DAMAGES[damage](tmp_path / "models" / name)
    client = client_of(root=tmp_path)
    assert client.get("/").status_code == 503 and client.get("/about").status_code == 200
    problem_of(client.post("/api/predict", data=upload(drawing())), 503)
    lines = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert len(lines) == 1 and str(tmp_path) in lines[0].message and "dvc repro" in lines[0].message
    assert predict.main([str(PROJECT / "README.md"), "--model", str(tmp_path / "models")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {tmp_path}/models") and said.count("\n") == 1 and "dvc repro" in said
