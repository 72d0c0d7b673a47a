"""A cache of downloads in a folder of the user's, which outlives a workspace or a clone.

Files are named by the SHA-256 of their bytes. For each address, a small file names the bytes that it gave.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from uuid import uuid4

import platformdirs
from filelock import FileLock, Timeout

from themer.base.errors import UserError
from themer.base.params import Source

FOLDER_VARIABLE = "LEGO_THEMER_CACHE"
MAXIMUM_BYTES = 20_000_000_000


@dataclass(frozen=True)
class Kept:
    """What an address gave: the bytes, the server's tag for them, and how long ago it was requested."""

    content: bytes
    etag: str
    age_seconds: float


class DownloadCache:
    """The kept downloads. Processes and threads may share a folder: each file is written whole or not at all."""

    def __init__(self, folder: Path, maximum_bytes: int = MAXIMUM_BYTES) -> None:
        """Make the folder if need be; raise UserError if that can't be. `maximum_bytes`: how much `prune` leaves."""
        self._folder, self._maximum_bytes = folder, maximum_bytes
        self._contents, self._addresses = folder / "contents", folder / "addresses"
        with self._explaining():
            self._contents.mkdir(parents=True, exist_ok=True)
            self._addresses.mkdir(exist_ok=True)
            with TemporaryFile(dir=self._contents):
                pass  # It can be written, which is to be known before any request.

    def find(self, address: str) -> Kept | None:
        """Return what is kept for an address, or None. Damaged bytes count as none."""
        entry = self._entry_path(address)
        try:
            known = json.loads(entry.read_bytes())
            path = self._content_path(known["sha256"])
            content, age_seconds = path.read_bytes(), time.time() - entry.stat().st_mtime
        except (OSError, ValueError, LookupError, TypeError):
            return None
        if hashlib.sha256(content).hexdigest() != known["sha256"]:
            return None
        with suppress(OSError):
            os.utime(path)  # Its time says when it was last used.
        return Kept(content, str(known.get("etag", "")), age_seconds)

    def keep(self, address: str, content: bytes, etag: str = "") -> None:
        """Keep what an address gave, once it was found to be valid; raise UserError if it can't be written."""
        digest = hashlib.sha256(content).hexdigest()
        entry = json.dumps({"address": address, "sha256": digest, "etag": etag})
        with self._explaining():
            # First the bytes: an entry must not name what a killed process has not written.
            _write(content, self._content_path(digest))
            _write(entry.encode(), self._entry_path(address))

    def prune(self) -> None:
        """Delete the bytes that were not used for the longest time, until the rest is within the bound."""
        used = sorted(_times_and_sizes(self._contents))
        excess = sum(size for _, size, _ in used) - self._maximum_bytes
        for _, size, path in used:
            if excess <= 0:
                return
            path.unlink(missing_ok=True)
            excess -= size

    def _entry_path(self, address: str) -> Path:
        """Return the path of the file that says what an address gave."""
        # An address from somebody's JSON may hold half a surrogate pair.
        digest = hashlib.sha256(address.encode(errors="surrogatepass")).hexdigest()
        return self._addresses / digest[:2] / f"{digest}.json"

    def _content_path(self, digest: str) -> Path:
        """Return the path of the bytes with a SHA-256."""
        return self._contents / digest[:2] / digest

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        """Turn a failure to write into a UserError."""
        try:
            yield
        except OSError as error:
            raise UserError(
                f"{self._folder}: downloads can't be stored in this folder ({error.strerror}). Free space, allow "
                f"writing, or name another folder in {FOLDER_VARIABLE}. Files already there are kept."
            ) from None


def cache_for(source: Source) -> DownloadCache | None:
    """Return the user's cache, within its bound; raise UserError if its folder can't be used.

    It is None for a source that a command serves on this machine: each time at another address, at no cost to anyone.
    """
    if source.command is not None:
        return None
    cache = DownloadCache(cache_folder())
    cache.prune()
    return cache


@contextmanager
def alone(source: Source) -> Iterator[None]:
    """Hold a lock on a source: other processes of the user's wait, then find the downloads in the cache.

    A source that a command serves needs no lock: it serves one process.
    """
    if source.command is not None:
        yield
        return
    digest = hashlib.sha256(f"{source.brick_insights} {source.rebrickable}".encode()).hexdigest()
    lock = FileLock(cache_folder() / f"{digest[:16]}.lock")
    try:
        held = lock.acquire(timeout=0)
    except Timeout:
        print("Another process downloads from this source. This one waits until it ends.", file=sys.stderr, flush=True)
        held = lock.acquire()
    with held:
        yield


def cache_folder() -> Path:
    """Return the folder that LEGO_THEMER_CACHE names, or the one where this system keeps caches.

    Raises:
        UserError: the name begins with the ~ of a user whom the system doesn't know.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    try:
        return Path(named).expanduser() if named else platformdirs.user_cache_path("lego-themer", appauthor=False)
    except RuntimeError as error:
        raise UserError(f"{FOLDER_VARIABLE} is {named!r}: {error} Name a folder that can be written.") from None


def _write(content: bytes, path: Path) -> None:
    """Write a file, its folder included, to a part file of this call's own, which is then renamed."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f"{path.name}.{uuid4().hex}.part")
    part.write_bytes(content)
    part.replace(path)


def _times_and_sizes(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Yield when each file in a folder was last written or used, its size in bytes, and its path."""
    for path in folder.glob("*/*"):
        with suppress(FileNotFoundError):
            about = path.stat()
            yield about.st_mtime, about.st_size, path
