"""A queue in front of the model: what waits together is answered together."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

Item = TypeVar("Item")
Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


class QueueFull(Exception):
    """So much waits already that no more is taken."""


@dataclass
class Place(Generic[Item, Answer]):
    """An item in the queue, and what became of it."""

    item: Item
    answer: Answer | None = None
    error: Exception | None = None
    done: bool = False


class Batcher(Generic[Item, Answer]):
    """Answers items in batches of those that wait when the one before is done: no item waits for company.

    There are no threads of its own: one of those that wait answers the next batch, for itself and for others. So a
    lone item is answered by who brings it, without the delay of waking another thread.

    Args:
        answer: returns an answer for each item, in their order.
        maximum_batch: items that it is given at most.
        maximum_waiting: items that may wait.
        batches_at_once: how many threads may be in `answer` at a time.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Item]], Sequence[Answer]],
        maximum_batch: int,
        maximum_waiting: int,
        batches_at_once: int = 1,
    ) -> None:
        self._answer, self._maximum_batch, self._maximum_waiting = answer, maximum_batch, maximum_waiting
        self._free = batches_at_once
        self._waiting: deque[Place[Item, Answer]] = deque()
        self._changed = threading.Condition()

    def __len__(self) -> int:
        """Return how many items wait."""
        return len(self._waiting)

    def answers(self, items: Sequence[Item], timeout_seconds: float) -> list[Answer]:
        """Return the answers to some items, which wait all together or not at all.

        Raises:
            QueueFull: not all of them would find a place.
            TimeoutError: they waited too long. Those that nobody has begun to answer are taken out of the queue.
            Exception: what `answer` raised for one of their batches.
        """
        end = time.monotonic() + timeout_seconds
        places: list[Place[Item, Answer]] = [Place(item) for item in items]
        with self._changed:
            if len(self._waiting) + len(places) > self._maximum_waiting:
                raise QueueFull
            self._waiting.extend(places)
            while not all(place.done for place in places):
                self._work_or_wait(places, end)
        return [_answer_of(place) for place in places]

    def _work_or_wait(self, places: Sequence[Place[Item, Answer]], end: float) -> None:
        """Answer the next batch if nobody else does, or wait for a change; TimeoutError when the time is over."""
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
            wanted_no_more = {id(place) for place in places}
            self._waiting = deque(place for place in self._waiting if id(place) not in wanted_no_more)
            raise TimeoutError

    def _settle(self, batch: Sequence[Place[Item, Answer]]) -> None:
        """Give each place its answer, or the error of the whole batch."""
        try:
            answers = self._answer([place.item for place in batch])
            for place, answer in zip(batch, answers, strict=True):
                place.answer = answer
        except Exception as error:
            log.exception("a batch of %d failed", len(batch))
            for place in batch:
                place.error = error
        for place in batch:
            place.done = True


def _answer_of(place: Place[Item, Answer]) -> Answer:
    """Return the answer to a place that is done, or raise its error."""
    if place.error is not None:
        raise place.error
    return cast(Answer, place.answer)
