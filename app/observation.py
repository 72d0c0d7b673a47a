"""Each request counted, and written to the log without anything that a visitor would mind."""

import logging
import time
from urllib.parse import quote

from flask import Flask, Response, g, request

from app.state import state

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
LONGEST_PATH = 200

access = logging.getLogger("app.access")


def register_observation(app: Flask) -> None:
    """Count and log every request of an application."""
    app.before_request(start_clock)
    app.after_request(count)


def start_clock() -> None:
    """Remember when the request began."""
    g.started = time.perf_counter()


def count(response: Response) -> Response:
    """Count a response, and log it by path alone: no query, no name of a picture, no address."""
    seconds = time.perf_counter() - g.started
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in METHODS else "other"
    state().metrics.count_request(method, route, response.status_code, seconds)
    path = quote(request.path)[:LONGEST_PATH]
    access.info("%s %s %d %.0f ms", method, path, response.status_code, 1000 * seconds)
    return response
