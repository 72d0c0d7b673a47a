"""Puts the application together."""

import logging
from pathlib import Path

from flask import Flask, jsonify, render_template
from flask_openapi3 import Info, OpenAPI

from app.about import about_model
from app.api import api
from app.operations import operations
from app.pages import pages
from app.problems import register_problems
from app.recognition import Recognizer
from app.safety import register_safety
from app.schemas import ProblemDetails
from app.settings import Settings
from app.state import KEY, State
from app.uploads import InMemoryRequest
from themer.errors import UserError
from themer.predictor import Predictor

ONE_HOUR = 3600

log = logging.getLogger(__name__)


class Application(OpenAPI):
    """A Flask application that documents its API and keeps uploads in memory."""

    request_class = InMemoryRequest


def build_app(settings: Settings) -> Flask:
    """Return the application for these settings; without a model it says what to run."""
    info = Info(title="Lego Themer", version="1", description="The theme of a LEGO set from its picture.")
    app = Application(
        "app",
        info=info,
        doc_ui=False,
        validation_error_model=ProblemDetails,
        static_folder="static",
        root_path=str(Path(__file__).parent.resolve()),
    )
    app.config.update(MAX_CONTENT_LENGTH=settings.maximum_request_bytes, SEND_FILE_MAX_AGE_DEFAULT=ONE_HOUR)
    app.extensions[KEY] = load_state(settings)
    register_problems(app)
    register_safety(app)
    app.register_blueprint(pages)
    app.register_api(api)
    app.register_api(operations)
    app.add_url_rule("/openapi.json", "document", lambda: jsonify(app.api_doc))
    app.add_url_rule("/docs", "docs", lambda: render_template("docs.html", document=app.api_doc))
    return app


def load_state(settings: Settings) -> State:
    """Return the settings with the model, if there is one."""
    model = settings.model if settings.model.is_file() else settings.model.with_suffix(".keras")
    try:
        predictor = Predictor.load(model, settings.index)
    except UserError as error:
        log.warning("%s", error)
        return State(settings, None, None)
    recognizer = Recognizer(
        predictor,
        settings.limits,
        settings.root / "data" / "thumbnails",
        settings.timeout_seconds,
        settings.pictures_per_batch,
        settings.waiting_pictures,
    )
    return State(settings, recognizer, about_model(predictor, model, settings.root))
