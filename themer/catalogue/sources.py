"""Sources: the addresses of the two services, and starting a source that runs on this machine."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from themer.base.errors import UserError
from themer.base.params import PLACEHOLDER, Source

REBRICKABLE = "https://cdn.rebrickable.com"


@contextmanager
def opened(source: Source) -> Iterator[str]:
    """Run the source's command until the block ends, and yield the address that it prints.

    For a source without a command this is the placeholder itself, so that `located` changes no URL.

    Raises:
        UserError: the command can't be started, or its first line holds no address.
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
    """Return the URL of a picture that Brick Insights gives as a path or as a full URL, with a scheme or without."""
    path, base = _on_one_line(path), f"{source.brick_insights}/"
    if path.startswith("//"):
        return f"https:{path}"
    return path if re.match("[a-z][a-z0-9+.-]*:", path, re.IGNORECASE) else base + path.lstrip("/")


def rebrickable_picture(source: Source, url: str) -> str:
    """Return the URL of a picture in Rebrickable's table, on the source's own host if that is a mirror."""
    url = _on_one_line(url)
    host = re.match(f"(https?:)?//{REBRICKABLE.partition('//')[2]}/", url, re.IGNORECASE)
    if host:
        return f"{source.rebrickable}/{url[host.end() :]}"
    return f"https:{url}" if url.startswith("//") else url


def _on_one_line(url: str) -> str:
    """Return a URL with its spaces, control characters and halves of surrogate pairs percent-encoded."""
    return re.sub(r"[\s\x00-\x1f\x7f\ud800-\udfff]", lambda one: quote(one.group(), errors="replace"), url.strip())


def _start(command: list[str]) -> subprocess.Popen[str]:
    """Start the command; the word `python` stands for this interpreter.

    Its standard input is a pipe from this process. The pipe closes when this process ends, even if it is killed, and
    the command can end with it.
    """
    words = [sys.executable if word == "python" else word for word in command]
    try:
        return subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", errors="backslashreplace"
        )
    except OSError as error:
        raise UserError(
            f"source command {' '.join(command)!r} can't be started: {error.strerror}. Check it in params.yaml."
        ) from None


def _printed_address(process: subprocess.Popen[str], command: list[str]) -> str:
    """Return the URL in the first line that the process prints; raise UserError if there is none."""
    line = process.stdout.readline() if process.stdout else ""
    found = re.search(r"https?://\S+", line)
    if found is None:
        raise UserError(
            f"source command {' '.join(command)!r}: its first line must be its address, "
            f"but it printed {line.strip()!r}."
        )
    return found.group().rstrip("/")
