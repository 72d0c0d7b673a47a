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
    """An item in the queue, what wakes who brought it, and what became of it."""

    item: Item
    wake: threading.Event
    answer: Answer | None = None
    error: Exception | None = None
    done: bool = False


class Batcher(Generic[Item, Answer]):
    """Answers items in batches of those that wait when the one before is done: no item waits for company.

    There are no threads of its own: one of those that wait answers the next batch, for itself and for others. So a
    lone item is answered by who brings it, without the delay of waking another thread. Only those are woken who have
    something to do, since it costs many threads more to look than a model to see a picture.

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
        self._lock = threading.Lock()

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
        end, wake = time.monotonic() + timeout_seconds, threading.Event()
        places: list[Place[Item, Answer]] = [Place(item, wake) for item in items]
        with self._lock:
            if len(self._waiting) + len(places) > self._maximum_waiting:
                raise QueueFull
            self._waiting.extend(places)
        try:
            while not _are_done(places, wake):
                self._work_or_wait(wake, end)
        finally:
            self._leave(wake)
        return [_answer_of(place) for place in places]

    def _work_or_wait(self, wake: threading.Event, end: float) -> None:
        """Answer the next batch if it may be, or wait to be woken; TimeoutError when the time is over."""
        if batch := self._next_batch():
            try:
                self._settle(batch)
            finally:
                with self._lock:
                    self._free += 1
        elif not wake.wait(end - time.monotonic()):
            raise TimeoutError

    def _next_batch(self) -> list[Place[Item, Answer]]:
        """Take the places that are to be answered next out of the queue: none if enough are being answered."""
        with self._lock:
            if not self._free:
                return []
            batch = [self._waiting.popleft() for _ in range(min(self._maximum_batch, len(self._waiting)))]
            self._free -= bool(batch)
            self._wake_next()
            return batch

    def _leave(self, wake: threading.Event) -> None:
        """Take what is still in the queue out of it, and let another answer the next batch."""
        with self._lock:
            self._waiting = deque(place for place in self._waiting if place.wake is not wake)
            self._wake_next()

    def _wake_next(self) -> None:
        """Wake who comes first in the queue if a batch may be answered."""
        if self._free and self._waiting:
            self._waiting[0].wake.set()

    def _settle(self, batch: Sequence[Place[Item, Answer]]) -> None:
        """Give each place its answer, or the error of the whole batch, and wake who brought it."""
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
            place.wake.set()


def _are_done(places: Sequence[Place[Item, Answer]], wake: threading.Event) -> bool:
    """Return whether all places have their answers; what happens from now on is not slept through."""
    wake.clear()
    return all(place.done for place in places)


def _answer_of(place: Place[Item, Answer]) -> Answer:
    """Return the answer to a place that is done, or raise its error."""
    if place.error is not None:
        raise place.error
    return cast(Answer, place.answer)
