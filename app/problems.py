"""Errors as problem details (RFC 9457) for programs, and as a page for people."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.pictures import PictureError
from app.problem_kinds import Kind
from themer.photos import slug

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take such requests.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is too large. Send fewer or smaller pictures.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests. Wait a minute before you send more.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here, not with your request. Try again later.",
}

log = logging.getLogger(__name__)


class Problem(Exception):
    """What a request can't be answered for: its kind, or a status that says all, and what to do about it."""

    def __init__(self, kind: Kind | HTTPStatus, detail: str, retry_after_seconds: int | None = None) -> None:
        if isinstance(kind, Kind):
            self.type, self.title, self.status = f"/docs#{slug(kind.title)}", kind.title, kind.status
        else:
            self.type, self.title, self.status = "about:blank", kind.phrase, kind.value
        self.detail, self.retry_after_seconds = detail, retry_after_seconds
        super().__init__(f"{self.title}. {detail}")

    def as_dict(self) -> dict[str, Any]:
        """Return the members of RFC 9457; the type is the problem's place on the page of documentation."""
        return {"type": self.type, "title": self.title, "status": self.status, "detail": self.detail}


def documented() -> list[dict[str, Any]]:
    """Return what the page of documentation says of each kind: the place that its type names, and what to do."""
    return [
        {"slug": slug(kind.title), "title": kind.title, "status": kind.status, "advice": kind.advice} for kind in Kind
    ]


def busy(detail: str = "Too many pictures wait already. Try again in a moment.") -> Problem:
    """Return the problem of a server that can't take more for now."""
    return Problem(Kind.BUSY, detail, RETRY_SECONDS)


def no_model() -> Problem:
    """Return the problem of a server without a model."""
    return Problem(Kind.NO_MODEL, "There is no model yet. Run `dvc repro`, then start the server again.", 60)


def not_readable(error: PictureError) -> Problem:
    """Return the problem with a picture."""
    return Problem(error.kind, error.detail)


def register_problems(app: Flask) -> None:
    """Answer every error of an application with a problem."""
    app.register_error_handler(Exception, respond)


def respond(error: Exception) -> Response:
    """Return the response for an error, in the form that the client wants."""
    problem = _problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, Problem):
        log.error("unexpected error", exc_info=error)
    response = _as_json(problem) if _wants_json() else _as_page(problem)
    response.status_code = problem.status
    if problem.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(problem.retry_after_seconds)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _problem_of(error: Exception) -> Problem:
    """Return the problem that an error is."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, PictureError):
        return not_readable(error)
    status = HTTPStatus(error.code or 500 if isinstance(error, HTTPException) else 500)
    detail = DETAILS.get(status) or getattr(error, "description", None) or status.phrase
    wait = 60 if status == HTTPStatus.TOO_MANY_REQUESTS else None
    return Problem(status, detail, wait)


def _wants_json() -> bool:
    """Return whether the client is a program: it asks for the API, or rather for JSON than for a page."""
    if request.path.startswith("/api/"):
        return True
    accepted = request.accept_mimetypes
    return max(accepted["application/json"], accepted[MEDIA_TYPE]) > accepted["text/html"]


def _as_json(problem: Problem) -> Response:
    """Return a problem as JSON."""
    response = jsonify(problem.as_dict())
    response.mimetype = MEDIA_TYPE
    return response


def _as_page(problem: Problem) -> Response:
    """Return a problem as a page."""
    return Response(render_template("error.html", problem=problem.as_dict()), mimetype="text/html")
