"""The API."""

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag

from app import schemas
from app.problems import MEDIA_TYPE
from app.state import state
from app.uploads import read_uploads

PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}}
UPLOAD_PROBLEMS = {status: dict(PROBLEM) for status in (400, 403, 413, 415, 422, 429, 500, 503)}

api = APIBlueprint("api", __name__, url_prefix="/api", abp_tags=[Tag(name="API")])


@api.post("/predict", responses={200: schemas.Entries, **UPLOAD_PROBLEMS})
def predict(query: schemas.PredictQuery, form: schemas.PredictForm) -> Response:
    """Tell the theme of each picture."""
    uploads = read_uploads(list(form.image), state().settings.maximum_files)
    return jsonify(state().required_recognizer().answer(uploads, query.heatmap))


@api.get("/model", responses={200: schemas.ModelDescription, 503: dict(PROBLEM)})
def model() -> Response:
    """Tell what the model is."""
    state().required_recognizer()
    return jsonify(state().model)
