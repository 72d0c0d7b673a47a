"""A snapshot's folder: its identity, whether it is complete, and the journal that a stopped fetch resumes from."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from themer.base.errors import UserError
from themer.base.files import drop_partial_line, write_bytes, write_json
from themer.base.own_files import damaged, read_json
from themer.base.params import Params
from themer.catalogue.download_cache import DownloadCache
from themer.catalogue.sets import SetObject

Identity = dict[str, str | int | None]


def identity(params: Params) -> Identity:
    """Return the settings that identify a snapshot: the source, its addresses, the day and the limit."""
    return {
        "source": params.fetch.source,
        "brick_insights": params.source.brick_insights,
        "rebrickable": params.source.rebrickable,
        "snapshot": params.fetch.snapshot,
        "limit": params.fetch.limit,
    }


def is_complete(folder: Path, wanted: Identity) -> bool:
    """Return whether the folder holds exactly this snapshot, complete."""
    marker = folder / "source.json"
    return marker.exists() and bool(read_json(marker) == wanted)


def begin(folder: Path, wanted: Identity) -> None:
    """Mark the folder as incomplete, and delete the unknown numbers of other sources and addresses."""
    (folder / "source.json").unlink(missing_ok=True)
    for path in folder.glob("not_found-*.txt"):
        if path != _not_found_path(folder, wanted):
            path.unlink()


def finish(folder: Path, wanted: Identity, sets: Iterable[SetObject], missing: Iterable[str] = ()) -> None:
    """Write the sets, sorted by number and one per line, delete the journals, and mark the folder as complete.

    It is not complete while numbers are missing: those that the next fetch asks for again.

    Raises:
        UserError: there are no sets.
    """
    by_number = {found["set_id"]: found for found in sets}
    if not by_number:
        raise UserError(f"fetch: the source {wanted['source']} returned no sets. Check its addresses in params.yaml.")
    lines = [json.dumps(by_number[number], ensure_ascii=False) for number in sorted(by_number)]
    # JSON may hold half a surrogate pair, which UTF-8 can't: it stays an escape.
    write_bytes(("[\n" + ",\n".join(lines) + "\n]\n").encode(errors="backslashreplace"), folder / "sets.json")
    numbers = sorted(missing)
    write_json({**wanted, "missing": numbers} if numbers else wanted, folder / "source.json")
    for journal in folder.glob("answers-*.jsonl"):
        journal.unlink()


class Journal:
    """The results of a fetch set by set. Each is saved at once, so that a stopped fetch repeats no request.

    With a cache, they also outlive the folder. `missing` are the numbers that failed in this run.
    """

    def __init__(self, folder: Path, wanted: Identity, cache: DownloadCache | None = None) -> None:
        """Read the results that an earlier run saved for this source and snapshot."""
        folder.mkdir(parents=True, exist_ok=True)
        self._cache, self._origin = cache, f"snapshot {wanted['snapshot']} of {wanted.get('brick_insights')}"
        self._path = folder / f"answers-{_digits(wanted)}-{wanted['snapshot']}.jsonl"
        self._not_found_path = _not_found_path(folder, wanted)
        self._sets = _read_answers(self._path)
        self._not_found = set(_read_lines(self._not_found_path))
        self.missing: list[str] = []

    def __contains__(self, number: str) -> bool:
        """Return whether the result for this number is saved."""
        return number in self._sets or number in self._not_found or self._recall(number)

    def found(self, number: str) -> SetObject | None:
        """Return the set, or None if the service doesn't have it."""
        return self._sets.get(number)

    def keep(self, number: str, found: SetObject | None) -> None:
        """Save the set that the service has under a number, or None if it has none."""
        if self._cache is not None:
            self._cache.keep(f"{self._origin}: {number}", json.dumps(found).encode())
        self._save(number, found)

    def _recall(self, number: str) -> bool:
        """Return whether the cache has the result for this number, and save it here as well."""
        kept = None if self._cache is None else self._cache.find(f"{self._origin}: {number}")
        if kept is None:
            return False
        self._save(number, json.loads(kept.content))
        return True

    def _save(self, number: str, found: SetObject | None) -> None:
        """Save a result in the folder."""
        if found is None:
            self._not_found.add(number)
            write_bytes(("\n".join(sorted(self._not_found)) + "\n").encode(), self._not_found_path)
            return
        self._sets[number] = found
        with self._path.open("a", encoding="utf-8", errors="backslashreplace") as lines:
            lines.write(json.dumps({number: found}, ensure_ascii=False) + "\n")


def _not_found_path(folder: Path, wanted: Identity) -> Path:
    """Return the path of the list of numbers that a source doesn't have, on no day so far."""
    return folder / f"not_found-{_digits(wanted)}.txt"


def _digits(wanted: Identity) -> str:
    """Return the digits of a hash that stand for a source and its address in the names of files."""
    origin = json.dumps([wanted["source"], wanted.get("brick_insights")])
    return hashlib.sha256(origin.encode()).hexdigest()[:16]


def _read_answers(path: Path) -> dict[str, SetObject]:
    """Return the sets in a journal by their numbers; raise UserError if it is damaged."""
    try:
        return {number: found for line in _read_lines(path) for number, found in json.loads(line).items()}
    except (ValueError, AttributeError, RecursionError) as error:
        raise damaged(path, error) from None


def _read_lines(path: Path) -> list[str]:
    """Return the complete lines of a file, or none if there is no file."""
    if not path.exists():
        return []
    drop_partial_line(path)
    try:
        # Not splitlines: a name may hold U+2028 or U+0085, at which it would cut the JSON.
        return path.read_text(encoding="utf-8").split("\n")[:-1]
    except UnicodeDecodeError as error:
        raise damaged(path, error) from None
