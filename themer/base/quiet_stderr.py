"""Keeps informational notes of libraries off stderr. Warnings and errors still get through."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO


@contextmanager
def without_notes(note: re.Pattern[bytes]) -> Iterator[None]:
    """Hold back everything that any thread writes to stderr, then write the lines that don't match `note`.

    Without a folder for temporary files, as in a read-only container, nothing is held back. Where stderr can't be
    written, as on a full disk, the lines are lost.
    """
    held_back = _temporary_file()
    if held_back is None:
        yield
        return
    with suppress(OSError):
        sys.stderr.flush()
    stderr = os.dup(2)
    with held_back:
        # Libraries in C++ write to the file descriptor, not to sys.stderr.
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            held_back.seek(0)
            with suppress(OSError):
                os.write(2, b"".join(line for line in held_back if not note.match(line)))


def _temporary_file() -> IO[bytes] | None:
    """Return a temporary file, or None where there can be none."""
    try:
        return tempfile.TemporaryFile()
    except OSError:
        return None
