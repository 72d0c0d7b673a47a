"""Taking up again a file of JSON lines where an earlier run stopped."""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from app.command_line.named_files import STANDARD_INPUT, Picture
from themer.base.errors import UserError

BEGINNING = b'{"file": '


def finished(path: Path) -> dict[str, bool]:
    """Return the files in a file of JSON lines, and whether each has a prediction; drop a last line that was cut.

    Raises:
        UserError: it holds anything else, which is left as it is, or it can't be read.
    """
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise UserError(f"{path}: this is not a file. Name a file of JSON lines, or a new one: --resume")
        return _finished(path) if path.exists() else {}
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}. Name a file of JSON lines, or a new one: --resume") from None


def remaining(pictures: Iterable[Picture], done: dict[str, bool], out: Path) -> Iterator[Picture]:
    """Yield each picture that has no prediction once, without the file of JSON lines itself."""
    # Standard input may hold another picture each time.
    seen = {name for name, predicted in done.items() if predicted} - {STANDARD_INPUT}
    for picture in pictures:
        if str(picture) not in seen and not _same(Path(picture), out):
            seen.add(str(picture))
            yield picture


def drop(path: Path, names: Set[str]) -> None:
    """Drop from a file of JSON lines what it says of files that could not be read, if they are among the names."""
    path = path.resolve()
    part = path.with_name(path.name + ".part")
    shutil.copy(path, part)  # With its permissions.
    with path.open("rb") as file, part.open("wb") as kept:
        for line in file:
            found = json.loads(line)
            if "theme" in found or found["file"] not in names:
                kept.write(line)
    part.replace(path)


def _finished(path: Path) -> dict[str, bool]:
    """Return the files in the whole lines of a file; cut off what follows them."""
    done, whole_bytes = {}, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                _require(line[: len(BEGINNING)] == BEGINNING[: len(line)], path, number)
                os.truncate(path, whole_bytes)
                break
            name, predicted = _entry(line, path, number)
            done[name], whole_bytes = predicted, whole_bytes + len(line)
    return done


def _entry(line: bytes, path: Path, number: int) -> tuple[str, bool]:
    """Return the file of a line and whether it has a prediction; raise UserError for any other line."""
    try:
        found = json.loads(line)
        return str(found["file"]), "theme" in found
    except (ValueError, KeyError, TypeError, RecursionError):
        _require(False, path, number)
        raise


def _require(condition: bool, path: Path, number: int) -> None:
    """Raise UserError unless a line is one that this command writes."""
    if not condition:
        raise UserError(
            f"{path}, line {number}: not a line that --jsonl or --resume wrote. Name another file: --resume"
        )


def _same(picture: Path, out: Path) -> bool:
    """Return whether a file is the file of JSON lines."""
    try:
        return picture.name == out.name and picture.samefile(out)
    except OSError:
        return False
