"""Turns every error into a problem: JSON for programs, a page for people."""

import logging
from http import HTTPStatus

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestedRangeNotSatisfiable

from app.problem import MEDIA_TYPE, Problem

DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not support the request's method.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is too large. Send fewer or smaller pictures.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests. Wait a minute before you send more.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "An error occurred on the server. Your request is not at fault. Try again later.",
}
RATE_LIMIT_SECONDS = 60
# Addresses that only programs use.
PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json")
PAGE = "text/html"

log = logging.getLogger(__name__)


def register_error_handler(app: Flask) -> None:
    """Respond to every error of an application with a problem."""
    app.register_error_handler(Exception, respond)


def respond(error: Exception) -> Response:
    """Return the response to an error, in the form that the client accepts."""
    problem = _problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, Problem):
        log.error("unexpected error", exc_info=error)
    response = _as_json(problem) if _wants_json() else _as_page(problem)
    response.status_code = problem.status
    if problem.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(problem.retry_after_seconds)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    if isinstance(error, RequestedRangeNotSatisfiable):
        response.headers["Content-Range"] = f"{error.units} */{error.length}"
    return response


def _problem_of(error: Exception) -> Problem:
    """Return the problem that describes an error. An unexpected error gives away no details."""
    if isinstance(error, Problem):
        return error
    status = HTTPStatus(error.code or 500 if isinstance(error, HTTPException) else 500)
    detail = DETAILS.get(status) or getattr(error, "description", None) or status.phrase
    wait_seconds = RATE_LIMIT_SECONDS if status == HTTPStatus.TOO_MANY_REQUESTS else None
    return Problem(status, detail, wait_seconds)


def _wants_json() -> bool:
    """Return whether the client is a program: it uses a program's address, or asks for no page as browsers do."""
    if request.path.startswith(PROGRAMS):
        return True
    # A program that accepts anything sends */*. Only browsers ask for HTML by name.
    named = {name: quality for name, quality in request.accept_mimetypes if "*" not in name}
    return named.get(PAGE, 0) == 0 or max(named.get("application/json", 0), named.get(MEDIA_TYPE, 0)) > named[PAGE]


def _as_json(problem: Problem) -> Response:
    """Return a problem as JSON."""
    response = jsonify(problem.as_dict(request.script_root))
    response.mimetype = MEDIA_TYPE
    return response


def _as_page(problem: Problem) -> Response:
    """Return a problem as a page."""
    return Response(render_template("error.html", problem=problem.as_dict()), mimetype=PAGE)
