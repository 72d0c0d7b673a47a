"""Pictures whose right theme a visitor named, kept for the next training."""

import hashlib
import io
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from app.problem_kinds import Kind
from app.problems import Problem
from themer.photos import slug

QUALITY = 95
HASH_DIGITS = 16


def keep_photo(picture: Image.Image, theme: str, labels: Sequence[str], folder: Path, maximum_bytes: int) -> Path:
    """Write a picture, without metadata, to {slug of the theme}/{hash}.jpg in a folder; return this path.

    The same picture is written once. Nothing that is there is ever changed.

    Raises:
        Problem: there is no such theme, or the folder is full.
    """
    if theme not in labels:
        raise Problem(Kind.UNKNOWN_THEME, f"The model knows the themes {', '.join(labels)}.")
    content = _jpeg(picture)
    if _size(folder) + len(content) > maximum_bytes:
        raise Problem(Kind.NO_ROOM, "Enough pictures were contributed for now. Thank you all the same.")
    place = Path(slug(theme)) / f"{hashlib.sha256(content).hexdigest()[:HASH_DIGITS]}.jpg"
    _write_new(content, folder / place)
    return place


def _jpeg(picture: Image.Image) -> bytes:
    """Return a picture as JPEG without metadata."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _write_new(content: bytes, path: Path) -> None:
    """Write a file whole, unless it is there already. Until then it is hidden, and so no photo for the pipeline."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part") as part:
        part.write(content)
        part.flush()
        Path(part.name).chmod(0o644)
        try:
            os.link(part.name, path)
        except FileExistsError:
            return


def _size(folder: Path) -> int:
    """Return how many bytes all files in a folder have."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
