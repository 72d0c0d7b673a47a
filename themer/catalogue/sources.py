"""Sources: where the two services answer, and starting the ones that run on this machine."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from themer.base.errors import UserError
from themer.base.params import PLACEHOLDER, Source

REBRICKABLE = "https://cdn.rebrickable.com"


@contextmanager
def opened(source: Source) -> Iterator[str]:
    """Run the source's command until the block ends, and yield the address that it prints.

    A source without a command yields the placeholder, which leaves every URL as it is.

    Raises:
        UserError: the command can't be started or prints no address in its first line.
    """
    if source.command is None:
        yield PLACEHOLDER
        return
    process = _start(source.command)
    try:
        yield _printed_address(process, source.command)
    finally:
        process.terminate()
        process.communicate()


def located(url: str, address: str) -> str:
    """Return the URL with the address of an opened source in place of the placeholder."""
    return url.replace(PLACEHOLDER, address)


def brick_insights_picture(source: Source, path: str) -> str:
    """Return the URL of a picture that Brick Insights names by a path or in full."""
    is_whole = path.startswith(("http://", "https://"))
    return path if is_whole else f"{source.brick_insights}/{path.lstrip('/')}"


def rebrickable_picture(source: Source, url: str) -> str:
    """Return the URL of a picture in Rebrickable's table: on the source's own host where that is a mirror."""
    return source.rebrickable + url.removeprefix(REBRICKABLE) if url.startswith(REBRICKABLE + "/") else url


def _start(command: list[str]) -> subprocess.Popen[str]:
    """Start the command, with this interpreter where it says python.

    Its standard input is a pipe from us: it ends when we do, so that a command can end even if we are killed.
    """
    words = [sys.executable if word == "python" else word for word in command]
    try:
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    except OSError as error:
        raise UserError(f"source command {' '.join(command)!r} can't be started: {error.strerror}.") from None


def _printed_address(process: subprocess.Popen[str], command: list[str]) -> str:
    """Return the URL in the first line that the process prints."""
    line = process.stdout.readline() if process.stdout else ""
    found = re.search(r"https?://\S+", line)
    if found is None:
        raise UserError(
            f"source command {' '.join(command)!r}: its first line must hold the address it serves on, "
            f"but it printed {line.strip()!r}."
        )
    return found.group().rstrip("/")
