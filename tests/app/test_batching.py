import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from app.batching import Batcher, Closed, QueueFull


class Gate:
    """Answers numbers with their squares, once it is open; fails for -1."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.entered, self.open = threading.Semaphore(0), threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        self.entered.release()
        self.open.wait()
        if -1 in numbers:
            raise ValueError("no square of -1")
        return [number**2 for number in numbers]


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def queue_of(gate: Gate) -> Iterator[Callable[..., Batcher]]:
    made: list[Batcher] = []

    def make(maximum_batch: int = 4, maximum_waiting: int = 10) -> Batcher:
        made.append(Batcher(gate, maximum_batch, maximum_waiting))
        return made[-1]

    yield make
    gate.open.set()
    for queue in made:
        queue.close()


def occupied(queue: Batcher, gate: Gate) -> None:
    """Let the queue's thread work on one item until the gate opens."""
    queue.submit([100])
    gate.entered.acquire()


def test_one_alone_does_not_wait_for_company(queue_of, gate):
    gate.open.set()
    [future] = queue_of().submit([3])
    assert future.result() == 9 and gate.batches == [[3]]


def test_what_waits_together_is_answered_together(queue_of, gate):
    queue = queue_of()
    occupied(queue, gate)
    futures = [future for number in range(6) for future in queue.submit([number])]
    gate.open.set()
    assert [future.result() for future in futures] == [0, 1, 4, 9, 16, 25]
    assert gate.batches == [[100], [0, 1, 2, 3], [4, 5]]


def test_beyond_its_length_nothing_is_taken(queue_of, gate):
    queue = queue_of(maximum_waiting=3)
    occupied(queue, gate)
    queue.submit([1, 2])
    with pytest.raises(QueueFull):
        queue.submit([3, 4])
    assert len(queue) == 2 and queue.submit([3])


def test_a_failing_batch_fails_alone(queue_of, gate):
    queue = queue_of(maximum_batch=2)
    occupied(queue, gate)
    bad, with_it, later = (queue.submit([number])[0] for number in (-1, 5, 6))
    gate.open.set()
    for future in (bad, with_it):
        with pytest.raises(ValueError, match="no square"):
            future.result()
    assert later.result() == 36


def test_what_is_wanted_no_more_is_not_computed(queue_of, gate):
    queue = queue_of()
    occupied(queue, gate)
    first, second = queue.submit([1, 2])
    assert first.cancel()
    gate.open.set()
    assert second.result() == 4 and gate.batches == [[100], [2]]


def test_closing_answers_what_waits_and_takes_no_more(queue_of, gate):
    queue = queue_of()
    occupied(queue, gate)
    futures = queue.submit([1, 2, 3])
    gate.open.set()
    queue.close()
    assert all(future.done() for future in futures)
    with pytest.raises(Closed):
        queue.submit([1])


def test_many_threads_all_get_their_own_answers(queue_of, gate):
    gate.open.set()
    queue, found = queue_of(maximum_waiting=1000), {}

    def ask(number: int) -> None:
        found[number] = queue.submit([number])[0].result()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: number**2 for number in range(50)}
