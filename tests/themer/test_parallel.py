import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from themer.dataset.packing import ordered_map


@given(st.lists(st.integers()), st.integers(1, 4))
def test_results_come_in_the_order_of_the_items(items, workers):
    assert list(ordered_map(lambda item: item * 2, items, workers)) == [item * 2 for item in items]


def test_only_a_few_items_are_taken_ahead():
    taken = []
    results = ordered_map(lambda item: item, (taken.append(item) or item for item in range(1000)), workers=2)
    next(results)
    assert len(taken) <= 8


def test_threads_work_at_the_same_time():
    both = threading.Barrier(2, timeout=10)
    assert len(list(ordered_map(lambda item: both.wait() >= 0, range(2), workers=2))) == 2


def test_an_error_comes_out():
    with pytest.raises(ZeroDivisionError):
        list(ordered_map(lambda item: 1 // item, [1, 0, 1], workers=2))
