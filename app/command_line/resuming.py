"""Taking up again a file of JSON lines where an earlier run stopped."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from app.command_line.named_files import STANDARD_INPUT, Picture, name_in
from themer.base.errors import UserError

BEGINNING = b'{"file": '


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock on a file of JSON lines, or on the place of a new one.

    It is a hidden file beside it, since `drop` replaces the file itself.

    Raises:
        UserError: another command holds the lock, or the path is no place for such a file.
    """
    lock = _acquired(path)
    try:
        yield
    finally:
        with suppress(OSError):  # Some systems delete no open file.
            Path(lock.lock_file).unlink()
        lock.release()


def finished(path: Path, made_by: dict[str, str]) -> dict[str, bool]:
    """Return the files in a file of JSON lines, and whether each has a prediction; drop a last line that was cut.

    Lines of earlier versions, which do not name what made them, count as made by this model and index, `made_by`.

    Raises:
        UserError: it holds anything else, or predictions that others made. It is left as it is. Or it can't be read.
    """
    try:
        return _finished(path, made_by) if path.exists() else {}
    except OSError as error:
        raise _refused(path, error) from None


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
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as part:
        try:
            with path.open("rb") as file:
                part.writelines(line for line in file if _stays(json.loads(line), names))
            shutil.copymode(path, part.name)
            part.close()
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink()
            raise


def _acquired(path: Path) -> FileLock:
    """Return the lock on a file of JSON lines; raise UserError as `alone` does."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise UserError(f"{path}: this is not a file. Name a file of JSON lines, or a new one: --resume")
        # Strict, since the lock would make a missing folder.
        place = path.resolve()
        lock = FileLock(place.parent.resolve(strict=True) / f".{place.name}.lock")
        lock.acquire(timeout=0)
    except Timeout:
        raise UserError(
            f"{path}: another command adds lines to this file. Wait until it ends, or name another file: --resume"
        ) from None
    except OSError as error:
        raise _refused(path, error) from None
    return lock


def _refused(path: Path, error: OSError) -> UserError:
    """Return the error for a file of JSON lines that the system refuses."""
    return UserError(f"{path}: {error.strerror}. Name a file of JSON lines, or a new one: --resume")


def _stays(found: dict[str, Any], names: Set[str]) -> bool:
    """Return whether a line stays: it has a prediction, or none of the names."""
    return "theme" in found or name_in(found) not in names


def _finished(path: Path, made_by: dict[str, str]) -> dict[str, bool]:
    """Return the files in the whole lines of a file; cut off what follows them."""
    done, whole_bytes = {}, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                _require(line[: len(BEGINNING)] == BEGINNING[: len(line)], path, number)
                os.truncate(path, whole_bytes)
                break
            name, predicted = _entry(line, path, number, made_by)
            done[name], whole_bytes = predicted, whole_bytes + len(line)
    return done


def _entry(line: bytes, path: Path, number: int, made_by: dict[str, str]) -> tuple[str, bool]:
    """Return the file of a line and whether it has a prediction; raise UserError for any other line."""
    try:
        found = json.loads(line)
        name = name_in(found)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        _require(False, path, number)
        raise
    _require_same(found, made_by, path, number)
    return name, "theme" in found


def _require_same(found: dict[str, Any], made_by: dict[str, str], path: Path, number: int) -> None:
    """Raise UserError for a line that names another model or index than this one."""
    theirs, ours = (
        ", ".join(f"{key} {one[key]}" for key in made_by if found.get(key, made_by[key]) != made_by[key])
        for one in (found, made_by)
    )
    if theirs:
        raise UserError(
            f"{path}, line {number}: this prediction was made by {theirs}, not by {ours}. Name that model: --model, or "
            "another file: --resume"
        )


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
