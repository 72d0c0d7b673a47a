"""The routes of the API. Their docstrings are the summaries in its documentation."""

from typing import Any

from flask import Response, jsonify, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from app.api import schemas
from app.incoming.body import files_of, read_body, require_form, require_once
from app.problem import MEDIA_TYPE
from app.shared.state import state

PROBLEM: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}}
UPLOAD_PROBLEMS: dict[str | int, Any] = {status: dict(PROBLEM) for status in (400, 403, 413, 415, 422, 429, 503)}

api = APIBlueprint("api", __name__, url_prefix="/api", abp_tags=[Tag(name="API")])
contributing = APIBlueprint("contributing", __name__, url_prefix="/api", abp_tags=[Tag(name="API")])


@api.before_request
def refuse_repeated_parameters() -> None:
    """Raise Problem for a parameter of the query that is given several times."""
    require_once(request.args)


@api.after_request
def name_model(response: Response) -> Response:
    """Name the model that the response is about."""
    if model := state().model:
        response.headers["Model-SHA256"] = model["sha256"]
    return response


@api.post("/predict", responses={200: schemas.Entries, **UPLOAD_PROBLEMS})
def predict(query: schemas.PredictQuery) -> Response:
    """Predict the theme of each picture."""
    state().uploads.require(request.remote_addr)
    settings = state().settings
    uploads = read_body(request, settings.maximum_files, settings.limits.maximum_bytes)
    return jsonify(state().predict(uploads, query.heatmap, top=query.top))


@contributing.before_request
def refuse_other_bodies() -> None:
    """Raise Problem for too many uploads, for a body that is no form, before fields are missed, and for two themes."""
    state().uploads.require(request.remote_addr)
    require_form(request)
    require_once(request.form)


@contributing.post("/contribute", responses={201: schemas.Contributed, **UPLOAD_PROBLEMS, 507: dict(PROBLEM)})
def contribute(query: schemas.NoQuery, form: schemas.ContributeForm) -> tuple[Response, int]:
    """Contribute a picture and its correct theme to the next training."""
    photo = state().keep(files_of(request, "theme"), form.theme, request.remote_addr)
    return jsonify(theme=form.theme, photo=photo.as_posix()), 201


@api.get("/model", responses={200: schemas.ModelDescription, 422: dict(PROBLEM), 503: dict(PROBLEM)})
def model(query: schemas.NoQuery) -> Response:
    """Describe the model."""
    state().required_recognizer()
    return jsonify(state().model)
