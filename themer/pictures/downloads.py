"""Downloading pictures: each URL is requested once, the response is checked, and a ledger keeps the result."""

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
    """How to request pictures, and which responses are accepted. `address` replaces {url}; see `located`."""

    session: requests.Session
    address: str
    timeout_seconds: tuple[float, float]
    maximum_bytes: int
    minimum_side_pixels: int


def download_all(client: Client, wanted: dict[str, list[str]], ledger: Ledger, connections: int) -> Iterator[Row]:
    """Download a picture for each set, `connections` at a time, and yield each row once the ledger has it.

    `wanted` maps set numbers to URLs. The URLs of a set are tried in order until one gives a picture.
    """
    with ThreadPoolExecutor(connections) as pool:
        futures = [pool.submit(_download_one, client, ledger, set_id, urls) for set_id, urls in sorted(wanted.items())]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _download_one(client: Client, ledger: Ledger, set_id: str, urls: list[str]) -> Row:
    """Keep and return the row of the first URL that gives a picture, or else of the last URL.

    The thread that downloads the picture keeps it, before its next download: a kill loses at most one per thread.
    """
    for known in _known_rows(ledger, set_id, urls):
        row = _request(client, known, ledger.part_path(set_id))
        if row.sha256:
            break
    ledger.keep(row)
    return row


def _known_rows(ledger: Ledger, set_id: str, urls: list[str]) -> list[Row]:
    """Return a row for each URL: the ledger's row if the picture from this URL is here, or an empty one."""
    row = ledger.rows.get(set_id) if ledger.has_picture(set_id) else None
    return [row if row is not None and row.url == url else Row(set_id, url) for url in urls]


def _request(client: Client, known: Row, part: Path) -> Row:
    """Return the new row of one URL. A failure other than a permanent one leaves a known picture as it is."""
    try:
        response, body = _get(client, known)
    except requests.RequestException as error:
        return known if known.sha256 else replace(known, status="failed", error=failure_kind(error))
    status = response.status_code
    if status == 304 or (known.sha256 and status not in (200, *PERMANENT_STATUSES)):
        return known
    row = Row(known.set_id, known.url, http_status=str(status), etag=response.headers.get("ETag", ""))
    if status != 200:
        kind: Status = "gone" if status in PERMANENT_STATUSES else "failed"
        return replace(row, status=kind, etag="", error=f"HTTP {status}")
    return _checked(row, body, client, part)


@retry(
    retry=retry_if_exception_type(requests.exceptions.ChunkedEncodingError),
    stop=stop_after_attempt(3),
    wait=wait_random_exponential(max=10),
    reraise=True,
)
def _get(client: Client, known: Row) -> tuple[requests.Response, bytes]:
    """Return a response and its body, at most one piece longer than allowed; urllib3 retries no incomplete body."""
    headers = {"If-None-Match": known.etag} if known.etag else {}
    url = located(known.url, client.address)
    with client.session.get(url, headers=headers, timeout=client.timeout_seconds, stream=True) as response:
        body = b""
        for piece in response.iter_content(65536):
            body += piece
            if len(body) > client.maximum_bytes:
                break
    return response, body


def _checked(row: Row, content: bytes, client: Client, part: Path) -> Row:
    """Return the row of a response with status 200; write its picture to `part` unless it is rejected."""
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
