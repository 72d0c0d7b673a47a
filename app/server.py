"""The production server: waitress in one process, with bounds that hold whatever clients do.

Waitress reads requests and writes responses in one thread, so slow clients occupy no worker. This module adds a bound
for all request bodies together, errors as problem details or pages, a response that also reaches clients which are
still sending, and a graceful stop.
"""

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
from pathlib import Path
from types import FrameType
from typing import Any, cast

from flask import Flask
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.utilities import Error

from app.command_line.model_folder import checkout
from app.problem import RETRY_SECONDS, Problem, no_model
from app.process import flush_output
from app.shared.error_handler import DETAILS, respond
from app.shared.same_site import HEADERS
from app.shared.state import KEY, State
from themer.base.errors import UserError

THREADS = 16
CONNECTIONS = 200
IDLE_SECONDS = 30
STOP_SECONDS = 30
BODY_BYTES_IN_ALL = 150_000_000
# Once a request has taken longer than the first, its header and body have to come at the second on average.
PATIENCE_SECONDS = 30
SLOWEST_BYTES_PER_SECOND = 10_000
# Eight times waitress's default: a picture takes fewer rounds of its loop.
READ_BYTES = 65_536
# A thread whose picture is done waits at most this long for Python's lock, a tenth of the default.
SWITCH_SECONDS = 0.0005
# What a client may go on to send after it has been refused.
DISCARDED_BYTES = 1_000_000_000

log = logging.getLogger(__name__)


class Budget:
    """A number of bytes, shared by all requests."""

    def __init__(self, total_bytes: int) -> None:
        self._left = total_bytes
        self._lock = threading.Lock()

    def take(self, amount_bytes: int) -> bool:
        """Take bytes and return true, or return false and take nothing if too few are left."""
        with self._lock:
            if amount_bytes > self._left:
                return False
            self._left -= amount_bytes
            return True

    def give_back(self, amount_bytes: int) -> None:
        """Return bytes to the budget."""
        with self._lock:
            self._left += amount_bytes


class Unavailable(Error):
    """The error for a body that exceeds the budget."""

    code, reason = 503, "Service Unavailable"


class BudgetedParser(HTTPRequestParser):
    """Reads a request. Its body holds its share of the budget from its first byte to the first byte of the response."""

    def __init__(self, adjustments: Adjustments, budget: Budget) -> None:
        super().__init__(adjustments)
        self._budget, self._taken_bytes = budget, 0

    def received(self, data: bytes) -> int:
        """Read some bytes; refuse the request at the end of its header if the budget has no room for its body."""
        consumed: int = super().received(data)
        if self.headers_finished and self.body_rcv is not None and not self.completed and not self._taken_bytes:
            needed_bytes = self.adj.max_request_body_size if self.chunked else self.content_length
            if self._budget.take(needed_bytes):
                self._taken_bytes = needed_bytes
            else:
                self.error, self.completed = Unavailable("Too many uploads at once. Try again in a moment."), True
        if self.error is not None:
            self.expect_continue = False  # Otherwise waitress would ask for the body that it refuses.
        return consumed

    def close(self) -> None:
        """Drop the body, and return its share."""
        super().close()
        self._budget.give_back(self._taken_bytes)
        self._taken_bytes = 0


class ProblemTask(ErrorTask):
    """Responds to requests that never reach the application, for example with a huge body, as the application would."""

    def execute(self) -> None:
        """Write the response; the client may still be sending the body."""
        request, channel = cast(Any, self.request), cast("Channel", self.channel)
        status, prefix = HTTPStatus(request.error.code), channel.adj.url_prefix
        seconds = RETRY_SECONDS if status == Unavailable.code else None
        problem = Problem(status, DETAILS.get(status, str(request.error.body)), seconds)
        # A malformed request may have no path.
        path = "/" + getattr(request, "path", "").removeprefix(prefix).lstrip("/")
        accepted = {"Accept": request.headers.get("ACCEPT", "")}
        with channel.app.test_request_context(path, f"http://localhost{prefix}", headers=accepted):
            response = respond(problem)
            content = response.get_data()
        self.status, self.content_length = f"{status.value} {request.error.reason}", len(content)
        self.response_headers = list({**response.headers, **HEADERS, "Cache-Control": "no-store"}.items())
        channel.refused = True
        self.set_close_on_finish()
        self.write(content)


class Channel(HTTPChannel):
    """A connection that returns its unfinished request's share of the budget, and discards the rest of a refused one.

    Closing while the client sends would reset the connection, and the client would never see the response. A request
    that comes too slowly ends the connection. When all connections are taken, the oldest that waits for one gives way.
    """

    app: Flask
    error_task_class = ProblemTask
    refused = False
    _flushing = _discarding = False
    _discarded_bytes = 0

    def __init__(self, server: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(server, *arguments, **options)
        self._start_clock()
        if len(server._map) >= self.adj.connection_limit:
            others = [one for one in server.active_channels.values() if one is not self and one.is_waiting()]
            if others:
                min(others, key=Channel.turn_to_give_way).handle_close()

    def is_waiting(self) -> bool:
        """Return whether the connection waits for its client: for the rest of a request, or for the next one."""
        return not (self.requests or self.total_outbufs_len or self.will_close or self.close_when_flushed)

    def turn_to_give_way(self) -> tuple[bool, float]:
        """Return what is lowest for the connection that gives way first. Those with a part of a body come last."""
        return self.request is not None and self.request.headers_finished, self._since

    def writable(self) -> bool:
        """Return whether the I/O thread has data to send or a connection to close."""
        # While a worker sends, the I/O thread can't, but would poll again and again and slow the worker down.
        return bool(super().writable()) and not self._flushing

    def _flush_some(self, do_close: bool = True) -> bool:
        """Send as much as possible; return whether anything was sent."""
        self._flushing = True
        try:
            return bool(cast(Any, super())._flush_some(do_close))
        finally:
            self._flushing = False

    def received(self, data: bytes) -> bool:
        """Take some bytes of a request, or drop them after a response that refuses it."""
        before = self.request
        more = self._discard(data) if self._discarding else bool(super().received(data))
        unfinished = self.request is not None or self._discarding
        if self.request is not before or not unfinished:
            self._start_clock()
        self._arrived_bytes += len(data)
        seconds = time.monotonic() - self._since
        if unfinished and seconds > PATIENCE_SECONDS and self._arrived_bytes < SLOWEST_BYTES_PER_SECOND * seconds:
            self.will_close = True
        return more

    def write_soon(self, data: Any) -> int:
        """Send a part of the response; before its first byte, return the share of the request's body."""
        # A client that has its response may send the next body at once, and has to find the room free.
        self.requests[0].close()
        return int(super().write_soon(data))

    def handle_close(self) -> None:
        """Close the connection; of one that was refused, first only the way to the client."""
        if self.refused and self.connected and not (self._discarding or self.total_outbufs_len):
            self._discarding, self.will_close = True, False
            self._start_clock()
            with suppress(OSError):  # The client is gone, which the next attempt to read shows.
                cast(socket.socket, self.socket).shutdown(socket.SHUT_WR)
            return
        # First, so that a client which notices the end finds the room free.
        if self.request is not None:
            self.request.close()
        super().handle_close()

    def _discard(self, data: bytes) -> bool:
        """Drop some bytes of a refused request; close the connection after too many."""
        self._discarded_bytes += len(data)
        if self._discarded_bytes > DISCARDED_BYTES:
            self.handle_close()
        return False

    def _start_clock(self) -> None:
        """Note when the connection began to wait for a request or for the rest of one."""
        self._since, self._arrived_bytes = time.monotonic(), 0


class PatientDispatcher(ThreadedTaskDispatcher):
    """Threads that finish running and waiting requests before they end."""

    def shutdown(self, cancel_pending: bool = True, timeout: int = STOP_SECONDS) -> bool:
        """Wait until all requests are done, for at most `timeout` seconds."""
        end = time.monotonic() + timeout
        while (self.queue or self.active_count) and time.monotonic() < end:
            time.sleep(0.02)
        return bool(super().shutdown(cancel_pending, timeout=1))


def schedule_threads() -> None:
    """Let threads take turns at Python's lock quickly and, on Linux, keep those that wake up from preempting others.

    A request wakes threads a dozen times. Each would take a core, and its cache, from the model. With idle cores this
    changes nothing. See sched(7), SCHED_BATCH. It holds for all threads that are started from now on.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    if sys.platform == "linux":
        with suppress(OSError):  # Containers may forbid it.
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def make_server(app: Flask, host: str, port: int, url_prefix: str = "") -> BaseWSGIServer:
    """Return a server that listens but does not respond yet; raise UserError if it can't listen at this address.

    Links start with `url_prefix`. Requests may: proxies either keep or remove it.
    """
    dispatcher = PatientDispatcher()
    dispatcher.set_thread_count(THREADS)
    # Bodies and responses never go to temporary files: these limits are above the largest of them.
    server = create_server(
        app,
        _dispatcher=dispatcher,
        sockets=[_listening(host, port)],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=IDLE_SECONDS // 3,
        # Waitress refuses a body of this size, the application only larger ones.
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + 1,
        inbuf_overflow=BODY_BYTES_IN_ALL,
        outbuf_overflow=BODY_BYTES_IN_ALL,
        recv_bytes=READ_BYTES,
        # select() fails for file descriptors from 1,024 up.
        asyncore_use_poll=True,
        ident=None,
        url_prefix=url_prefix,
    )
    assert isinstance(server, BaseWSGIServer)  # It would be another type with several sockets.
    # A chunked body takes the share of the largest one, which has to fit.
    budget = Budget(max(BODY_BYTES_IN_ALL, app.config["MAX_CONTENT_LENGTH"] + 1))
    parts = {"app": app, "parser_class": partial(BudgetedParser, budget=budget)}
    server.channel_class = type("BudgetedChannel", (Channel,), parts)
    return server


def run(app: Flask, server: BaseWSGIServer) -> None:
    """Print the address and serve until SIGTERM or Ctrl-C; then finish the requests in progress and return."""
    state: State = app.extensions[KEY]
    with suppress(SystemExit):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        host, port = cast(socket.socket, server.socket).getsockname()[:2]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}{server.adj.url_prefix}/"
        print(f"Lego Themer is at {address} (Ctrl-C stops it)")
        if state.recognizer is None:
            print(no_model(state.is_unreadable).detail)
        if state.settings.contributions:
            print(kept_where(state.settings.root.absolute(), state.settings.photos.absolute()))
        flush_output()
        server.run()
    server.close()
    log.info("stopped")


def kept_where(root: Path, photos: Path) -> str:
    """Return a sentence that says in which folder contributed pictures are kept, and how they get into training."""
    if checkout(root) == root:
        return f"Contributed pictures are kept in {photos}, where `dvc repro` finds them"
    return f"Contributed pictures are kept in {photos}. To train with them, copy them to data/photos/ of a checkout"


def _stop(number: int, frame: FrameType | None) -> None:
    """Stop accepting requests so that those in progress can finish. A second signal ends the process at once."""
    for again in (signal.SIGTERM, signal.SIGINT):
        signal.signal(again, signal.SIG_DFL)
    raise SystemExit


def _listening(host: str, port: int) -> socket.socket:
    """Return a bound socket; raise UserError if the address is in use or is not this machine's."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        # Otherwise a restart fails until the system has forgotten the last connections.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        raise UserError(
            f"can't serve at {host}, port {port}: {error.strerror}. Choose another address: --host, --port"
        ) from None
    return listening
