"""Files to upload in the browser."""

from pathlib import Path

from tests.app.uploads import encoded
from tests.drawn_sets import drawn_set


def drawn_file(folder: Path, kind: str, number: int) -> Path:
    """Write the picture of a set that the model was not trained on, and return its path."""
    path = folder / f"{kind}-{number}.png"
    path.write_bytes(encoded(drawn_set(kind, number)))
    return path


def broken_file(folder: Path) -> Path:
    """Write a file that starts like a JPEG but is not one, and return its path."""
    path = folder / "broken.jpg"
    path.write_bytes(b"\xff\xd8\xff and no more")
    return path
