"""Files to drop on the page."""

from pathlib import Path

from tests.drawn_shards import drawn_set


def drawn_file(folder: Path, kind: str, number: int) -> Path:
    """Write the picture of a set that the model never saw, and return its path."""
    path = folder / f"{kind}-{number}.png"
    drawn_set(kind, number).save(path)
    return path


def broken_file(folder: Path) -> Path:
    """Write a file that begins like a JPEG and is none, and return its path."""
    path = folder / "broken.jpg"
    path.write_bytes(b"\xff\xd8\xff and no more")
    return path
