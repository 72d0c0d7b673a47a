"""The routes of the API. Their docstrings are the summaries in its documentation."""

from typing import Any

from flask import Response, jsonify, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from app.api import schemas
from app.incoming.form import read_uploads
from app.problem import MEDIA_TYPE
from app.shared.state import state

PROBLEM: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}}
UPLOAD_PROBLEMS: dict[str | int, Any] = {status: dict(PROBLEM) for status in (400, 403, 413, 415, 422, 429, 503)}

api = APIBlueprint("api", __name__, url_prefix="/api", abp_tags=[Tag(name="API")])
contributing = APIBlueprint("contributing", __name__, url_prefix="/api", abp_tags=[Tag(name="API")])


@api.post("/predict", responses={200: schemas.Entries, **UPLOAD_PROBLEMS})
def predict(query: schemas.PredictQuery, form: schemas.PredictForm) -> Response:
    """Predict the theme of each picture."""
    state().uploads.require(request.remote_addr)
    uploads = read_uploads(list(form.image), state().settings.maximum_files)
    return jsonify(state().predict(uploads, query.heatmap))


@contributing.post("/contribute", responses={201: schemas.Contributed, **UPLOAD_PROBLEMS, 507: dict(PROBLEM)})
def contribute(form: schemas.ContributeForm) -> tuple[Response, int]:
    """Contribute a picture and its correct theme to the next training."""
    photo = state().keep([form.image], form.theme, request.remote_addr)
    return jsonify(theme=form.theme, photo=photo.as_posix()), 201


@api.get("/model", responses={200: schemas.ModelDescription, 503: dict(PROBLEM)})
def model() -> Response:
    """Describe the model."""
    state().required_recognizer()
    return jsonify(state().model)
