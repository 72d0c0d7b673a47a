"""Counts and logs each request, without anything private."""

import logging
import time
from functools import partial
from urllib.parse import quote

from flask import Flask, Response, g, request

from app.shared.metrics import Metrics
from app.shared.state import state

# Others count as one, since each would be a series of its own in the metrics, and clients may invent them.
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
LONGEST_PATH = 200

access = logging.getLogger("app.access")


def register_request_log(app: Flask) -> None:
    """Count and log every request of an application."""
    app.before_request(start_clock)
    app.after_request(observe)


def start_clock() -> None:
    """Note the time at which the request starts."""
    g.started = time.perf_counter()


def observe(response: Response) -> Response:
    """Count and log a response after it is sent, so that the client does not wait for it."""
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in METHODS else "other"
    note = partial(count, state().metrics, method, route, request.path, response.status_code, g.started)
    # The server closes the file of a direct passthrough, but not the response.
    note() if response.direct_passthrough else response.call_on_close(note)
    return response


def count(metrics: Metrics, method: str, route: str, path: str, status: int, started: float) -> None:
    """Count a request, and log its method, path, status and duration: no query, file name or address."""
    seconds = time.perf_counter() - started
    metrics.count_request(method, route, status, seconds)
    # Quoted, so that no path adds lines to the log.
    access.info("%s %s %d %.0f ms", method, quote(path)[:LONGEST_PATH], status, 1000 * seconds)
