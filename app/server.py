"""The server for everyday use: waitress, one process, within bounds that hold for whatever clients do.

Waitress reads requests and writes responses in one thread, so slow clients keep no worker. What it lacks is added here:
a bound for all bodies together, errors as problem details, and a stop that finishes what has begun.
"""

import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from types import FrameType
from typing import Any, cast

from flask import Flask
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.utilities import Error

from app.problems import DETAILS, MEDIA_TYPE, RETRY_SECONDS
from app.safety import HEADERS
from app.state import KEY, State
from themer.errors import UserError

THREADS = 16
CONNECTIONS = 200
IDLE_SECONDS = 30
STOP_SECONDS = 30
BODY_BYTES_IN_ALL = 150_000_000
READ_BYTES = 65_536

log = logging.getLogger(__name__)


class Budget:
    """So many bytes to be shared out."""

    def __init__(self, total_bytes: int) -> None:
        self._left = total_bytes
        self._lock = threading.Lock()

    def take(self, amount_bytes: int) -> bool:
        """Take so many bytes; false, and nothing taken, if there are not as many left."""
        with self._lock:
            if amount_bytes > self._left:
                return False
            self._left -= amount_bytes
            return True

    def give_back(self, amount_bytes: int) -> None:
        """Give bytes back that were taken."""
        with self._lock:
            self._left += amount_bytes


class Unavailable(Error):
    """The answer to a body that finds no room."""

    code, reason = 503, "Service Unavailable"


class BudgetedParser(HTTPRequestParser):
    """Reads a request whose body has its part of a budget from the first byte to the end of the answer."""

    def __init__(self, adjustments: Adjustments, budget: Budget) -> None:
        super().__init__(adjustments)
        self._budget, self._taken_bytes = budget, 0

    def received(self, data: bytes) -> int:
        """Read some bytes, and refuse the request at the end of its header if there is no room for its body."""
        consumed: int = super().received(data)
        if self.headers_finished and self.body_rcv is not None and not self.completed and not self._taken_bytes:
            needed_bytes = self.adj.max_request_body_size if self.chunked else self.content_length
            if self._budget.take(needed_bytes):
                self._taken_bytes = needed_bytes
            else:
                self.error, self.completed = Unavailable("Too many uploads at once. Try again in a moment."), True
        return consumed

    def close(self) -> None:
        """Drop the body, and give back its part."""
        super().close()
        self._budget.give_back(self._taken_bytes)
        self._taken_bytes = 0


class ProblemTask(ErrorTask):
    """Answers what the application never sees, such as too large a body, with problem details."""

    def execute(self) -> None:
        """Write the response."""
        error: Error = cast(Any, self.request).error
        detail = DETAILS.get(HTTPStatus(error.code), str(error.body))
        problem = {"type": "about:blank", "title": error.reason, "status": error.code, "detail": detail}
        body = json.dumps(problem).encode()
        self.status, self.content_length = f"{error.code} {error.reason}", len(body)
        headers = {**HEADERS, "Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
        if error.code == Unavailable.code:
            headers["Retry-After"] = str(RETRY_SECONDS)
        self.response_headers = list(headers.items())
        self.set_close_on_finish()
        self.write(body)


class Channel(HTTPChannel):
    """A connection that gives back what its unfinished requests took."""

    error_task_class = ProblemTask
    _flushing = False

    def writable(self) -> bool:
        """Return whether the thread for reading and writing has something to send, or to close."""
        # While a worker is at it that thread can't, but would ask again and again, and hold up the worker.
        return bool(super().writable()) and not self._flushing

    def _flush_some(self, do_close: bool = True) -> bool:
        """Send what can be sent, and return whether something was."""
        self._flushing = True
        try:
            return bool(cast(Any, super())._flush_some(do_close))
        finally:
            self._flushing = False

    def handle_close(self) -> None:
        """Close the connection."""
        super().handle_close()
        if self.request is not None:
            self.request.close()


class PatientDispatcher(ThreadedTaskDispatcher):
    """Threads that finish what has begun, and what waits for them, before they end."""

    def shutdown(self, cancel_pending: bool = True, timeout: int = STOP_SECONDS) -> bool:
        """Wait until all is done, but not longer than so many seconds."""
        end = time.monotonic() + timeout
        while (self.queue or self.active_count) and time.monotonic() < end:
            time.sleep(0.02)
        return bool(super().shutdown(cancel_pending, timeout=1))


def use_batch_scheduling() -> None:
    """Let the threads that are started from now on end their turn before one that wakes has its own, on Linux.

    A request wakes threads a dozen times, each of which would take a core from the model, and its cache with it. When
    the cores are idle it changes nothing. See sched(7), SCHED_BATCH.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # A container may forbid it.
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def make_server(app: Flask, host: str, port: int) -> BaseWSGIServer:
    """Return a server that listens, but does not answer yet; raise UserError if it can't listen there."""
    dispatcher = PatientDispatcher()
    dispatcher.set_thread_count(THREADS)
    # No body and no response is ever put into a file: the limits for that lie above what they can have.
    server = create_server(
        app,
        _dispatcher=dispatcher,
        sockets=[_listening(host, port)],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=IDLE_SECONDS // 3,
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + 1,
        inbuf_overflow=BODY_BYTES_IN_ALL,
        outbuf_overflow=BODY_BYTES_IN_ALL,
        recv_bytes=READ_BYTES,
        asyncore_use_poll=True,
        ident=None,
    )
    assert isinstance(server, BaseWSGIServer)  # Several sockets would make it another kind.
    budget = Budget(max(BODY_BYTES_IN_ALL, app.config["MAX_CONTENT_LENGTH"] + 1))
    server.channel_class = type("BudgetedChannel", (Channel,), {"parser_class": partial(BudgetedParser, budget=budget)})
    return server


def run(app: Flask, server: BaseWSGIServer) -> None:
    """Say where it is, and answer requests until SIGTERM or Ctrl-C; then finish those that have begun, and return."""
    state: State = app.extensions[KEY]
    with suppress(SystemExit):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        host, port = cast(socket.socket, server.socket).getsockname()[:2]
        print(f"Lego Themer is at http://{f'[{host}]' if ':' in host else host}:{port}/ (Ctrl-C stops it)", flush=True)
        if state.recognizer is None:
            print("There is no model yet: run `dvc repro`, then start this again.", flush=True)
        server.run()
    server.close()
    log.info("stopped")


def _stop(number: int, frame: FrameType | None) -> None:
    """End the loop that reads requests, which lets the begun ones be finished; asked once more, end at once."""
    for again in (signal.SIGTERM, signal.SIGINT):
        signal.signal(again, signal.SIG_DFL)
    raise SystemExit


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raise UserError if the address is another's, or none of this machine's."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        raise UserError(
            f"can't serve at {host}, port {port}: {error.strerror}. Choose others: --host, --port"
        ) from None
    return listening
