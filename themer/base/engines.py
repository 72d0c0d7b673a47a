"""Where many tasks run: in threads of this process, or on a Dask cluster. The results are the same bytes."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from themer.base.errors import UserError

Item = TypeVar("Item")
Result = TypeVar("Result")

VARIABLE, THIS_MACHINE = "LEGO_THEMER_DASK", "dask"
SCHEMES = ("tcp", "tls")
TASKS_AHEAD = 2


class Engine(Protocol):
    """What runs many tasks.

    A function comes to its large constants, such as a model, once per worker, if it takes them from `shared`. Its
    thread may keep what it makes of them, as `themer.features.embedding.loaded` does:

        def embed(model: bytes, pictures: list[bytes]) -> np.ndarray:
            return run(loaded("network", model, Interpreter), pictures)

        workers = engine()
        for embeddings in workers.ordered_map(partial(embed, workers.shared(model)), chunks): ...
    """

    def ordered_map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the function's result for each item, in the order of the items; few items are taken ahead.

        The function, its items and its results are picklable: a function of a module, or a `partial` of one. Several
        threads of a process may call it at the same time. An error of it is raised in its turn. Nothing waits to run
        any more when the caller stops.
        """
        ...

    def shared(self, value: bytes) -> Any:
        """Return what a `partial` of a function holds in place of a large value. The function is given the value."""
        ...


class Threads:
    """The engine of this process: a thread for each core, if not told otherwise.

    The threads stay, so that each loads a network once.
    """

    def __init__(self, count: int | None = None) -> None:
        self.count = count or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self.count)

    def ordered_map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the results in order. `Executor.map` would take all items at once."""
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(self._pool.submit(function, item))
                if len(waiting) >= TASKS_AHEAD * self.count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
            # A task that runs can't be cancelled. When this returns, none runs any more.
            wait(waiting)

    def shared(self, value: bytes) -> bytes:
        """Return the value itself."""
        return value


def engine() -> Engine:
    """Return the engine that the environment names: "" for threads, a scheduler's address, or "dask" for this machine.

    Raises:
        UserError: it names something else, or there is no such scheduler.
    """
    name = os.environ.get(VARIABLE, "")
    return _cluster(scheduler_address(name)) if name else local_threads()


def scheduler_address(name: str) -> str:
    """Return the address of a scheduler, or "" for a cluster on this machine.

    Raises:
        UserError: the name is neither of them.
    """
    if name == THIS_MACHINE:
        return ""
    try:
        parts = urlsplit(name)
        is_address = parts.scheme in SCHEMES and parts.hostname and parts.port and not parts.path.strip("/")
    except ValueError:
        is_address = False
    if not is_address:
        raise UserError(
            f'{VARIABLE} is "{name}". Set it to a scheduler\'s address, such as tcp://10.0.0.1:8786, '
            f"to {THIS_MACHINE} for a cluster on this machine, or unset it."
        )
    return name.rstrip("/")


@cache
def local_threads() -> Threads:
    """Return the threads of this process: its own work, such as training, runs here whatever the environment names."""
    return Threads()


@cache
def _cluster(address: str) -> Engine:
    """Return the cluster of a scheduler, or the one on this machine; connected once, until the process ends."""
    try:
        # Imported only if needed: it takes a second, and is no requirement of the pipeline.
        from themer.base.cluster import Cluster, connect
    except ModuleNotFoundError as error:
        raise UserError(f"{VARIABLE} needs Dask ({error}). Run: pip install -r requirements-dask.txt") from None
    return Cluster(connect(address, VARIABLE))
