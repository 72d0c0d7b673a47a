"""Writing and hashing files. A file is written whole or not at all, and the same values give the same bytes."""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file, its folder included: to a part file beside it, which is then renamed.

    If that fails, the part file is removed, and the OSError names a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        # A failed write tells no name.
        error.filename = error.filename or str(path)
        raise


def write_json(value: Any, path: Path, digits: int = 6) -> None:
    """Write JSON with sorted keys, floats rounded to `digits` decimal places."""
    text = json.dumps(_rounded(value, digits), indent=2, sort_keys=True, ensure_ascii=False)
    write_bytes((text + "\n").encode(), path)


def drop_partial_line(path: Path) -> None:
    """Remove an incomplete last line, left by a process that was killed while it appended to the file."""
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        write_bytes(whole, path)


def _rounded(value: Any, digits: int) -> Any:
    """Return the value with every float in it rounded."""
    if isinstance(value, float):
        return round(value, digits)
    if isinstance(value, dict):
        return {key: _rounded(inner, digits) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner, digits) for inner in value]
    return value


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_sha256(paths: Iterable[Path]) -> str:
    """Return one SHA-256 of the names and contents of files in any order, 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + bytes.fromhex(file_sha256(path)))
    return digest.hexdigest()
