"""Ctrl-C before a command is ready: it ends at once, with no traceback from the libraries that are being imported."""

import os
import signal
import sys
from types import FrameType

STOPPED = 130


def is_run() -> bool:
    """Return whether `python -m` runs a module of the package that is being imported."""
    # Python replaces it by a path once it has imported the package and found the module.
    return sys.argv[:1] == ["-m"]


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


def _end(number: int, frame: FrameType | None) -> None:
    """End the process."""
    os._exit(STOPPED)
