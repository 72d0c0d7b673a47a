"""Answers as Brick Insights and Rebrickable do, on loopback, drawing each picture when it is asked for."""

import csv
import gzip
import hashlib
import io
import json
import math
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import PIL

from sample.catalogue import WITHOUT_PICTURE, LegoSet, all_sets, at_brick_insights, at_rebrickable
from sample.pictures import SIZES, media_type, picture
from sample.themes import THEMES

ROBOTS = b"User-agent: *\nDisallow: /admin\nDisallow: /account\nAllow: /\n"
PAGE = b"<!DOCTYPE html>\n<html><head><title>Just a moment</title></head><body>One moment, please.</body></html>\n"
STATUS_OF = {"404": 404, "410": 410}


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; its body may be made only when it is wanted."""

    body: bytes | Callable[[], bytes]
    kind: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


NOT_FOUND = Answer(b"not found\n", status=404)


@lru_cache(maxsize=1)
def version() -> str:
    """Return what changes whenever any answer may: a digest of this package and Pillow's version.

    It stands in the addresses of the pictures, so that they are asked for again when they are drawn otherwise.
    """
    digest = hashlib.sha256(PIL.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


# ---------------------------------------------------------------- Brick Insights


def as_json(value: object) -> Answer:
    """Return a value as the API sends it."""
    return Answer(json.dumps(value).encode(), "application/json")


@lru_cache(maxsize=1)
def export_objects() -> dict[str, dict]:
    """Return every set of Brick Insights as its API shows it, by set number."""
    return {one.number: api_object(index, one) for index, one in enumerate(at_brick_insights(), start=1)}


def api_object(index: int, one: LegoSet) -> dict:
    """Return a set as the API shows it."""
    image = "" if one.oddity in WITHOUT_PICTURE else f"sets/{one.number}.jpg"
    return {
        "id": index,
        "set_id": one.number,
        "name": one.name,
        "year": str(one.year),
        "image": image,
        "average_rating": None,
        "review_count": "0",
        "url": f"https://brickinsights.com/sets/{one.number}",
        "image_urls": {size: f"/crop/{size}/{image}?v={version()[:8]}" if image else "" for size in SIZES},
        "reviews": [],
    }


def export(pages: int, query: dict[str, list[str]], host: str) -> Answer:
    """Return every set as one array, or one of several pages of them."""
    sets = list(export_objects().values())
    if not pages:
        return as_json(sets)
    number = query.get("page", ["1"])[0]
    page, size = int(number) if number.isdecimal() else 1, -(-len(sets) // pages)
    following = f"http://{host}/api/sets/export?page={page + 1}" if page < pages else None
    data = sets[(page - 1) * size : page * size] if page else []
    return as_json({"current_page": page, "last_page": pages, "next_page_url": following, "data": data})


def crop(size: str, file: str) -> Answer:
    """Return a picture as Brick Insights has it."""
    one = all_sets().get(file.removesuffix(".jpg"))
    if size not in SIZES or one is None or one.oddity in WITHOUT_PICTURE | {"unlisted"}:
        return NOT_FOUND
    if one.oddity in STATUS_OF:
        return Answer(b"no picture here\n", status=STATUS_OF[one.oddity])
    if one.oddity == "page":
        return Answer(PAGE, "text/html; charset=utf-8")
    return Answer(partial(picture, one, "brick insights", size), media_type(one))


# ---------------------------------------------------------------- Rebrickable


def media(file: str) -> Answer:
    """Return a picture as Rebrickable has it."""
    one = all_sets().get(file.removesuffix(".jpg"))
    if one is None or one.theme_id is None or one.oddity in {"nowhere", "broken promise"}:
        return NOT_FOUND
    return Answer(partial(picture, one, "rebrickable", "original"), "image/jpeg")


@lru_cache(maxsize=2)
def table(name: str) -> Answer:
    """Return one of Rebrickable's tables."""
    if name == "themes.csv.gz":
        rows: Iterable[tuple] = [(theme.id, theme.name, theme.parent_id or "") for theme in THEMES]
        return zipped(("id", "name", "parent_id"), rows)
    if name == "sets.csv.gz":
        rows = [(s.number, s.name, s.year, s.theme_id, s.parts, image_address(s)) for s in at_rebrickable()]
        return zipped(("set_num", "name", "year", "theme_id", "num_parts", "img_url"), rows)
    return NOT_FOUND


def image_address(one: LegoSet) -> str:
    """Return where Rebrickable says the set's picture is, "" where it has none."""
    address = f"https://cdn.rebrickable.com/media/sets/{one.number}.jpg?v={version()[:8]}"
    return "" if one.oddity == "nowhere" else address


def zipped(header: tuple[str, ...], rows: Iterable[tuple]) -> Answer:
    """Return a table as gzipped CSV, the same bytes every time."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return Answer(gzip.compress(text.getvalue().encode(), mtime=0), "application/gzip")


# ---------------------------------------------------------------- HTTP


class Limit:
    """At most so many requests in any minute; 0 means no limit."""

    def __init__(self, per_minute: int) -> None:
        """Start with nothing used."""
        self.per_minute = per_minute
        self.recent: deque[float] = deque()
        self.lock = threading.Lock()

    def wait_seconds(self) -> int:
        """Return 0 and count one request, or how many seconds to wait first."""
        with self.lock:
            now = time.monotonic()
            while self.recent and now - self.recent[0] >= 60:
                self.recent.popleft()
            if self.per_minute and len(self.recent) >= self.per_minute:
                return math.ceil(60 - (now - self.recent[0]))
            self.recent.append(now)
            return 0


class Server(ThreadingHTTPServer):
    """Both services on one port of this machine."""

    request_queue_size = 128

    def __init__(self, port: int, pages: int, per_minute: int) -> None:
        """Listen; port 0 takes any free one."""
        super().__init__(("127.0.0.1", port), Handler)
        self.pages = pages
        self.limit = Limit(per_minute)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def answer(self, url: SplitResult, host: str) -> Answer:
        """Return the answer to one request."""
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
        """Return one set of the API, unless too many were asked for."""
        wait = self.limit.wait_seconds()
        if wait:
            body = b'{"message": "Too Many Attempts."}'
            return Answer(body, "application/json", 429, {"Retry-After": str(wait)})
        return as_json(export_objects().get(number, {"error": "Set not found"}))


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def do_GET(self) -> None:
        """Answer a GET."""
        answer = self.server.answer(urlsplit(self.path), self.headers.get("Host", ""))
        tag = '"' + hashlib.sha256(f"{version()} {self.server.pages} {self.path}".encode()).hexdigest()[:32] + '"'
        known = [known.strip().removeprefix("W/") for known in self.headers.get("If-None-Match", "").split(",")]
        if answer.status == 200 and tag in known:
            answer = Answer(b"", answer.kind, 304)
        self.send(answer, tag)

    do_HEAD = do_GET

    def send(self, answer: Answer, tag: str) -> None:
        """Send an answer; of a 304 and to a HEAD only its head."""
        body = answer.body() if callable(answer.body) else answer.body
        self.send_response(answer.status)
        headers = {"Content-Type": answer.kind, "ETag": tag, "Content-Length": str(len(body)), **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def serving(pages: int = 0, per_minute: int = 0) -> Iterator[str]:
    """Serve in the background of this process while the context lasts; yields the base URL."""
    with Server(0, pages, per_minute) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
