"""Pictures over HTTP: each asked for once, judged, kept whole, and written down in a table that survives a kill."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from themer.catalogue.polite_http import PERMANENT_STATUSES, failure_kind
from themer.catalogue.sources import located
from themer.pictures.images import PictureError, decode, perceptual_hash
from themer.pictures.ledger import Ledger, Row, Status, digest_of


@dataclass(frozen=True)
class Client:
    """How pictures are asked for, and what an answer must be to count as one."""

    session: requests.Session
    address: str
    timeout_seconds: tuple[float, float]
    maximum_bytes: int
    minimum_side_pixels: int


def download_all(client: Client, wanted: dict[str, list[str]], ledger: Ledger, connections: int) -> Iterator[Row]:
    """Ask for the pictures, some at a time, and yield each row once it is kept; a set's URLs are tried in order."""
    with ThreadPoolExecutor(connections) as pool:
        futures = [pool.submit(_download_one, client, ledger, set_id, urls) for set_id, urls in sorted(wanted.items())]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _download_one(client: Client, ledger: Ledger, set_id: str, urls: list[str]) -> Row:
    """Keep and return what became of the first URL that gives a picture, or else of the last.

    It is kept here, in the thread that asked: before the thread asks for anything else.
    """
    for candidate in _candidates(ledger, set_id, urls):
        row = _ask(client, candidate, ledger.part_path(set_id))
        if row.sha256:
            break
    ledger.keep(row)
    return row


def _candidates(ledger: Ledger, set_id: str, urls: list[str]) -> list[Row]:
    """Return a row for each URL: what the ledger knows of it, if its picture is here, or else just the URL."""
    row = ledger.rows.get(set_id) if ledger.has_picture(set_id) else None
    return [row if row is not None and row.url == url else Row(set_id, url) for url in urls]


def _ask(client: Client, known: Row, part: Path) -> Row:
    """Return the row of one URL; a picture that is known already is not given up for a failure."""
    try:
        answer, body = _get(client, known)
    except requests.RequestException as error:
        return known if known.sha256 else replace(known, status="failed", error=failure_kind(error))
    status = answer.status_code
    if status == 304 or (known.sha256 and status not in (200, *PERMANENT_STATUSES)):
        return known
    row = Row(known.set_id, known.url, http_status=str(status), etag=answer.headers.get("ETag", ""))
    if status != 200:
        kind: Status = "gone" if status in PERMANENT_STATUSES else "failed"
        return replace(row, status=kind, etag="", error=f"HTTP {status}")
    return _judge(row, body, client, part)


@retry(
    retry=retry_if_exception_type(requests.exceptions.ChunkedEncodingError),
    stop=stop_after_attempt(3),
    wait=wait_random_exponential(max=10),
    reraise=True,
)
def _get(client: Client, known: Row) -> tuple[requests.Response, bytes]:
    """Return an answer and its body, read until it is too large; urllib3 does not retry a body that breaks off."""
    headers = {"If-None-Match": known.etag} if known.etag else {}
    url = located(known.url, client.address)
    with client.session.get(url, headers=headers, timeout=client.timeout_seconds, stream=True) as answer:
        body = b""
        for piece in answer.iter_content(65536):
            body += piece
            if len(body) > client.maximum_bytes:
                break
    return answer, body


def _judge(row: Row, content: bytes, client: Client, part: Path) -> Row:
    """Return the row of an answer with status 200, its picture in `part` if it is one."""
    if len(content) > client.maximum_bytes:
        return replace(row, status="rejected", error="too many bytes")
    try:
        picture = decode(content, client.minimum_side_pixels)
    except PictureError as error:
        return replace(row, status="rejected", error=error.kind)
    part.write_bytes(content)
    return replace(
        row,
        status="ok",
        bytes=str(len(content)),
        sha256=digest_of(content),
        width=str(picture.width),
        height=str(picture.height),
        perceptual_hash=perceptual_hash(picture),
        error="",
    )
