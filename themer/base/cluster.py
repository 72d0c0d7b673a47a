"""A Dask cluster as the engine: results in order, few tasks ahead, on workers that compute as this process does."""

import asyncio
import io
import os
import pickle
import sys
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import CancelledError
from concurrent.futures import Future as ConcurrentFuture
from time import monotonic
from typing import Any, TypeVar
from uuid import uuid4

import dask
from distributed import Client, Future, KilledWorker, LocalCluster
from tqdm import tqdm

from themer.base.errors import UserError
from themer.base.worker import HOW_TO_START, identity, run

Item = TypeVar("Item")
Result = TypeVar("Result")

TASKS_AHEAD = 4
# How long to try to reach a scheduler, how often to look after a late result, how long to wait for usable workers.
CONNECT_SECONDS, LOOK_SECONDS, WAIT_SECONDS = 15.0, 2.0, 300.0
NOTHING_LOST = "Finished work is kept; run again."
MEMORY = "Give each at least 2 GB, or start it with --memory-limit 0."


class Constant:
    """A large value on the cluster: sent to the scheduler once, from there to each worker that needs it."""

    def __init__(self, future: Future) -> None:
        self.future = future


class Call:
    """A call that runs where it is unpickled.

    So a task is `pickle.loads` and bytes: the scheduler, which unpickles every task, needs no code of the project.
    """

    def __init__(self, function: Callable, *arguments: Any) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> tuple[Callable, tuple]:
        return self.function, self.arguments


class Packer(pickle.Pickler):
    """Pickles a function, with a number in place of each constant, and collects the constants."""

    def __init__(self, file: io.BytesIO) -> None:
        # The first protocol with buffers that are sent beside the pickle.
        super().__init__(file, protocol=5)
        self.futures: list[Future] = []

    def persistent_id(self, value: Any) -> int | None:
        """Return the number of a constant; None: pickle the value itself."""
        if not isinstance(value, Constant):
            return None
        self.futures.append(value.future)
        return len(self.futures) - 1


def connect(address: str, variable: str) -> Client:
    """Return the client of a scheduler, or of a cluster on this machine for "", one process for each core.

    Args:
        address: the scheduler's address, or "".
        variable: the environment variable that named it.

    Raises:
        UserError: nothing answers there as a scheduler does.
    """
    # Tasks carry pictures.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GB"})
    if not address:
        return Client(_on_this_machine(), set_as_default=False)
    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError):
        raise UserError(
            f"{address}: no scheduler responds within {CONNECT_SECONDS:.0f} s. Start one (dask scheduler), "
            f"or unset {variable}."
        ) from None


class Cluster:
    """The engine on a Dask cluster.

    Args:
        client: connected to the scheduler.
        wait_seconds: how long to wait for workers, if there are none or all have paused.
    """

    def __init__(self, client: Client, wait_seconds: float = WAIT_SECONDS) -> None:
        self.client, self.wait_seconds = client, wait_seconds
        self.address: str = client.scheduler.address
        self._threads, self._counted = 0, -LOOK_SECONDS

    def shared(self, value: bytes) -> Constant:
        """Return what stands for a large value; see `Engine`.

        It is the result of a task, not scattered: Dask makes it again if all workers that hold it are lost, and gives
        it to those that join later.
        """
        return Constant(self._submit("shared", pickle.dumps(value), []))

    def ordered_map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the results in order; see `Engine`.

        Raises:
            UserError: the scheduler is lost, a worker differs from this process, or there are none for too long.
        """
        name, call, constants = packed(function)
        waiting: deque[Future] = deque()
        try:
            for item in items:
                waiting.append(self._submit(name, task(call, item, len(constants)), constants))
                if len(waiting) >= self._most_ahead():
                    yield self._result(waiting[0])
                    waiting.popleft().release()
            while waiting:
                yield self._result(waiting[0])
                waiting.popleft().release()
        finally:
            # Until a future is released, the cluster keeps its result.
            for future in waiting:
                future.release()

    def _submit(self, name: str, content: bytes, constants: list[Future]) -> Future:
        """Return the future of what is unpickled from bytes, with constants in place of its buffers.

        Each has a key of its own: with `pure=True`, equal tasks would be one.
        """
        return self.client.submit(pickle.loads, content, buffers=constants, key=f"{name}-{uuid4().hex}", pure=False)

    def _most_ahead(self) -> int:
        """Return how many tasks are under way, from the number of threads that the cluster had a moment ago."""
        if monotonic() - self._counted >= LOOK_SECONDS:
            self._threads = sum(worker["nthreads"] for worker in self._workers().values())
            self._counted = monotonic()
        return TASKS_AHEAD * max(1, self._threads)

    def _workers(self) -> dict[str, Any]:
        """Return what the scheduler knows of each worker, by its address; raise UserError if it doesn't answer."""
        answer = self._start(self.client.scheduler.identity(n_workers=-1))
        try:
            return dict(answer.result(CONNECT_SECONDS)["workers"])
        except (OSError, TimeoutError, CancelledError):
            answer.cancel()
            raise self._lost() from None

    def _start(self, coroutine: Coroutine) -> ConcurrentFuture:
        """Start a coroutine of Dask's in its thread. Dask's own time limits can fail (UnboundLocalError, 2026.8)."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.client.loop.asyncio_loop)

    def _result(self, future: Future) -> Any:
        """Return the result of a task; say so if workers are missing meanwhile."""
        result = self._start(self.client.gather(future, asynchronous=True))
        since, said = monotonic(), ""
        while True:
            try:
                return result.result(LOOK_SECONDS)
            # The wait ended, unless the task itself raised TimeoutError.
            except TimeoutError:
                if result.done():
                    raise
            except (CancelledError, ImportError, KilledWorker) as error:
                raise self._explained(error) from None
            trouble = trouble_with(self._workers(), self.address)
            since = since if trouble else monotonic()
            if trouble and trouble != said:
                tqdm.write(f"waiting: {self.address} {trouble}", file=sys.stderr)
                said = trouble
            if monotonic() - since > self.wait_seconds:
                raise UserError(f"waited {self.wait_seconds:.0f} s: {self.address} {trouble}")

    def _explained(self, error: Exception) -> UserError:
        """Return in words what went wrong with a task, other than an error of its function."""
        if isinstance(error, KilledWorker):
            return UserError(
                f"{self.address}: {error.allowed_failures + 1} workers died during the same task; the last one was "
                f"{error.last_worker.address}. {MEMORY} {NOTHING_LOST}"
            )
        if isinstance(error, ImportError):
            return UserError(f"a worker of {self.address} can't run a task: {error}. {HOW_TO_START} {self.address}")
        return self._lost()

    def _lost(self) -> UserError:
        """Return the error for a scheduler that has stopped, was restarted, or doesn't respond."""
        return UserError(
            f"{self.address}: the scheduler stopped or was restarted. Check that it and its workers run again. "
            f"{NOTHING_LOST}"
        )


def packed(function: Callable) -> tuple[str, bytes, list[Future]]:
    """Return a function's name, the function pickled, and the futures of the constants in it."""
    file = io.BytesIO()
    packer = Packer(file)
    packer.dump(function)
    return getattr(function, "func", function).__name__, file.getvalue(), packer.futures


def task(call: bytes, item: Any, constants: int) -> bytes:
    """Return the bytes that are unpickled to the function's result for an item, given the constants as buffers."""
    places = [pickle.PickleBuffer(b"") for _ in range(constants)]
    whole = Call(run, identity(), call, pickle.dumps(item, protocol=5), *places)
    # The buffers themselves are left out.
    return pickle.dumps(whole, protocol=5, buffer_callback=lambda buffer: None)


def trouble_with(workers: dict[str, Any], address: str) -> str:
    """Return in words why none of a scheduler's workers takes a task, or ""."""
    if not workers:
        return f"has no workers. {HOW_TO_START} {address}"
    paused = [worker for worker in workers.values() if worker["status"] == "paused"]
    if len(paused) < len(workers):
        return ""
    limit = min(worker["memory_limit"] or 0 for worker in paused) / 1e9
    return f"has only paused workers, because their memory is nearly full (limit: {limit:.2g} GB). {MEMORY}"


def _on_this_machine() -> LocalCluster:
    """Return a cluster of one process for each core, which nobody else can reach."""
    return LocalCluster(
        n_workers=os.cpu_count() or 1,
        threads_per_worker=1,
        # With the default limit, workers pause when their share of the memory is nearly full.
        memory_limit=0,
        host="127.0.0.1",
        # Encrypted: without it, any user of this machine could run code as this one.
        security=True,
        # On any free port: the default one may be taken.
        dashboard_address="127.0.0.1:0",
        worker_dashboard_address="127.0.0.1:0",
    )
