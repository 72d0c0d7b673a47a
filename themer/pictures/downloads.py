"""Downloading pictures: each is requested until it arrives, the response is checked, and a ledger keeps the result."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import requests

from themer.catalogue.download_cache import DownloadCache
from themer.catalogue.polite_http import PERMANENT_STATUSES, PoliteSession, failure_kind
from themer.catalogue.robots import ForbiddenError, Robots, RobotsError
from themer.catalogue.sources import located
from themer.pictures.images import PictureError, decode, perceptual_hash
from themer.pictures.ledger import EARLIER_FAILED, SHARED, UNREADABLE, Ledger, Limits, Row, Status, digest_of


@dataclass(frozen=True)
class Client:
    """How to request pictures, and which responses are accepted.

    Attributes:
        robots: the rules of the session's hosts.
        address: replaces {url}; see `located`.
        limits: which pictures are accepted.
        cache: what was downloaded before and whatever arrives now, by URL; None: nothing is kept.
        revalidate: whether to request also what is here already.
    """

    session: PoliteSession
    robots: Robots
    address: str
    limits: Limits
    cache: DownloadCache | None = None
    revalidate: bool = False


class UnreadableError(requests.RequestException):
    """A response that should be a picture and isn't: an error page, nothing, or a part of one. It may pass."""

    def __init__(self, row: Row) -> None:
        super().__init__(row.error)
        self.row = row


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
            # If the caller stops, downloads under way are kept, and no others begin.
            pool.shutdown(wait=True, cancel_futures=True)


def _download_one(client: Client, ledger: Ledger, set_id: str, urls: list[str]) -> Row:
    """Keep and return the row of a set.

    The thread that downloads the picture keeps it, before its next download: a kill loses at most one per thread.
    """
    rows, earlier = [], ledger.rows.get(set_id)
    for known in _known_rows(client, ledger, set_id, urls):
        rows.append(_request(client, known, ledger.part_path(set_id)))
        if rows[-1].sha256:
            break
    row = _outcome(rows)
    if row.sha256 and earlier is not None and earlier.url not in urls:
        # The picture takes the place of a placeholder.
        row = replace(row, error=row.error or SHARED)
    ledger.keep(row)
    return row


def _known_rows(client: Client, ledger: Ledger, set_id: str, urls: list[str]) -> list[Row]:
    """Return a row for each URL: the ledger's row if its picture is here and accepted, or an empty one."""
    row = ledger.rows.get(set_id) if ledger.has_picture(set_id) else None
    if row is None or not client.limits.allow(row):
        return [Row(set_id, url) for url in urls]
    return [replace(row, status="ok", error="") if row.url == url else Row(set_id, url) for url in urls]


def _outcome(rows: list[Row]) -> Row:
    """Return a set's row from those of its URLs. A set is gone only if all of them say so themselves.

    A picture's row notes why an earlier URL gave none, if that may change: its picture would be the set's. The row of a
    picture that a limit refuses has the last URL, as that of a set that is gone: no URL is left to ask.
    """
    *before, last = rows
    if last.sha256:
        refused = next((row.error for row in before if row.status == "rejected"), "")
        return replace(last, error=EARLIER_FAILED if any(row.may_pass for row in before) else refused)
    failures = [row for row in rows if row.status != "gone"]
    found = min(failures, key=lambda row: not row.may_pass, default=last)
    return replace(found, url=last.url) if found.status == "rejected" and not found.may_pass else found


def _request(client: Client, known: Row, part: Path) -> Row:
    """Return the new row of one URL. A failure leaves a known picture as it is, unless the server says it is gone."""
    if known.sha256 and not client.revalidate:
        return known
    row = _kept_row(client, known, part) or _refused_row(client, known) or _requested_row(client, known, part)
    return row if row.sha256 or row.status == "gone" or not known.sha256 else known


def _refused_row(client: Client, known: Row) -> Row | None:
    """Return the row of a URL that can't be requested or that robots.txt doesn't allow, or None."""
    url = located(known.url, client.address)
    if _is_malformed(url):
        return Row(known.set_id, known.url, "failed", error="malformed address")
    try:
        client.robots.require(url)
    except RobotsError as error:
        return _not_allowed(known, error)
    return None


def _not_allowed(known: Row, error: RobotsError) -> Row:
    """Return the row of a URL that robots.txt forbids, or of one on a host whose robots.txt can't be read."""
    if isinstance(error, ForbiddenError):
        return Row(known.set_id, known.url, "forbidden", error="robots.txt forbids it")
    return Row(known.set_id, known.url, "failed", error="robots.txt can't be read")


def _is_malformed(url: str) -> bool:
    """Return whether a URL is none that could be requested."""
    try:
        requests.Request("GET", url).prepare()
    except ValueError:
        return True
    return False


def _kept_row(client: Client, known: Row, part: Path) -> Row | None:
    """Return the row of a picture in the cache, the same as if it had been downloaded now, or None."""
    kept = None if client.cache is None or client.revalidate else client.cache.find(known.url)
    if kept is None:
        return None
    try:
        return _checked(Row(known.set_id, known.url, http_status="200", etag=kept.etag), kept.content, client, part)
    except UnreadableError:
        return None


def _requested_row(client: Client, known: Row, part: Path) -> Row:
    """Return the row of a URL that is requested as often as the session's policy allows."""
    try:
        return client.session.retry(_attempt, client, known, part, set[bytes]())
    except UnreadableError as error:
        return error.row
    except RobotsError as error:
        return _not_allowed(known, error)
    except requests.RequestException as error:
        status = str(error.response.status_code) if isinstance(error, requests.HTTPError) else ""
        return Row(known.set_id, known.url, "failed", status, error=failure_kind(error))


def _attempt(client: Client, known: Row, part: Path, unreadable: set[bytes]) -> Row:
    """Return the row of one response; raise RequestException for what may pass soon.

    A 304 leaves a known row as it is. The same unreadable bytes twice are left to the next run.
    """
    headers = {"If-None-Match": known.etag} if known.etag else {}
    url = located(known.url, client.address)
    with client.session.attempt("GET", url, headers=headers, hooks=client.robots.hooks, stream=True) as response:
        body = _body(response, client.limits.maximum_bytes)
    status = response.status_code
    if status == 304 and known.sha256:
        return known
    if status != 200:
        kind: Status = "gone" if status in PERMANENT_STATUSES else "failed"
        return Row(known.set_id, known.url, kind, str(status), error=f"HTTP {status}")
    etag = response.headers.get("ETag", "")
    try:
        row = _checked(Row(known.set_id, known.url, http_status="200", etag=etag), body, client, part)
    except UnreadableError as error:
        if body in unreadable:
            return error.row
        unreadable.add(body)
        raise
    if client.cache is not None and len(body) <= client.limits.maximum_bytes:
        client.cache.keep(known.url, body, etag)
    return row


def _body(response: requests.Response, maximum_bytes: int) -> bytes:
    """Return a response's body, at most one piece longer than allowed."""
    body = b""
    for piece in response.iter_content(65536):
        body += piece
        if len(body) > maximum_bytes:
            break
    return body


def _checked(row: Row, content: bytes, client: Client, part: Path) -> Row:
    """Return the row of a response with status 200; write its picture to `part` unless it is rejected.

    Raises:
        UnreadableError: it is no picture, or only a part of one.
    """
    if len(content) > client.limits.maximum_bytes:
        return replace(row, status="rejected", error=client.limits.refusals["too many bytes"])
    try:
        picture = decode(content, client.limits.minimum_side_pixels)
    except PictureError as error:
        rejected = replace(row, status="rejected", error=client.limits.refusals.get(error.kind, error.kind))
        if error.kind in UNREADABLE:
            raise UnreadableError(rejected) from None
        return rejected
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
