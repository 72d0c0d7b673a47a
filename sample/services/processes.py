"""Processes that draw pictures, one for each core: threads would wait for each other, as Python runs one at a time."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

Draw = Callable[[Callable[[], bytes]], bytes]


@contextmanager
def drawing_processes() -> Iterator[Draw]:
    """Yield a function that calls another one in one of the processes; several threads may call it."""
    with ProcessPoolExecutor(os.cpu_count(), initializer=_end_with_parent) as pool:
        # They start now: a process that starts beside threads may copy a lock that one of them holds.
        pool.submit(int)

        def draw(picture: Callable[[], bytes]) -> bytes:
            try:
                return pool.submit(picture).result()
            except RuntimeError:  # A process was killed, or the pool is closing.
                return picture()

        yield draw


def _end_with_parent() -> None:
    """Let this process end when its parent has ended, even by a kill, and not by a Ctrl-C that both receive."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    """End this process once its parent has ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
