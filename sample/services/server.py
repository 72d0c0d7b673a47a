"""An HTTP server on loopback that imitates Brick Insights and Rebrickable; it draws each picture on request."""

import hashlib
import math
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from sample.services.brick_insights import crop, export, export_objects
from sample.services.processes import Draw
from sample.services.rebrickable import media, table
from sample.services.responses import NOT_FOUND, Answer, as_json, version

ROBOTS = b"User-agent: *\nDisallow: /admin\nDisallow: /account\nAllow: /\n"


class Limit:
    """A limit on the requests in any minute; 0 means no limit."""

    def __init__(self, per_minute: int) -> None:
        """Start with no requests counted."""
        self.per_minute = per_minute
        self.recent: deque[float] = deque()
        self.lock = threading.Lock()

    def wait_seconds(self) -> int:
        """Count one request and return 0, or return the seconds to wait if the limit is reached."""
        with self.lock:
            now = time.monotonic()
            while self.recent and now - self.recent[0] >= 60:
                self.recent.popleft()
            if self.per_minute and len(self.recent) >= self.per_minute:
                return math.ceil(60 - (now - self.recent[0]))
            self.recent.append(now)
            return 0


class Server(ThreadingHTTPServer):
    """Both services on one port of 127.0.0.1."""

    # Clients open many connections at once.
    request_queue_size = 128

    def __init__(self, port: int, pages: int, per_minute: int, draw: Draw | None = None) -> None:
        """Listen on a port (0: any free one).

        pages and per_minute: see `export` and `Limit`; 0 turns them off. draw: calls the function that draws a picture,
        by default here.
        """
        super().__init__(("127.0.0.1", port), Handler)
        self.draw = draw or (lambda picture: picture())
        self.pages = pages
        self.limit = Limit(per_minute)

    def handle_error(self, request: object, client_address: object) -> None:
        """Report an error unless the client closed the connection."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def answer(self, url: SplitResult, host: str) -> Answer:
        """Return the response to a request for this URL; host: the Host header."""
        match [unquote(part) for part in url.path.strip("/").split("/")]:
            case ["robots.txt"]:
                return Answer(ROBOTS)
            case ["api", "sets", "export"]:
                return export(self.pages, parse_qs(url.query), host)
            case ["api", "sets", number]:
                return self.one_set(number)
            case ["crop", size, "sets", file]:
                return crop(size, file)
            case ["media", "downloads", name]:
                return table(name)
            case ["media", "sets", file]:
                return media(file)
        return NOT_FOUND

    def one_set(self, number: str) -> Answer:
        """Return one set of the API, or status 429 when the limit is reached."""
        wait = self.limit.wait_seconds()
        if wait:
            body = b'{"message": "Too Many Attempts."}'
            return Answer(body, "application/json", 429, {"Retry-After": str(wait)})
        return as_json(export_objects().get(number, {"error": "Set not found"}))


class Handler(BaseHTTPRequestHandler):
    """Handles the requests of one connection."""

    protocol_version = "HTTP/1.1"
    # A buffer collects the headers and the body, which then leave without a delay.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def do_GET(self) -> None:
        """Send the response to a GET or HEAD, with status 304 if the client has it already."""
        answer = self.server.answer(urlsplit(self.path), self.headers.get("Host", ""))
        tag = '"' + hashlib.sha256(f"{version()} {self.server.pages} {self.path}".encode()).hexdigest()[:32] + '"'
        known = [other.strip().removeprefix("W/") for other in self.headers.get("If-None-Match", "").split(",")]
        if answer.status == 200 and tag in known:
            answer = Answer(b"", answer.kind, 304)
        self.send(answer, tag)

    do_HEAD = do_GET

    def send(self, answer: Answer, tag: str) -> None:
        """Send a response; a HEAD request gets no body."""
        body = self.server.draw(answer.body) if callable(answer.body) else answer.body
        self.send_response(answer.status)
        headers = {"Content-Type": answer.kind, "ETag": tag, "Content-Length": str(len(body)), **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Write no log."""


@contextmanager
def serving(pages: int = 0, per_minute: int = 0) -> Iterator[str]:
    """Serve from a background thread while the context lasts; yields the base URL."""
    with Server(0, pages, per_minute) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
