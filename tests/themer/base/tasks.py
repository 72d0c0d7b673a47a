"""Functions that workers run in tests."""

import os
import signal
from functools import lru_cache
from pathlib import Path

from themer.base.engines import engine
from themer.base.errors import UserError, explained


def double(item: int) -> int:
    return item * 2


def inverse(item: int) -> int:
    return 1 // item


def refuse(item: int) -> int:
    raise UserError(f"photo {item}: can't be read")


def time_out(item: int) -> int:
    raise TimeoutError(str(item))


def process(item: int) -> int:
    return os.getpid()


@lru_cache(maxsize=1)
def loaded(constant: bytes) -> list[int]:
    """Return what is made of a constant, another object each time."""
    return [len(constant)]


def with_constant(constant: bytes, item: int) -> tuple[int, int, int, str]:
    """Return what a constant has become, and where."""
    return loaded(constant)[0] + item, id(loaded(constant)), os.getpid(), type(constant).__name__


def die_once(marks: str, item: int) -> int:
    """Kill this process, unless another one has died of the same item."""
    mark = Path(marks) / str(item)
    if item == 5 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def die(item: int) -> None:
    """Kill this process."""
    os.kill(os.getpid(), signal.SIGKILL)


def never_end(item: int) -> int:
    """Return 0; then wait for ever."""
    while item:
        signal.sigwait([signal.SIGUSR2])
    return item


@explained
def run_for_ever() -> None:
    """Say that tasks run on the engine that the environment names, and wait for one that never ends."""
    results = engine().ordered_map(never_end, [0] + [1] * 30)
    next(results)
    print("running", flush=True)
    next(results)
