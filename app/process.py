"""The standard streams of a command: closed from the start, or written to when nobody reads."""

import os
import sys
from typing import TextIO

# Nothing can be written to a closed stdout, and the command says so. It can't where stderr is closed.
STREAMS = {"stdin": ("r", os.O_RDONLY), "stdout": ("w", os.O_RDONLY), "stderr": ("w", os.O_WRONLY)}


def open_streams() -> None:
    """Open /dev/null as those of stdin, stdout and stderr that came closed, before other files take their places."""
    for name, (mode, flags) in STREAMS.items():
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode))


def drop_output(stream: TextIO | None = None) -> None:
    """Send the rest of stdout, or another stream, nowhere. Python must not try again at exit to write it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), (stream or sys.stdout).fileno())


def flush_output() -> None:
    """Write what is left of the output, unless it is closed or its reader, for example `head`, is done."""
    try:
        sys.stdout.flush()
    except OSError:
        drop_output()
