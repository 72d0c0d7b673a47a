"""Assembles the application."""

import logging
from pathlib import Path
from typing import Any

import orjson
from flask import Flask, Response, jsonify, render_template, request
from flask.json.provider import JSONProvider
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from app import page
from app.api import routes
from app.api.body import EXAMPLE, request_body
from app.api.health import operations
from app.api.schemas import ProblemDetails
from app.incoming.body import JSON, require_plain
from app.incoming.form import InMemoryRequest
from app.page import pages
from app.page.about import about_model
from app.page.recorded import digests_of
from app.page.static_files import static_seconds, static_url_path
from app.problem import documented, not_understood
from app.recognition.recognizer import Recognizer
from app.settings import MEGABYTE, Settings
from app.shared.client_limits import ClientLimit
from app.shared.compression import register_compression
from app.shared.error_handler import register_error_handler
from app.shared.metrics import Metrics
from app.shared.request_log import register_request_log
from app.shared.same_site import register_same_site
from app.shared.state import KEY, State
from themer.answering.predictor import Predictor
from themer.base.errors import UserError

DESCRIPTION = (
    "Predicts the theme of a LEGO set from its picture. {privacy} A request holds at most {files} pictures of "
    "{megabytes} MB each, {all_megabytes} MB in all; a JPEG has at most {pixels:,} pixels, other formats half of "
    "that. {rate}"
)
PRIVACY = {
    False: "Pictures are not stored.",
    True: "Pictures are not stored, except those sent to /api/contribute: they are kept for the next training.",
}

log = logging.getLogger(__name__)


class OrderedJSONProvider(JSONProvider):
    """Writes and reads JSON with orjson: ten times as fast as the standard library, with keys in the documented order.

    NaN and infinities become null, since JSON has none.
    """

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return a value as JSON, on several lines if there is an indent."""
        return orjson.dumps(obj, option=orjson.OPT_INDENT_2 if kwargs.get("indent") else None).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return the value of a JSON text."""
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a response with a line of JSON: a value, or a dictionary of the keyword arguments."""
        value = self._prepare_response_obj(args, kwargs)
        return Response(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE), mimetype="application/json")


class Application(OpenAPI):
    """A Flask application that documents its API and keeps uploads in memory."""

    request_class = InMemoryRequest
    json_provider_class = OrderedJSONProvider

    def generate_spec_json(self) -> None:
        """Generate the document, with the body of predictions, for which the library has no schema.

        Without the validation errors that the library adds: routes document their own.
        """
        super().generate_spec_json()  # type: ignore[no-untyped-call]
        for methods in self.spec_json["paths"].values():
            for operation in methods.values():
                added = operation["responses"].get(self.validation_error_status, {})
                if JSON in added.get("content", {}):
                    del operation["responses"][self.validation_error_status]
        maximum_files = self.extensions[KEY].settings.maximum_files
        self.spec_json["paths"]["/api/predict"]["post"]["requestBody"] = request_body(maximum_files)


def build_app(settings: Settings) -> Flask:
    """Return the application for these settings. Without a model it explains how to make one."""
    # Templates and static files are in the package of the pages.
    folder = Path(page.__path__[0]).resolve()
    application = Application(
        "app",
        root_path=str(folder),
        static_url_path=static_url_path(folder / "static"),
        info=Info(title="Lego Themer", version="1", description=description(settings)),
        doc_ui=False,
        security_schemes={},
        validation_error_model=ProblemDetails,
        validation_error_callback=refuse,
    )
    application.config.update(
        MAX_CONTENT_LENGTH=settings.maximum_request_bytes, SEND_FILE_MAX_AGE_DEFAULT=static_seconds()
    )
    application.extensions[KEY] = load_state(settings)
    register_request_log(application)
    register_error_handler(application)
    register_same_site(application)
    application.before_request(lambda: require_plain(request))
    application.before_request(lambda: allow_parts(settings.maximum_files))
    application.after_request(with_relative_location)
    register_compression(application)
    register_routes(application, settings.contributions)
    return application


def description(settings: Settings) -> str:
    """Return what the API does, what it keeps and its limits."""
    rate = f"A client may upload {settings.requests_per_minute} times a minute."
    return DESCRIPTION.format(
        privacy=PRIVACY[settings.contributions],
        files=settings.maximum_files,
        megabytes=settings.maximum_megabytes,
        all_megabytes=settings.maximum_request_bytes // MEGABYTE,
        pixels=settings.maximum_pixels,
        rate=rate if settings.requests_per_minute else "",
    ).strip()


def allow_parts(maximum_files: int) -> None:
    """Let the form in the request have more parts than files: too many of these are then counted, and named."""
    request.max_form_parts = max(InMemoryRequest.max_form_parts, 2 * maximum_files)


def with_relative_location(response: Response) -> Response:
    """Return a redirect within this server without scheme and host, which a proxy in front of it may not pass on."""
    if response.location and response.location.startswith(request.host_url):
        response.location = "/" + response.location.removeprefix(request.host_url).lstrip("/")
    return response


def register_routes(application: Application, contributions: bool) -> None:
    """Add the pages, the API and its documentation."""
    application.register_blueprint(pages.pages)
    application.register_api(routes.api)
    application.register_api(operations)
    if contributions:
        application.register_blueprint(pages.contributing)
        application.register_api(routes.contributing)
    application.add_url_rule(
        "/openapi.json",
        "document",
        lambda: jsonify({**application.api_doc, "servers": [{"url": request.script_root or "/"}]}),
    )
    application.add_url_rule("/docs", "docs", lambda: docs_page(application.api_doc))


def docs_page(document: dict[str, Any]) -> str:
    """Return the page that documents the API and its problems."""
    return render_template("docs.html", document=document, problems=documented(), request_example=EXAMPLE)


def load_state(settings: Settings) -> State:
    """Return the state that requests share, with the model if there is one."""
    # The model already uses all cores. BLAS threads would compete with it in busy loops.
    threadpool_limits(1, user_api="blas")
    limit = f"{settings.requests_per_minute}/minute" if settings.requests_per_minute else None
    client_limits = ClientLimit(limit), ClientLimit(f"{settings.contributions_per_hour}/hour")
    try:
        predictor = Predictor.load(settings.model_file, settings.index, settings.batches_at_once)
    except UserError as error:
        log.warning("%s", error)
        metrics, is_unreadable = Metrics(waiting=lambda: 0), settings.model_file.exists()
        return State(settings, metrics, *client_limits, recognizer=None, model=None, is_unreadable=is_unreadable)
    recognizer = Recognizer(predictor, settings)
    digests = digests_of(settings.model_file, settings.index)
    model = about_model(predictor, settings.model_file, settings.root, digests)
    return State(settings, Metrics(recognizer.waiting), *client_limits, recognizer, model, digests=digests)


def refuse(error: ValidationError) -> None:
    """Raise Problem for a request that does not match the API's schemas."""
    raise not_understood(error)
