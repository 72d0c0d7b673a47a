"""Addresses of static files that change with the content, so that browsers may cache the files for good."""

import hashlib
from pathlib import Path

from flask.helpers import get_debug_flag

ONE_YEAR_SECONDS = 31_536_000
HASH_DIGITS = 12


def static_url_path(folder: Path) -> str:
    """Return `/static/` and a hash of all files' names and contents.

    The hash is part of the path, so relative imports between the files resolve to the new address as well.
    """
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return f"/static/{digest.hexdigest()[:HASH_DIGITS]}"


def static_seconds() -> int:
    """Return how long browsers may cache the files: not at all in development, where they change without a restart."""
    return 0 if get_debug_flag() else ONE_YEAR_SECONDS
