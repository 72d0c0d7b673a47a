import html
import io

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)

from app.api.schemas import Entries
from tests.app.uploads import drawing

# Schemathesis decompresses no response of a WSGI application.
PLAIN = {"Accept-Encoding": "identity"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    positive_data_acceptance,
]


@pytest.fixture(scope="session")
def schema(application):
    """The API's document, read by a library that tests servers with it."""
    return schemathesis.openapi.from_wsgi("/openapi.json", application)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/predict"), ("GET", "/api/model"), ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")],
)
def test_responses_to_any_request_match_the_document(schema, method, path):
    # Schemathesis's plugin for pytest fails with pytest 9.
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method].as_strategy())
    def check(case: schemathesis.Case) -> None:
        assume(not has_empty_file(case))
        case.call_and_validate(checks=CHECKS, headers=PLAIN)

    check()


def has_empty_file(case: schemathesis.Case) -> bool:
    """Return whether a form has an empty file: werkzeug's client sends it without an empty line, so no form is left."""
    form = case.body if case.media_type == "multipart/form-data" and isinstance(case.body, dict) else {}
    found = form.get("image", [])
    return any(not one for one in (found if isinstance(found, list) else [found]))


def test_predictions_match_the_document(schema):
    for query in ({}, {"heatmap": "1"}):
        case = schema["/api/predict"]["POST"].Case(query=query)
        response = case.call(headers=PLAIN, data={"image": (io.BytesIO(drawing()), "drawing.jpg")})
        assert response.status_code == 200
        case.validate_response(response, checks=CHECKS)


def test_the_document_is_openapi_3_1_and_lists_every_route(client, client_of):
    found = client.get("/openapi.json").json
    assert found["openapi"].startswith("3.1.")
    assert set(found["paths"]) == {"/api/predict", "/api/model", "/healthz", "/readyz", "/metrics"}
    assert "/api/contribute" in client_of(contributions=True).get("/openapi.json").json["paths"]


def test_the_documentation_page_lists_the_routes(client):
    text = client.get("/docs").text
    assert all(path in text for path in ("/api/predict", "/api/model", "/readyz", "heatmap"))


def test_the_examples_in_the_document_are_valid(client, schema):
    [operation] = client.get("/openapi.json").json["paths"]["/api/predict"].values()
    sent = operation["requestBody"]["content"]["application/json"]["example"]
    [found] = client.post("/api/predict", json=sent).json
    assert found["file"] == "image[0]" and found["top"]
    answer = operation["responses"]["200"]["content"]["application/json"]["example"]
    assert [one.model_dump(exclude_unset=True) for one in Entries.model_validate(answer).root] == answer
    assert list(answer[0])[1:] == [name for name in found if name != "file"]


def test_the_documentation_names_examples_and_limits(client_of):
    client = client_of(maximum_files=3, maximum_megabytes=2, maximum_pixels=1_000_000, requests_per_minute=7)
    text, document = html.unescape(client.get("/docs").text), client.get("/openapi.json").json
    for words in ("at most 3 pictures of 2 MB each, 6 MB in all", "1,000,000 pixels", "7 times a minute"):
        assert words in document["info"]["description"] and words in text
    assert "spaceship.jpg" in text and "R0lGODdh" in text and "Model-SHA256" in text
    content = document["paths"]["/api/predict"]["post"]["requestBody"]["content"]
    assert content["multipart/form-data"]["schema"]["properties"]["image"]["maxItems"] == 3
