"""The process of a command: Ctrl-C before it is ready, and standard streams that are closed or that nobody reads."""

import os
import signal
import sys
from types import FrameType
from typing import TextIO

STOPPED = 130
# Nothing can be written to a closed stdout, and the command says so. It can't where stderr is closed.
STREAMS = {"stdin": ("r", os.O_RDONLY), "stdout": ("w", os.O_RDONLY), "stderr": ("w", os.O_WRONLY)}


def stop_quietly() -> None:
    """While libraries are imported, let Ctrl-C end the process at once: exit code 130, no traceback of theirs.

    Whoever handles or ignores Ctrl-C otherwise keeps doing so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def stop_as_usual() -> None:
    """Let Ctrl-C raise KeyboardInterrupt again after `stop_quietly`."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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


def _end(number: int, frame: FrameType | None) -> None:
    """End the process."""
    os._exit(STOPPED)
