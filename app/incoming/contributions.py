"""Contributed photos: pictures that a visitor has labelled, kept for the next training."""

import hashlib
import io
import logging
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from app.problem import Kind, Problem
from themer.base.theme_paths import NONE_OF_THESE, slug

log = logging.getLogger(__name__)

QUALITY = 95
HASH_DIGITS = 16
LONGEST_NAME = 100


def keep_photo(picture: Image.Image, theme: str, labels: Sequence[str], folder: Path, maximum_bytes: int) -> Path:
    """Write a picture, without metadata, to {slug of the theme}/{hash}.jpg in a folder; return this path.

    The same picture is written once. Existing files are never changed.

    Raises:
        Problem: `theme` is neither one of the labels nor NONE_OF_THESE, the folder is full, or it can't be written.
    """
    if theme not in (*labels, NONE_OF_THESE):
        known = ", ".join([*labels, NONE_OF_THESE])
        raise Problem(Kind.UNKNOWN_THEME, f'There is no theme "{theme[:LONGEST_NAME]}". Choose one of: {known}.')
    content = _jpeg(picture)
    place = Path(slug(theme)) / f"{hashlib.sha256(content).hexdigest()[:HASH_DIGITS]}.jpg"
    try:
        if _size_bytes(folder) + len(content) > maximum_bytes:
            raise Problem(Kind.NO_ROOM, "Enough pictures have been contributed for now. Thank you anyway.")
        _write_new(content, folder / place)
    except OSError as error:
        log.error("%s: a contributed picture can't be kept: %s", error.filename or folder, error.strerror)
        raise Problem(Kind.NOT_KEPT, "The picture can't be kept for the moment. Thank you anyway.") from None
    return place


def _jpeg(picture: Image.Image) -> bytes:
    """Return a picture as JPEG without metadata."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _write_new(content: bytes, path: Path) -> None:
    """Write a file atomically, unless it exists. The part file is hidden, so the pipeline ignores it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part") as part:
        part.write(content)
        part.flush()
        # Unlike other new files, temporary ones can be read by their owner alone.
        Path(part.name).chmod(0o644)
        try:
            # Unlike a renamed file, a link never replaces an existing one.
            os.link(part.name, path)
        except FileExistsError:
            return


def _size_bytes(folder: Path) -> int:
    """Return the total size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
