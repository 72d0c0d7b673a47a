"""Keeps what libraries note on their own behalf away from stderr; warnings and errors are still shown."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_notes(note: re.Pattern[bytes]) -> Iterator[None]:
    """Hold back what is written to stderr meanwhile, by any thread, then let through the lines that are no notes."""
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
