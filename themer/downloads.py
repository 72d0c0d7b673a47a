"""Pictures over HTTP: each asked for once, judged, kept whole, and written down in a table that survives a kill."""

import csv
import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Literal

import pandas
import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from themer.files import drop_partial_line, read_csv, write_csv
from themer.http import PERMANENT_STATUSES, failure_kind
from themer.pictures import PictureError, decode, perceptual_hash, picture_path
from themer.sources import located
from themer.splits import number_without_variant

Status = Literal["ok", "no url", "gone", "failed", "rejected", "placeholder"]


@dataclass(frozen=True)
class Row:
    """What is known of one set's picture: a line of thumbnails.csv, every field as text."""

    set_id: str
    url: str = ""
    status: Status = "no url"
    http_status: str = ""
    bytes: str = ""
    sha256: str = ""
    width: str = ""
    height: str = ""
    perceptual_hash: str = ""
    etag: str = ""
    error: str = ""


COLUMNS = [field.name for field in fields(Row)]


@dataclass(frozen=True)
class Client:
    """How pictures are asked for, and what an answer must be to count as one."""

    session: requests.Session
    address: str
    timeout_seconds: tuple[float, float]
    maximum_bytes: int
    minimum_side_pixels: int


class Ledger:
    """thumbnails.csv and the folder of pictures beside it.

    While pictures arrive, a line is appended for each, so that a kill loses none; `close` sorts them and prunes.
    """

    def __init__(self, table: Path, folder: Path) -> None:
        """Take up what an earlier run has left, finished or killed."""
        self._table, self._folder = table, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._writing = threading.Lock()
        self._unfinished = folder / "unfinished"
        self._resuming = self._unfinished.exists()
        self._unfinished.touch()
        self.rows = _read_rows(table)
        for row in self.rows.values():
            self._name_picture(row)

    def picture_path(self, set_id: str) -> Path:
        """Return where a set's picture is kept."""
        return picture_path(self._folder, set_id)

    def part_path(self, set_id: str) -> Path:
        """Return where a set's picture waits until its line is written."""
        return self.picture_path(set_id).with_suffix(".part")

    def has_picture(self, set_id: str) -> bool:
        """Tell whether the picture that the set's row tells of is here."""
        row, path = self.rows.get(set_id), self.picture_path(set_id)
        return row is not None and row.sha256 != "" and path.exists() and path.stat().st_size == int(row.bytes)

    def is_answered(self, set_id: str, urls: list[str]) -> bool:
        """Tell whether asking these URLs again would tell nothing new.

        A failure counts as an answer only within a run, that is, when going on after a kill.
        """
        row = self.rows.get(set_id)
        if row is None or row.url not in urls:
            return False
        if row.status == "gone" or (self._resuming and row.status in ("failed", "rejected")):
            return row.url == urls[-1]
        return self.has_picture(set_id)

    def keep(self, row: Row) -> None:
        """Write a line down, then give its picture its name: in this order a kill between the two loses nothing."""
        with self._writing:
            is_new = not self._table.exists()
            with self._table.open("a", newline="", encoding="utf-8") as lines:
                writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
                if is_new:
                    writer.writeheader()
                writer.writerow(asdict(row))
            self.rows[row.set_id] = row
            self._name_picture(row)

    def mark_placeholders(self, families: int) -> list[Row]:
        """Mark and return the pictures that sets of at least this many families share, byte for byte."""
        known = {row.sha256 for row in self.rows.values() if row.status == "placeholder"}
        shared = known | shared_pictures(self.rows.values(), families)
        for row in list(self.rows.values()):
            if row.sha256 in shared and row.status == "ok":
                self.keep(replace(row, status="placeholder", error="shared by many sets"))
        return [row for row in self.rows.values() if row.status == "placeholder"]

    def close(self, wanted: dict[str, list[str]]) -> list[Row]:
        """Write the table sorted, remove what no set's URLs lead to any more, and return the rows."""
        rows = [self._row_from(set_id, urls) for set_id, urls in sorted(wanted.items())]
        write_csv(pandas.DataFrame([asdict(row) for row in rows], columns=COLUMNS), self._table)
        kept = {self.picture_path(row.set_id) for row in rows if row.sha256}
        for path in self._folder.iterdir():
            if path not in kept and path != self._unfinished:
                path.unlink()
        self._unfinished.unlink()
        return rows

    def _row_from(self, set_id: str, urls: list[str]) -> Row:
        """Return the set's row, if it tells of one of the URLs."""
        row = self.rows.get(set_id)
        return row if row is not None and row.url in urls else Row(set_id)

    def _name_picture(self, row: Row) -> None:
        """Give a waiting picture its name if it is the one that the row tells of."""
        part = self.part_path(row.set_id)
        if row.sha256 and part.exists() and _digest(part.read_bytes()) == row.sha256:
            part.replace(self.picture_path(row.set_id))


def shared_pictures(rows: Iterable[Row], families: int) -> set[str]:
    """Return the digests of pictures that sets of at least this many families share."""
    sharing = defaultdict(set)
    for row in rows:
        sharing[row.sha256].add(number_without_variant(row.set_id))
    return {digest for digest, numbers in sharing.items() if digest and len(numbers) >= families}


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
        sha256=_digest(content),
        width=str(picture.width),
        height=str(picture.height),
        perceptual_hash=perceptual_hash(picture),
        error="",
    )


def _digest(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _read_rows(table: Path) -> dict[str, Row]:
    """Return the last row of each set; a last line that a kill cut off is left out."""
    if not table.exists():
        return {}
    drop_partial_line(table)
    if table.stat().st_size == 0:
        table.unlink()
        return {}
    return {row["set_id"]: Row(**row) for row in read_csv(table).to_dict("records")}
