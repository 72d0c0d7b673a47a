"""The one exception that means: the user can mend this, so no traceback."""

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec

P = ParamSpec("P")


class UserError(Exception):
    """Something that the user can mend; its text says what was wrong, what was received and what to do."""


def explained(main: Callable[P, None]) -> Callable[P, None]:
    """Decorate a command's main: a UserError, or Ctrl-C, becomes one message on stderr and exit code 1."""

    @functools.wraps(main)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            main(*args, **kwargs)
        except UserError as error:
            sys.exit(f"error: {error}")
        except KeyboardInterrupt:
            sys.exit("stopped. What was finished is kept: run again to go on from there.")

    return wrapper
