"""A bounded queue in front of the model. Waiting items are processed in batches."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

Item = TypeVar("Item")
Result = TypeVar("Result")

log = logging.getLogger(__name__)


class QueueFull(Exception):
    """The queue has no room for the items."""


@dataclass
class Place(Generic[Item, Result]):
    """An item in the queue, and its result or error once it is done."""

    item: Item
    result: Result | None = None
    error: Exception | None = None
    done: bool = False


class Batcher(Generic[Item, Result]):
    """Processes whatever waits as one batch, once the batch before it is done. No item waits for a batch to fill.

    It has no threads of its own. One of the waiting threads processes the next batch, for itself and for others. So a
    single item is processed by the thread that submits it, without waking another thread.

    Args:
        process: returns a result for each item, in their order.
        maximum_batch: the largest number of items per call.
        maximum_waiting: the largest number of waiting items. More are taken together if nothing else is under way:
            otherwise they could never be processed.
        batches_at_once: how many threads may be in `process` at the same time.
    """

    def __init__(
        self,
        process: Callable[[Sequence[Item]], Sequence[Result]],
        maximum_batch: int,
        maximum_waiting: int,
        batches_at_once: int = 1,
    ) -> None:
        self._process, self._maximum_batch, self._maximum_waiting = process, maximum_batch, maximum_waiting
        self._free = self._batches_at_once = batches_at_once
        self._waiting: deque[Place[Item, Result]] = deque()
        self._changed = threading.Condition()

    def __len__(self) -> int:
        """Return the number of waiting items."""
        return len(self._waiting)

    def results(self, items: Sequence[Item], timeout_seconds: float) -> list[Result]:
        """Return the results for some items, which enter the queue together or not at all.

        Raises:
            QueueFull: the queue has no room for all of them.
            TimeoutError: they waited too long. Those that no batch has taken yet are removed from the queue.
            Exception: `process` raised it for one of their batches.
        """
        end = time.monotonic() + timeout_seconds
        places: list[Place[Item, Result]] = [Place(item) for item in items]
        with self._changed:
            is_idle = not self._waiting and self._free == self._batches_at_once
            if len(self._waiting) + len(places) > self._maximum_waiting and not is_idle:
                raise QueueFull
            self._waiting.extend(places)
            while not all(place.done for place in places):
                self._work_or_wait(places, end)
        return [_result_of(place) for place in places]

    def _work_or_wait(self, places: Sequence[Place[Item, Result]], end: float) -> None:
        """Process the next batch if no other thread does, or wait for a change; TimeoutError after `end`."""
        if self._free and self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(self._maximum_batch, len(self._waiting)))]
            self._free -= 1
            self._changed.release()
            try:
                self._settle(batch)
            finally:
                self._changed.acquire()
                self._free += 1
                self._changed.notify_all()
        elif not self._changed.wait(end - time.monotonic()):
            abandoned = {id(place) for place in places}
            self._waiting = deque(place for place in self._waiting if id(place) not in abandoned)
            raise TimeoutError

    def _settle(self, batch: Sequence[Place[Item, Result]]) -> None:
        """Give each place its result, or the error of the whole batch."""
        try:
            results = self._process([place.item for place in batch])
            for place, result in zip(batch, results, strict=True):
                place.result = result
        except Exception as error:
            log.exception("a batch of %d failed", len(batch))
            for place in batch:
                place.error = error
        for place in batch:
            place.done = True


def _result_of(place: Place[Item, Result]) -> Result:
    """Return the result of a place that is done, or raise its error."""
    if place.error is not None:
        raise place.error
    return cast(Result, place.result)
