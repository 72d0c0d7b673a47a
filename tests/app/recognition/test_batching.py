import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from app.recognition.batching import Batcher, QueueFull

LONG = 60


class Gate:
    """Returns the squares of numbers once it is open; fails for -1."""

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
def submit(gate: Gate) -> Iterator[Callable[..., Future]]:
    """Return a function that submits items from another thread; it returns once they wait or are being processed."""
    with ThreadPoolExecutor(100) as pool:

        def submitted(queue: Batcher, *numbers: int) -> Future:
            before, is_first = len(queue), not gate.batches
            found = pool.submit(queue.results, numbers, LONG)
            if is_first:
                gate.entered.acquire()
            while not is_first and len(queue) == before:
                pass
            return found

        yield submitted
        gate.open.set()


def test_a_single_item_does_not_wait_for_a_batch_to_fill(gate):
    gate.open.set()
    assert Batcher(gate, 4, 10).results([3], LONG) == [9] and gate.batches == [[3]]


def test_waiting_items_are_processed_together(gate, submit):
    queue = Batcher(gate, 4, 10)
    futures = [submit(queue, number) for number in (100, 0, 1, 2, 3, 4, 5)]
    gate.open.set()
    assert [future.result() for future in futures] == [[10000], [0], [1], [4], [9], [16], [25]]
    assert gate.batches == [[100], [0, 1, 2, 3], [4, 5]]


def test_more_items_than_a_batch_are_processed_in_several(gate):
    gate.open.set()
    assert Batcher(gate, 2, 10).results(range(5), LONG) == [0, 1, 4, 9, 16]
    assert gate.batches == [[0, 1], [2, 3], [4]]


def test_several_batches_run_at_once(gate, submit):
    queue = Batcher(gate, 1, 10, batches_at_once=2)
    first = submit(queue, 1)
    pool = ThreadPoolExecutor(1)
    second = pool.submit(queue.results, [2], LONG)
    gate.entered.acquire()
    third = submit(queue, 3)
    assert gate.batches == [[1], [2]] and len(queue) == 1
    gate.open.set()
    assert [future.result() for future in (first, second, third)] == [[1], [4], [9]]


def test_a_full_queue_refuses_items(gate, submit):
    queue = Batcher(gate, 4, maximum_waiting=3)
    submit(queue, 100)
    submit(queue, 1, 2)
    with pytest.raises(QueueFull):
        queue.results([3, 4], LONG)
    assert len(queue) == 2


def test_more_items_than_may_wait_are_taken_when_nothing_else_is_under_way(gate, submit):
    gate.open.set()
    queue = Batcher(gate, 2, maximum_waiting=1)
    assert queue.results([1, 2, 3], LONG) == [1, 4, 9]
    assert queue.results([4, 5], LONG) == [16, 25]


def test_a_failing_batch_does_not_fail_others(gate, submit):
    queue = Batcher(gate, 2, 10)
    _, bad, with_it, later = (submit(queue, number) for number in (100, -1, 5, 6))
    gate.open.set()
    for future in (bad, with_it):
        with pytest.raises(ValueError, match="no square"):
            future.result()
    assert later.result() == [36] and queue.results([7], LONG) == [49]


def test_items_that_waited_too_long_are_not_processed(gate, submit):
    queue = Batcher(gate, 4, 10)
    submit(queue, 100)
    with pytest.raises(TimeoutError):
        queue.results([1, 2], timeout_seconds=0)
    later = submit(queue, 3)
    gate.open.set()
    assert later.result() == [9] and gate.batches == [[100], [3]]


def test_many_threads_each_get_their_own_results(gate):
    gate.open.set()
    queue = Batcher(gate, 4, 1000)
    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(lambda number: queue.results([number, number + 1], LONG), range(200)))
    assert found == [[number**2, (number + 1) ** 2] for number in range(200)]
    assert sum(len(batch) for batch in gate.batches) == 400 and max(len(batch) for batch in gate.batches) <= 4


def test_timeouts_do_not_block_others(gate):
    gate.open.set()
    queue = Batcher(gate, 2, 1000, batches_at_once=2)

    def attempt(number: int) -> list[int] | None:
        try:
            return queue.results([number, number + 1, number + 2], 0 if number % 3 else LONG)
        except TimeoutError:
            return None

    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(attempt, range(600)))
    expected = [[number**2, (number + 1) ** 2, (number + 2) ** 2] for number in range(600)]
    assert all(
        one == right or (one is None and number % 3)
        for number, (one, right) in enumerate(zip(found, expected, strict=True))
    )
    assert len(queue) == 0
