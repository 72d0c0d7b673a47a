"""Errors that a user can fix: they end a command with a message instead of a traceback."""

import errno
import functools
import io
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import ParamSpec

from themer.base.stopping import STOPPED

P = ParamSpec("P")
# What helps where the system refuses a file.
REMEDIES = {
    errno.ENOENT: "dvc repro makes what a stage reads.",
    errno.ENOSPC: "Make room, then run again.",
    errno.EDQUOT: "Make room, then run again.",
    errno.EROFS: "Allow writing, then run again.",
    errno.EACCES: "Allow access, then run again.",
    errno.EPERM: "Allow access, then run again.",
    errno.EEXIST: "A file is where a folder has to be. Move it away, then run again.",
    errno.ENOTDIR: "A file is where a folder has to be. Move it away, then run again.",
    errno.EISDIR: "A folder is where a file has to be. Move it away, then run again.",
}
# What helps without the name of a file, which a failed write doesn't tell.
ANYWHERE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


class UserError(Exception):
    """A problem that the user can fix. Its text says what was wrong, what came in and what to do."""


def refused(error: OSError) -> UserError:
    """Return the error for a file or folder that the system refuses."""
    remedy = REMEDIES.get(error.errno or 0, "Name another one, then run again.")
    return UserError(f"{error.filename}: {error.strerror}. {remedy}")


def explained(main: Callable[P, None]) -> Callable[P, None]:
    """Decorate a command's main: a UserError ends it with a message on stderr and exit code 1, Ctrl-C with 130.

    What the terminal's encoding lacks is printed as an escape, such as \\xd7.
    """

    @functools.wraps(main)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        # As stderr always does.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        try:
            main(*args, **kwargs)
        except UserError as error:
            sys.exit(f"error: {error}")
        except OSError as error:
            number, is_named = error.errno or 0, error.filename is not None
            if number not in (REMEDIES if is_named else ANYWHERE):
                raise
            place = f"{error.filename}: " if is_named else ""
            sys.exit(f"error: {place}{error.strerror}. {REMEDIES[number]} Finished work is kept.")
        except KeyboardInterrupt:
            print("stopped. Finished work is kept; run again to go on.", file=sys.stderr)
            sys.exit(STOPPED)

    return wrapper


def suggestion(word: str, known: Sequence[str], count: int = 1) -> str:
    """Return ` (did you mean "...?")` with up to `count` known words that resemble a word, or "" if none does."""
    known_as = {one.casefold(): one for one in known}
    return did_you_mean([known_as[one] for one in get_close_matches(word.casefold(), known_as, n=count, cutoff=0.6)])


def did_you_mean(words: Sequence[str]) -> str:
    """Return ` (did you mean "..." or "..."?)` with the words, or "" without any."""
    quoted = " or ".join(f'"{word}"' for word in words)
    return f" (did you mean {quoted}?)" if quoted else ""
