"""The ledger of downloads: thumbnails.csv and the folder of pictures. It stays consistent if the process is killed."""

import csv
import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Literal, NamedTuple

import pandas

from themer.base.files import drop_partial_line
from themer.base.tables import read_csv, write_csv
from themer.catalogue.sets import number_without_variant
from themer.pictures.files import picture_path
from themer.pictures.images import MAXIMUM_PIXELS
from themer.pictures.look_alikes import Kept, look_alikes

Status = Literal["ok", "no url", "gone", "failed", "rejected", "forbidden", "placeholder"]
# What a response with an error page, with nothing or with a part of a picture is rejected for.
UNREADABLE = frozenset({"not a supported image", "truncated"})
SHARED = "shared by many sets"
# The same for each fault, which may be another one in the next run.
EARLIER_FAILED = "an earlier URL failed"


@dataclass(frozen=True)
class Row:
    """The picture of one set: a line of thumbnails.csv, every field as text."""

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

    @property
    def may_pass(self) -> bool:
        """Whether a URL of the set failed in a way that may pass: its own, or one before that of the picture."""
        if self.sha256:
            return self.error == EARLIER_FAILED
        return self.status == "failed" or (self.status == "rejected" and self.error in UNREADABLE)


COLUMNS = [field.name for field in fields(Row)]


class Limits(NamedTuple):
    """Which pictures are accepted: at most so many bytes, and no side shorter than so many pixels."""

    maximum_bytes: int
    minimum_side_pixels: int

    @property
    def refusals(self) -> dict[str, str]:
        """The errors of whole pictures that are refused, for good unless a limit changes, by the kind of problem."""
        return {
            "too many bytes": f"more than {self.maximum_bytes} bytes",
            "too many pixels": f"more than {MAXIMUM_PIXELS} pixels",
            "too small": f"smaller than {self.minimum_side_pixels} pixels",
        }

    def allow(self, row: Row) -> bool:
        """Return whether the picture of a row is accepted."""
        shortest = min(int(row.width), int(row.height))
        return int(row.bytes) <= self.maximum_bytes and shortest >= self.minimum_side_pixels


class Ledger:
    """A table with a row for each set, and a folder with their pictures.

    Each picture appends a line at once, so that a kill loses none. `close` sorts the lines and deletes stale pictures.
    """

    def __init__(self, table: Path, folder: Path) -> None:
        """Read the rows and pictures of an earlier run, finished or killed."""
        self._table, self._folder = table, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._writing = threading.Lock()
        self.rows = _read_rows(table)
        for row in self.rows.values():
            self._name_picture(row)

    def picture_path(self, set_id: str) -> Path:
        """Return the path of a set's picture."""
        return picture_path(self._folder, set_id)

    def part_path(self, set_id: str) -> Path:
        """Return the path of a set's picture until its line is written."""
        return self.picture_path(set_id).with_suffix(".part")

    def has_picture(self, set_id: str) -> bool:
        """Return whether the picture of the set's row is here, with the right number of bytes."""
        # By its size, since a digest would mean to read all pictures at each start.
        row, path = self.rows.get(set_id), self.picture_path(set_id)
        return row is not None and row.sha256 != "" and path.exists() and str(path.stat().st_size) == row.bytes

    def is_settled(self, set_id: str, urls: list[str], limits: Limits) -> bool:
        """Return whether a set needs no request for these URLs: its picture is here, or none of them has one for it.

        A placeholder, and a picture that took the place of one, are judged anew in each run: other sets than before, or
        another limit, may decide otherwise.
        """
        row, refusals = self.rows.get(set_id), limits.refusals.values()
        if row is None or row.url not in urls:
            return False
        if row.status == "gone" or (row.status == "rejected" and row.error in refusals):
            return row.url == urls[-1]
        is_final = row.status == "ok" and (not row.error or row.error in refusals)
        return is_final and self.has_picture(set_id) and limits.allow(row)

    def forget_others(self, wanted: dict[str, list[str]]) -> None:
        """Forget the rows of other sets, and of other URLs than these: a run without them would not know them."""
        self.rows = {set_id: row for set_id, row in self.rows.items() if row.url in wanted.get(set_id, ())}

    def keep(self, row: Row) -> None:
        """Append a row, then rename its picture. In this order, a kill in between loses neither."""
        with self._writing:
            is_new = not self._table.exists()
            with self._table.open("a", newline="", encoding="utf-8") as lines:
                writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
                if is_new:
                    writer.writeheader()
                writer.writerow(asdict(row))
            self.rows[row.set_id] = row
            self._name_picture(row)

    def mark_placeholders(self, minimum: int) -> list[Row]:
        """Mark and return the rows whose picture is, or looks like, that of sets with at least `minimum` numbers."""
        # Later URLs may lead to what an earlier call found in more sets.
        known = {row.sha256 for row in self.rows.values() if row.status == "placeholder"}
        shared = known | shared_pictures(self.rows.values(), minimum)
        shared |= look_alikes(self._kept(), shared, minimum)
        for row in list(self.rows.values()):
            if row.sha256 in shared and row.status == "ok":
                self.keep(replace(row, status="placeholder", error=row.error or SHARED))
        return [row for row in self.rows.values() if row.status == "placeholder"]

    def _kept(self) -> dict[str, Kept]:
        """Return the pictures that are here by their digests; the order is that of the sets."""
        kept: dict[str, Kept] = {}
        for set_id, row in sorted(self.rows.items()):
            if row.sha256 and row.perceptual_hash:
                one = kept.setdefault(row.sha256, Kept(row.perceptual_hash, self.picture_path(set_id), set()))
                one.numbers.add(number_without_variant(set_id))
        return kept

    def close(self, wanted: dict[str, list[str]]) -> list[Row]:
        """Write the table sorted by set, delete pictures without a row, and return the rows.

        A row whose URL is no longer among the set's URLs is replaced by an empty one.
        """
        self.forget_others(wanted)
        rows = [self.rows.get(set_id, Row(set_id)) for set_id in sorted(wanted)]
        write_csv(pandas.DataFrame([asdict(row) for row in rows], columns=COLUMNS), self._table)
        kept = {self.picture_path(row.set_id) for row in rows if row.sha256}
        for path in self._folder.iterdir():
            if path not in kept and not path.is_dir():
                path.unlink()
        return rows

    def _name_picture(self, row: Row) -> None:
        """Rename the part file of a row's picture if its digest is that of the row."""
        part = self.part_path(row.set_id)
        if row.sha256 and part.exists() and digest_of(part.read_bytes()) == row.sha256:
            part.replace(self.picture_path(row.set_id))


def shared_pictures(rows: Iterable[Row], minimum: int) -> set[str]:
    """Return the digests of pictures that sets with at least `minimum` different numbers share."""
    sharing = defaultdict(set)
    for row in rows:
        sharing[row.sha256].add(number_without_variant(row.set_id))
    return {digest for digest, numbers in sharing.items() if digest and len(numbers) >= minimum}


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of bytes, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _read_rows(table: Path) -> dict[str, Row]:
    """Return the last row of each set, without an incomplete last line."""
    if not table.exists():
        return {}
    drop_partial_line(table)
    # The process was killed within the heading, and only a new file gets one.
    if table.stat().st_size == 0:
        table.unlink()
        return {}
    return {row["set_id"]: Row(**row) for row in read_csv(table, *COLUMNS)[COLUMNS].to_dict("records")}
