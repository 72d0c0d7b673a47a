import pytest

from app.shared.state import KEY
from tests.app.uploads import drawing, problem_of, upload

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"}


def test_errors_of_the_api_are_problems(client):
    assert problem_of(client.get("/api/nothing"), 404)["title"] == "Not Found"
    response = client.get("/api/predict")
    assert problem_of(response, 405) and response.headers["Allow"] == "OPTIONS, POST"
    assert problem_of(client.get("/nothing", headers={"Accept": "application/json"}), 404)


def test_a_part_beyond_the_end_is_refused_with_the_size(client):
    [found] = client.post("/api/predict", data=upload(drawing())).json
    address = next(one["thumbnail"] for one in found["similar"] if one["thumbnail"])
    size_bytes = client.head(address).content_length
    response = client.get(address, headers={"Range": f"bytes={size_bytes}-"})
    assert problem_of(response, 416) and response.headers["Content-Range"] == f"bytes */{size_bytes}"


def test_errors_are_pages_for_people(client):
    response = client.get("/nothing", headers={"Accept": "text/html"})
    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert "There is nothing at this address." in response.text
    assert client.post("/", data={}).status_code == 400


@pytest.mark.parametrize("accept", [None, "", "*/*", "text/*", "text/plain", "image/png", "nonsense", "text/html;q=0"])
@pytest.mark.parametrize("path", ["/readyz", "/nothing", "/"])
def test_programs_get_problems_whatever_they_accept(client, accept, path):
    headers = {} if accept is None else {"Accept": accept}
    assert problem_of(client.put(path, headers=headers), 404 if path == "/nothing" else 405)


@pytest.mark.parametrize("path", ["/readyz", "/healthz", "/metrics", "/openapi.json", "/api/model", "/api/nothing"])
def test_addresses_of_programs_have_problems_even_for_browsers(client, path):
    assert problem_of(client.delete(path, headers=BROWSER), 404 if path == "/api/nothing" else 405)


def test_browsers_get_pages(client):
    response = client.put("/", headers=BROWSER)
    assert (response.status_code, response.mimetype) == (405, "text/html")


def test_an_internal_error_is_a_problem_without_details(client_of, monkeypatch):
    client = client_of()
    recognizer = client.application.extensions[KEY].recognizer
    monkeypatch.setattr(recognizer.predictor, "predict_batch", lambda pixels: 1 / 0)
    found = problem_of(client.post("/api/predict", data=upload(drawing())), 500)
    assert "division" not in found["detail"]
    monkeypatch.undo()
    assert client.post("/api/predict", data=upload(drawing())).status_code == 200
