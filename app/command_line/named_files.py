"""The files that a command line names, and their content."""

import base64
import glob
import sys
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from itertools import chain
from pathlib import Path
from typing import Any

from app.incoming.picture_file import Limits
from app.problem import Kind, Problem
from themer.pictures.folders import visible

LIMITS = Limits()
# A file of this name is a Path.
STANDARD_INPUT = "-"
Picture = Path | str


class NotReadable(Problem):
    """The problem of a file that gives no content, in the operating system's words."""

    def __init__(self, detail: str) -> None:
        super().__init__(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
        self.title = "Not readable"

    def __str__(self) -> str:
        """Return the detail, which says it all."""
        return self.detail


def pictures_of(names: Iterable[str]) -> Iterator[Picture]:
    """Yield the files that match files, folders and patterns. A name without a match is yielded unchanged."""
    for name in names:
        path = Path(name)
        if name == STANDARD_INPUT:
            yield name
        elif not glob.has_magic(name) or _is(path.exists):
            yield from files_of(path)
        else:
            yield from matching(name) or [path]


def matching(pattern: str) -> list[Path]:
    """Return the files that match a pattern, and those in folders that match, sorted.

    `**` stands for folders of any depth, but not for hidden ones. As in a folder, links to folders are not followed,
    since they may lead round in circles. Each file is named once, although the folders around it match too.
    """
    path = Path(pattern)
    if "**" not in path.parts:
        matches = sorted(glob.glob(pattern))  # noqa: PTH207 (Path.glob refuses absolute patterns)
        return list(chain.from_iterable(files_of(Path(match)) for match in matches))
    try:
        inner = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    except OSError:
        return []
    shown = (match for match in inner if not _hidden(match) - _hidden(path))
    return list(dict.fromkeys(chain.from_iterable([one] if one.is_symlink() else files_of(one) for one in shown)))


def files_of(path: Path) -> list[Path]:
    """Return a file, or the files in a folder; an empty folder itself, so that it is named."""
    return (files_in(path) or [path]) if _is(path.is_dir) else [path]


def files_in(folder: Path) -> list[Path]:
    """Return the files in a folder and its subfolders, sorted, whatever their names: the content tells what they are.

    Links to folders, and folders that can't be opened, are among them, so that they are named.
    """
    try:
        found = visible(folder)
    except OSError:
        return [folder]
    inner = [files_in(path) if _is(path.is_dir) and not path.is_symlink() else [path] for path in found]
    return list(chain.from_iterable(inner))


def in_json(name: str) -> dict[str, str]:
    """Return a file's name for JSON. Of one that is not UTF-8, which JSON can't hold, the bytes are added."""
    content = name.encode(errors="surrogateescape")
    shown = content.decode(errors="replace")
    return {"file": name} if shown == name else {"file": shown, "file_base64": base64.b64encode(content).decode()}


def name_in(found: dict[str, Any]) -> str:
    """Return the file's name that `in_json` wrote; KeyError, TypeError or ValueError for anything else."""
    coded = found.get("file_base64")
    return str(found["file"]) if coded is None else base64.b64decode(coded).decode(errors="surrogateescape")


def content_of(path: Path) -> bytes:
    """Return the content of a file; raise Problem if it can't be read or is too large."""
    try:
        if path.is_dir():
            raise NotReadable(_folder_problem(path))
        if path.exists() and not path.is_file():
            raise NotReadable("This is neither a file nor a folder.")
        if path.stat().st_size > LIMITS.maximum_bytes:
            limit = f"The limit is {LIMITS.maximum_bytes / 1e6:.0f} MB. Use a smaller one."
            raise Problem(Kind.PICTURE_TOO_LARGE, limit)
        return path.read_bytes()
    except OSError as error:
        raise NotReadable(f"{error.strerror}.") from None


def standard_input() -> bytes:
    """Return what comes in on standard input; stop reading where it is too large for a picture."""
    return sys.stdin.buffer.read(LIMITS.maximum_bytes + 1)


def _hidden(path: Path) -> set[str]:
    """Return the hidden names in a path."""
    return {part for part in path.parts if part.startswith(".") and part != ".."}


def _is(check: Callable[[], bool]) -> bool:
    """Return what a check of a path finds; no where the system refuses to look: reading it will say so."""
    try:
        return check()
    except OSError:
        return False


def _folder_problem(folder: Path) -> str:
    """Return in words why a folder gives no prediction; raise OSError if it can't be opened."""
    if visible(folder) and folder.is_symlink():
        return "A link to a folder within a folder is not followed. Name what it leads to."
    return "There is no picture in this folder."
