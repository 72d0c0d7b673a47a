"""A queue in front of the model: what waits together is answered together, by the threads that use the model."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


class QueueFull(Exception):
    """So much waits already that no more is taken."""


class Closed(Exception):
    """The queue takes no more, since the process ends."""


class Batcher(Generic[Item, Answer]):
    """Answers items in batches of those that wait when the one before is done: no item waits for company.

    Args:
        answer: returns an answer for each item, in their order; called from each of the threads.
        maximum_batch: items that it is given at most.
        maximum_waiting: items that may wait.
        threads: batches that are answered at a time.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Item]], Sequence[Answer]],
        maximum_batch: int,
        maximum_waiting: int,
        threads: int = 1,
    ) -> None:
        self._answer, self._maximum_batch, self._maximum_waiting = answer, maximum_batch, maximum_waiting
        self._waiting: deque[tuple[Item, Future[Answer]]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [threading.Thread(target=self._work, name="model", daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def __len__(self) -> int:
        """Return how many items wait."""
        return len(self._waiting)

    def submit(self, items: Sequence[Item]) -> list["Future[Answer]"]:
        """Let all items wait, or none of them; cancel a future whose answer is wanted no more.

        Raises:
            QueueFull: not all of them would find a place.
            Closed: the process ends.
        """
        with self._changed:
            if self._closed:
                raise Closed
            if len(self._waiting) + len(items) > self._maximum_waiting:
                raise QueueFull
            futures: list[Future[Answer]] = [Future() for _ in items]
            self._waiting.extend(zip(items, futures, strict=True))
            self._changed.notify(len(items))
        return futures

    def close(self) -> None:
        """Answer what waits, take no more, and end the threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        """Answer batch after batch until closed."""
        while batch := self._next_batch():
            wanted = [(item, future) for item, future in batch if future.set_running_or_notify_cancel()]
            if wanted:
                self._settle(*zip(*wanted, strict=True))

    def _next_batch(self) -> list[tuple[Item, "Future[Answer]"]]:
        """Wait for items and return the first of them; none once closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return [self._waiting.popleft() for _ in range(min(self._maximum_batch, len(self._waiting)))]

    def _settle(self, items: Sequence[Item], futures: Sequence["Future[Answer]"]) -> None:
        """Give each future its answer, or the error of the whole batch."""
        try:
            for future, answer in zip(futures, self._answer(items), strict=True):
                future.set_result(answer)
        except Exception as error:
            log.exception("a batch of %d failed", len(items))
            for future in futures:
                if not future.done():
                    future.set_exception(error)
