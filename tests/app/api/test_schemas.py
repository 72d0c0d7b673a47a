import io

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.app.uploads import drawing

# Schemathesis decompresses no response of a WSGI application.
PLAIN = {"Accept-Encoding": "identity"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


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
        case.call_and_validate(checks=CHECKS, headers=PLAIN)

    check()


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
