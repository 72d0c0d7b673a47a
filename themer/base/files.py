"""Small files, written whole or not at all, the same bytes for the same values."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file whole: into a part file beside it, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)


def write_json(value: Any, path: Path, digits: int = 6) -> None:
    """Write JSON with sorted keys and numbers rounded to so many decimal places."""
    text = json.dumps(_rounded(value, digits), indent=2, sort_keys=True, ensure_ascii=False)
    write_bytes((text + "\n").encode(), path)


def drop_partial_line(path: Path) -> None:
    """Cut away what a kill left of the last line that was being appended to a file."""
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
    """Return the SHA-256 of the names and contents of files, 64 hexadecimal digits; their order does not matter."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + bytes.fromhex(file_sha256(path)))
    return digest.hexdigest()
