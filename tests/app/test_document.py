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

from app import create_app
from app.settings import Settings
from tests.app.test_api import drawing

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="session")
def schema(root):
    app = create_app(Settings(root=root, requests_per_minute=0))
    return schemathesis.openapi.from_wsgi("/openapi.json", app)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/predict"), ("GET", "/api/model"), ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")],
)
def test_whatever_is_sent_is_answered_as_the_document_says(schema, method, path):
    # Not by Schemathesis's plugin for pytest, which fails with pytest 9.
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method].as_strategy())
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    check()


def test_a_picture_is_answered_as_the_document_says(schema):
    for query in ({}, {"heatmap": "1"}):
        case = schema["/api/predict"]["POST"].Case(query=query)
        response = case.call(data={"image": (io.BytesIO(drawing()), "drawing.jpg")})
        assert response.status_code == 200
        case.validate_response(response, checks=CHECKS)


def test_it_is_of_version_3_1_and_names_every_route(client, client_of):
    found = client.get("/openapi.json").json
    assert found["openapi"].startswith("3.1.")
    assert set(found["paths"]) == {"/api/predict", "/api/model", "/healthz", "/readyz", "/metrics"}
    assert "/api/contribute" in client_of(contributions=True).get("/openapi.json").json["paths"]


def test_the_page_of_documentation_names_them_too(client):
    text = client.get("/docs").text
    assert all(path in text for path in ("/api/predict", "/api/model", "/readyz", "heatmap"))
