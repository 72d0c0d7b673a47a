"""Keeps informational notes of libraries off stderr. Warnings and errors still get through."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_notes(note: re.Pattern[bytes]) -> Iterator[None]:
    """Hold back everything that any thread writes to stderr, then write the lines that don't match `note`."""
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            held_back.seek(0)
            os.write(2, b"".join(line for line in held_back if not note.match(line)))
