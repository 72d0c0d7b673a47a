"""thumbnails.csv and the folder of pictures beside it: a table that survives a kill."""

import csv
import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Literal

import pandas

from themer.base.files import drop_partial_line
from themer.base.tables import read_csv, write_csv
from themer.catalogue.sets import number_without_variant
from themer.pictures.images import picture_path

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

    def is_settled(self, set_id: str, urls: list[str]) -> bool:
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
        if row.sha256 and part.exists() and digest_of(part.read_bytes()) == row.sha256:
            part.replace(self.picture_path(row.set_id))


def shared_pictures(rows: Iterable[Row], families: int) -> set[str]:
    """Return the digests of pictures that sets of at least this many families share."""
    sharing = defaultdict(set)
    for row in rows:
        sharing[row.sha256].add(number_without_variant(row.set_id))
    return {digest for digest, numbers in sharing.items() if digest and len(numbers) >= families}


def digest_of(content: bytes) -> str:
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
