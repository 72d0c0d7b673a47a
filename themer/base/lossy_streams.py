"""A stdout and a stderr that lose what they can't write, so that notes and progress never end a stage."""

import io
import os
import sys
from typing import Any, TextIO


class LossyFile(io.FileIO):
    """A file that loses, without an error, what it can't write, as on a full disk or to a closed pipe."""

    def write(self, data: Any, /) -> int:
        """Write the data, or lose it; return the number of bytes."""
        try:
            return super().write(data)
        except OSError:
            return len(data)


def lose_what_streams_refuse() -> None:
    """Replace this process's own stdout and stderr by ones that never raise OSError; leave a test's."""
    if sys.stdout is sys.__stdout__:
        sys.stdout = lossy(sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = lossy(sys.stderr)


def lossy(stream: TextIO | None) -> io.TextIOWrapper:
    """Return a stream to the same file that raises no OSError; None is a stream that came closed."""
    # A file that is opened later must not take the place of a closed one.
    number = os.open(os.devnull, os.O_WRONLY) if stream is None else stream.fileno()
    encoding = "utf-8" if stream is None else stream.encoding
    buffer = io.BufferedWriter(LossyFile(number, "w", closefd=False))
    return io.TextIOWrapper(buffer, encoding, "backslashreplace", line_buffering=True)
