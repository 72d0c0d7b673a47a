"""The operator's routes: liveness, readiness and metrics."""

from flask import Response, jsonify
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from app.api.routes import PROBLEM
from app.api.schemas import Health
from app.shared.state import state

operations = APIBlueprint("operations", __name__, abp_tags=[Tag(name="Operation")])


@operations.get("/healthz", responses={200: Health})
def healthz() -> Response:
    """Check that the process is alive."""
    return jsonify(status="alive")


@operations.get("/readyz", responses={200: Health, 503: dict(PROBLEM)})
def readyz() -> Response:
    """Check that a model is loaded."""
    state().required_recognizer()
    return jsonify(status="ready")


@operations.get("/metrics", responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}})
def metrics() -> Response:
    """Get the counters, for Prometheus."""
    return Response(state().metrics.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
