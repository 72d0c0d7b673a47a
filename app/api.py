"""The API."""

from pathlib import Path
from typing import Any

from flask import Response, jsonify, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from werkzeug.datastructures import FileStorage

from app import schemas
from app.contributions import keep_photo
from app.problems import MEDIA_TYPE
from app.settings import MEGABYTE
from app.state import state
from app.uploads import read_uploads

PROBLEM: dict[str, Any] = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}}
UPLOAD_PROBLEMS: dict[str | int, Any] = {status: dict(PROBLEM) for status in (400, 403, 413, 415, 422, 429, 503)}

api = APIBlueprint("api", __name__, url_prefix="/api", abp_tags=[Tag(name="API")])
contributing = APIBlueprint("contributing", __name__, url_prefix="/api", abp_tags=[Tag(name="API")])


@api.post("/predict", responses={200: schemas.Entries, **UPLOAD_PROBLEMS})
def predict(query: schemas.PredictQuery, form: schemas.PredictForm) -> Response:
    """Tell the theme of each picture."""
    state().uploads.require(request.remote_addr)
    uploads = read_uploads(list(form.image), state().settings.maximum_files)
    return jsonify(state().answer(uploads, query.heatmap))


@contributing.post("/contribute", responses={201: schemas.Contributed, **UPLOAD_PROBLEMS, 507: dict(PROBLEM)})
def contribute(form: schemas.ContributeForm) -> tuple[Response, int]:
    """Keep a picture, whose right theme you know, for the next training."""
    photo = kept([form.image], form.theme)
    return jsonify(theme=form.theme, photo=photo.as_posix()), 201


@api.get("/model", responses={200: schemas.ModelDescription, 503: dict(PROBLEM)})
def model() -> Response:
    """Tell what the model is."""
    state().required_recognizer()
    return jsonify(state().model)


def kept(files: list[FileStorage], theme: str) -> Path:
    """Keep the one picture of a form, and return where; raise Problem or PictureError if it is not to be kept."""
    settings, recognizer = state().settings, state().required_recognizer()
    state().contributions.require(request.remote_addr)
    [upload] = read_uploads(files, maximum_files=1)
    picture = recognizer.read(upload)
    maximum_bytes = settings.contributed_megabytes * MEGABYTE
    return keep_photo(picture, theme, recognizer.predictor.labels, settings.photos, maximum_bytes)
