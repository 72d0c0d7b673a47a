"""Whether what a stage reads stays the same while it runs.

DVC hashes it after the stage has ended. Without this, DVC would record an input that changed in between as the one that
was read.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pathspec

from themer.base.errors import UserError
from themer.base.params_file import read_values

PARAMS, IGNORED = Path("params.yaml"), Path(".dvcignore")


def state(deps: list[str], keys: list[str]) -> dict[str, Any]:
    """Return a number for each file or folder, by its path, and the value of each key of params.yaml."""
    patterns = IGNORED.read_text(encoding="utf-8").splitlines() if IGNORED.exists() else []
    ignored = pathspec.GitIgnoreSpec.from_lines(patterns)
    return {dep: _fingerprint(dep, ignored) for dep in deps} | dict(_values(keys))


def require_same(name: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Raise UserError if what a stage reads is not what it was before."""
    changed = sorted(key for key in before | after if before.get(key) != after.get(key))
    if changed:
        raise UserError(
            f"{name}: {', '.join(changed)} changed while the stage ran. Run the stage again, so that "
            "DVC records the files that it used."
        )


def _fingerprint(dep: str, ignored: pathspec.GitIgnoreSpec) -> int:
    """Return a number for the names, sizes and times of a file, or of all files in a folder, in any order."""
    inside = (Path(folder, name) for folder, _, names in os.walk(dep, followlinks=True) for name in names)
    total = 0
    for path in [Path(dep), *inside]:
        # A file may be gone by now.
        with suppress(FileNotFoundError):
            about = path.stat()
            if stat.S_ISREG(about.st_mode) and not ignored.match_file(path):
                # A sum doesn't depend on the order. hash() differs in another process, but none compares.
                total += hash((path, about.st_size, about.st_mtime_ns))
    return total


def _values(keys: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield keys of params.yaml with their values, or None; `${fetch.source}` within a key stands for that value."""
    values = read_values(PARAMS) if keys else {}
    for key in keys:
        filled = re.sub(r"\$\{(.*?)\}", lambda found: str(_value(values, found[1])), key)
        yield f"{filled} in {PARAMS}", _value(values, filled)


def _value(values: Any, key: str) -> Any:
    """Return the value of a key such as `train.seed`, or None."""
    for part in key.split("."):
        values = values.get(part) if isinstance(values, dict) else None
    return values
