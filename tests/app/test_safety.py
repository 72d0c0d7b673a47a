import io
import logging
import tempfile

import pytest
from urllib3.filepost import encode_multipart_formdata

from tests.app.test_api import drawing, problem_of, upload


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/about", 200), ("/docs", 200), ("/openapi.json", 200), ("/nothing", 404), ("/api/nothing", 404),
     ("/metrics", 200), ("/plots/result.png", 404)],
)  # fmt: skip
def test_every_response_restricts_the_browser(client, path, status):
    response = client.get(path)
    assert response.status_code == status
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Permissions-Policy"].startswith("camera=(self)")
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_answers_are_not_stored(client):
    assert client.post("/api/predict", data=upload(drawing())).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/predict"])
def test_other_sites_can_send_nothing(client, path, headers):
    response = client.post(path, data=upload(drawing()), headers={**headers, "Accept": "application/json"})
    assert problem_of(response, 403)["title"] == "Another site"


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"}],
)
def test_its_own_page_and_programs_can(client, headers):
    assert client.post("/api/predict", data=upload(drawing()), headers=headers).status_code == 200


def test_uploads_go_to_no_file(client, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(FileNotFoundError), tempfile.TemporaryFile():
        pass
    large = drawing() + b"x" * 5_000_000
    body, content_type = encode_multipart_formdata({"image": ("large.jpg", large)})
    for path in ("/api/predict", "/"):
        assert client.post(path, data=body, content_type=content_type).status_code == 200


def test_the_log_has_no_names_queries_or_addresses(client, caplog):
    caplog.set_level(logging.INFO)
    client.post("/api/predict?heatmap=secret", data=upload(drawing(), name="secret"))
    client.post("/api/predict?secret=1", data=upload(b"none", name="secret"))
    client.post("/api/predict?secret=1", data=upload(drawing(), name="secret"))
    client.get("/no%0Athing")
    assert "POST /api/predict 200" in caplog.text and "/no%0Athing" in caplog.text
    assert "secret" not in caplog.text and "127.0.0.1" not in caplog.text


def test_a_client_is_limited(client_of):
    client = client_of(requests_per_minute=2)
    for _ in range(2):
        assert client.post("/api/predict", data=upload(drawing())).status_code == 200
    for path in ("/api/predict", "/"):
        response = client.post(path, data=upload(drawing()), headers={"Accept": "application/json"})
        assert problem_of(response, 429) and int(response.headers["Retry-After"]) >= 1
    assert client.get("/").status_code == 200


def test_too_many_parts_are_refused(client):
    data = {f"field{number}": "x" for number in range(200)}
    assert problem_of(client.post("/api/predict", data={**data, "image": (io.BytesIO(drawing()), "x")}), 413)


def test_never_debug(client):
    assert client.application.debug is False and client.application.testing is False
