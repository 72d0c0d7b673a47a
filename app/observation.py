"""Each request counted, and written to the log without anything that a visitor would mind."""

import logging
import time
from functools import partial
from urllib.parse import quote

from flask import Flask, Response, g, request

from app.metrics import Metrics
from app.state import state

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
LONGEST_PATH = 200

access = logging.getLogger("app.access")


def register_observation(app: Flask) -> None:
    """Count and log every request of an application."""
    app.before_request(start_clock)
    app.after_request(observe)


def start_clock() -> None:
    """Remember when the request began."""
    g.started = time.perf_counter()


def observe(response: Response) -> Response:
    """Count and log a response, once it is sent: nobody has to wait for that."""
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in METHODS else "other"
    note = partial(count, state().metrics, method, route, request.path, response.status_code, g.started)
    # A file that is passed on as it is closes by itself, and not the response.
    note() if response.direct_passthrough else response.call_on_close(note)
    return response


def count(metrics: Metrics, method: str, route: str, path: str, status: int, started: float) -> None:
    """Count a request, and log it by path alone: no query, no name of a picture, no address."""
    seconds = time.perf_counter() - started
    metrics.count_request(method, route, status, seconds)
    access.info("%s %s %d %.0f ms", method, quote(path)[:LONGEST_PATH], status, 1000 * seconds)
