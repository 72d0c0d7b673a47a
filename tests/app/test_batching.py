import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from app.batching import Batcher, QueueFull

LONG = 60


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
def ask(gate: Gate) -> Iterator[Callable[..., Future]]:
    """Return a function that asks a queue in another thread, and returns when its items wait or are being answered."""
    with ThreadPoolExecutor(100) as pool:

        def asked(queue: Batcher, *numbers: int) -> Future:
            before, is_first = len(queue), not gate.batches
            found = pool.submit(queue.answers, numbers, LONG)
            if is_first:
                gate.entered.acquire()
            while not is_first and len(queue) == before:
                pass
            return found

        yield asked
        gate.open.set()


def test_one_alone_does_not_wait_for_company(gate):
    gate.open.set()
    assert Batcher(gate, 4, 10).answers([3], LONG) == [9] and gate.batches == [[3]]


def test_what_waits_together_is_answered_together(gate, ask):
    queue = Batcher(gate, 4, 10)
    futures = [ask(queue, number) for number in (100, 0, 1, 2, 3, 4, 5)]
    gate.open.set()
    assert [future.result() for future in futures] == [[10000], [0], [1], [4], [9], [16], [25]]
    assert gate.batches == [[100], [0, 1, 2, 3], [4, 5]]


def test_more_than_a_batch_from_one_is_answered_in_several(gate):
    gate.open.set()
    assert Batcher(gate, 2, 10).answers(range(5), LONG) == [0, 1, 4, 9, 16]
    assert gate.batches == [[0, 1], [2, 3], [4]]


def test_so_many_batches_are_answered_at_once(gate, ask):
    queue = Batcher(gate, 1, 10, batches_at_once=2)
    first = ask(queue, 1)
    pool = ThreadPoolExecutor(1)
    second = pool.submit(queue.answers, [2], LONG)
    gate.entered.acquire()
    third = ask(queue, 3)
    assert gate.batches == [[1], [2]] and len(queue) == 1
    gate.open.set()
    assert [future.result() for future in (first, second, third)] == [[1], [4], [9]]


def test_beyond_its_length_nothing_is_taken(gate, ask):
    queue = Batcher(gate, 4, maximum_waiting=3)
    ask(queue, 100)
    ask(queue, 1, 2)
    with pytest.raises(QueueFull):
        queue.answers([3, 4], LONG)
    assert len(queue) == 2


def test_a_failing_batch_fails_alone(gate, ask):
    queue = Batcher(gate, 2, 10)
    _, bad, with_it, later = (ask(queue, number) for number in (100, -1, 5, 6))
    gate.open.set()
    for future in (bad, with_it):
        with pytest.raises(ValueError, match="no square"):
            future.result()
    assert later.result() == [36] and queue.answers([7], LONG) == [49]


def test_what_waited_too_long_is_not_computed(gate, ask):
    queue = Batcher(gate, 4, 10)
    ask(queue, 100)
    with pytest.raises(TimeoutError):
        queue.answers([1, 2], timeout_seconds=0)
    later = ask(queue, 3)
    gate.open.set()
    assert later.result() == [9] and gate.batches == [[100], [3]]


def test_many_threads_all_get_their_own_answers(gate):
    gate.open.set()
    queue = Batcher(gate, 4, 1000)
    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(lambda number: queue.answers([number, number + 1], LONG), range(200)))
    assert found == [[number**2, (number + 1) ** 2] for number in range(200)]
    assert sum(len(batch) for batch in gate.batches) == 400 and max(len(batch) for batch in gate.batches) <= 4


def test_those_that_give_up_hold_nobody_up(gate):
    gate.open.set()
    queue = Batcher(gate, 2, 1000, batches_at_once=2)

    def asked(number: int) -> list[int] | None:
        try:
            return queue.answers([number, number + 1, number + 2], 0 if number % 3 else LONG)
        except TimeoutError:
            return None

    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(asked, range(600)))
    right = [[number**2, (number + 1) ** 2, (number + 2) ** 2] for number in range(600)]
    assert all(
        one == expected or (one is None and number % 3)
        for number, (one, expected) in enumerate(zip(found, right, strict=True))
    )
    assert len(queue) == 0
