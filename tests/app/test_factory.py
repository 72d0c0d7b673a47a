import tempfile

import pytest
from urllib3.filepost import encode_multipart_formdata

from tests.app.uploads import drawing


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
