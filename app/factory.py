"""Puts the application together."""

import logging
from pathlib import Path
from typing import Any

from flask import Flask, jsonify, render_template
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

import app.api
import app.pages
from app.about import about_model
from app.client_limits import ClientLimit
from app.json_provider import OrderedJSONProvider
from app.metrics import Metrics
from app.observation import register_observation
from app.operations import operations
from app.problem_kinds import Kind
from app.problems import Problem, documented, register_problems
from app.recognition import Recognizer
from app.safety import register_safety
from app.schemas import ProblemDetails
from app.settings import Settings
from app.state import KEY, State
from app.static_files import static_seconds, static_url_path
from app.uploads import InMemoryRequest
from themer.errors import UserError
from themer.predictor import Predictor

DESCRIPTION = "Tells which theme a LEGO set belongs to, from its picture. Nothing that is sent is kept."

log = logging.getLogger(__name__)


class Application(OpenAPI):
    """A Flask application that documents its API and keeps uploads in memory."""

    request_class = InMemoryRequest
    json_provider_class = OrderedJSONProvider

    def generate_spec_json(self) -> None:
        """Make the document, without the error that the library adds to what takes no input."""
        super().generate_spec_json()  # type: ignore[no-untyped-call]
        for methods in self.spec_json["paths"].values():
            for operation in methods.values():
                if not operation.get("parameters") and not operation.get("requestBody"):
                    operation["responses"].pop(self.validation_error_status, None)


def build_app(settings: Settings) -> Flask:
    """Return the application for these settings; without a model it says what to run."""
    folder = Path(__file__).parent.resolve()
    application = Application(
        "app",
        root_path=str(folder),
        static_url_path=static_url_path(folder / "static"),
        info=Info(title="Lego Themer", version="1", description=DESCRIPTION),
        doc_ui=False,
        security_schemes={},
        validation_error_model=ProblemDetails,
        validation_error_callback=refuse,
    )
    application.config.update(
        MAX_CONTENT_LENGTH=settings.maximum_request_bytes, SEND_FILE_MAX_AGE_DEFAULT=static_seconds()
    )
    application.extensions[KEY] = load_state(settings)
    register_observation(application)
    register_problems(application)
    register_safety(application)
    register_routes(application, settings.contributions)
    return application


def register_routes(application: Application, contributions: bool) -> None:
    """Add the pages, the API and its document."""
    application.register_blueprint(app.pages.pages)
    application.register_api(app.api.api)
    application.register_api(operations)
    if contributions:
        application.register_blueprint(app.pages.contributing)
        application.register_api(app.api.contributing)
    application.add_url_rule("/openapi.json", "document", lambda: jsonify(application.api_doc))
    application.add_url_rule("/docs", "docs", lambda: docs_page(application.api_doc))


def docs_page(document: dict[str, Any]) -> str:
    """Return the page of documentation, of the API and of what can go wrong with it."""
    return render_template("docs.html", document=document, problems=documented())


def load_state(settings: Settings) -> State:
    """Return what requests share, with the model if there is one."""
    # The model uses all cores by itself, against which BLAS's threads would wait in busy loops.
    threadpool_limits(1, user_api="blas")
    limit = f"{settings.requests_per_minute}/minute" if settings.requests_per_minute else None
    client_limits = ClientLimit(limit), ClientLimit(f"{settings.contributions_per_hour}/hour")
    try:
        predictor = Predictor.load(settings.model, settings.index, settings.batches_at_once)
    except UserError as error:
        log.warning("%s", error)
        return State(settings, Metrics(waiting=lambda: 0), *client_limits, recognizer=None, model=None)
    recognizer = Recognizer(predictor, settings)
    model = about_model(predictor, settings.model, settings.root)
    return State(settings, Metrics(recognizer.waiting), *client_limits, recognizer, model)


def refuse(error: ValidationError) -> None:
    """Raise Problem for a request that does not say what the API's document asks for."""
    found = error.errors()[0]
    place = ".".join(str(part) for part in found["loc"])
    raise Problem(Kind.NOT_UNDERSTOOD, f'"{place}": {found["msg"]}. See /docs.')
