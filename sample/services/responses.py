"""HTTP responses, and the version that picture URLs contain."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import PIL

PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Answer:
    """One HTTP response. A body that is a function is computed only when the response is sent."""

    body: bytes | Callable[[], bytes]
    kind: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


NOT_FOUND = Answer(b"not found\n", status=404)


@lru_cache(maxsize=1)
def version() -> str:
    """Return a digest of this package, hexadecimal.

    The URLs and ETags of pictures depend on it. So clients fetch the pictures again after any change of the drawing.
    """
    return code_digest(PACKAGE)


def code_digest(folder: Path) -> str:
    """Return a digest of Pillow's version and of all Python files below a folder, hexadecimal."""
    digest = hashlib.sha256(PIL.__version__.encode())
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def as_json(value: object) -> Answer:
    """Return a value as a JSON response."""
    return Answer(json.dumps(value).encode(), "application/json")
