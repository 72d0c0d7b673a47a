"""What the operator asks for: whether the process lives, whether it is ready, and what it has done."""

from flask import Response, jsonify
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from app.api import PROBLEM
from app.schemas import Health
from app.state import state

operations = APIBlueprint("operations", __name__, abp_tags=[Tag(name="Operation")])


@operations.get("/healthz", responses={200: Health})
def healthz() -> Response:
    """Tell that the process lives."""
    return jsonify(status="alive")


@operations.get("/readyz", responses={200: Health, 503: dict(PROBLEM)})
def readyz() -> Response:
    """Tell that there is a model that answers."""
    state().required_recognizer()
    return jsonify(status="ready")


@operations.get("/metrics", responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}})
def metrics() -> Response:
    """Tell what was done, for Prometheus."""
    return Response(state().metrics.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
