"""A snapshot's folder: what it is of, whether it is whole, and what a fetch that was stopped had got."""

import json
from collections.abc import Iterable
from pathlib import Path

from themer.base.errors import UserError
from themer.base.files import drop_partial_line, write_bytes, write_json
from themer.base.params import Params
from themer.catalogue.sets import SetObject

Identity = dict[str, str | int | None]


def identity(params: Params) -> Identity:
    """Return what names a snapshot: the source, where it answers, the day and the limit."""
    return {
        "source": params.fetch.source,
        "brick_insights": params.source.brick_insights,
        "rebrickable": params.source.rebrickable,
        "snapshot": params.fetch.snapshot,
        "limit": params.fetch.limit,
    }


def is_complete(folder: Path, wanted: Identity) -> bool:
    """Tell whether the folder holds exactly this snapshot, whole."""
    here = folder / "source.json"
    return here.exists() and bool(json.loads(here.read_text(encoding="utf-8")) == wanted)


def begin(folder: Path, wanted: Identity) -> None:
    """Mark the folder as not whole, and forget what belongs to another source."""
    (folder / "source.json").unlink(missing_ok=True)
    for path in folder.glob("not_found-*.txt"):
        if path != _not_found_path(folder, wanted):
            path.unlink()


def finish(folder: Path, wanted: Identity, sets: Iterable[SetObject]) -> None:
    """Write the sets, one to a line and sorted by number, and mark the folder as whole.

    Raises:
        UserError: there are no sets.
    """
    by_number = {found["set_id"]: found for found in sets}
    if not by_number:
        raise UserError(f"fetch: the source {wanted['source']} answered without a single set. Check its URLs.")
    lines = [json.dumps(by_number[number], ensure_ascii=False) for number in sorted(by_number)]
    write_bytes(("[\n" + ",\n".join(lines) + "\n]\n").encode(), folder / "sets.json")
    write_json(wanted, folder / "source.json")
    for journal in folder.glob("answers-*.jsonl"):
        journal.unlink()


class Journal:
    """The answers of a fetch set by set, kept one by one, so that a stopped fetch asks for none of them again."""

    def __init__(self, folder: Path, wanted: Identity) -> None:
        """Read what an earlier run kept for this source and snapshot."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"answers-{wanted['source']}-{wanted['snapshot']}.jsonl"
        self._not_found_path = _not_found_path(folder, wanted)
        self._answers = {
            number: found for line in _read_lines(self._path) for number, found in json.loads(line).items()
        }
        self._not_found = set(_read_lines(self._not_found_path))

    def __contains__(self, number: str) -> bool:
        """Tell whether the service has answered for this number."""
        return number in self._answers or number in self._not_found

    def found(self, number: str) -> SetObject | None:
        """Return the set, or nothing where the service did not know the number."""
        return self._answers.get(number)

    def keep(self, number: str, answer: SetObject | None) -> None:
        """Keep an answer before the next one is asked for."""
        if answer is None:
            self._not_found.add(number)
            write_bytes(("\n".join(sorted(self._not_found)) + "\n").encode(), self._not_found_path)
            return
        self._answers[number] = answer
        with self._path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({number: answer}, ensure_ascii=False) + "\n")


def _not_found_path(folder: Path, wanted: Identity) -> Path:
    """Return where the numbers are kept that a source does not know."""
    return folder / f"not_found-{wanted['source']}.txt"


def _read_lines(path: Path) -> list[str]:
    """Return a file's whole lines, none where there is no file."""
    if not path.exists():
        return []
    drop_partial_line(path)
    return path.read_text(encoding="utf-8").split("\n")[:-1]
