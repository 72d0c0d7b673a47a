"""Small files, written whole or not at all, the same bytes for the same values."""

import json
from pathlib import Path
from typing import Any

import pandas


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file whole: into a part file beside it, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)


def write_json(value: Any, path: Path) -> None:
    """Write JSON with sorted keys and numbers rounded to six digits after the point."""
    text = json.dumps(_rounded(value), indent=2, sort_keys=True, ensure_ascii=False)
    write_bytes((text + "\n").encode(), path)


def write_csv(frame: pandas.DataFrame, path: Path) -> None:
    """Write a table without its index, lines ending in LF."""
    write_bytes(frame.to_csv(index=False, lineterminator="\n").encode(), path)


def read_csv(path: Path) -> pandas.DataFrame:
    """Read a table as text: "0011-2" keeps its zeros and a theme named "None" its name."""
    return pandas.read_csv(path, dtype=str, keep_default_na=False)


def drop_partial_line(path: Path) -> None:
    """Cut away what a kill left of the last line that was being appended to a file."""
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        write_bytes(whole, path)


def _rounded(value: Any) -> Any:
    """Return the value with every float in it rounded to six digits."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return value
