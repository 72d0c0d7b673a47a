import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from themer.answering.nearest import COMPARED_IN_FULL, DIRECTIONS, Search, main_directions, nearest_distances, smallest

WIDTH = 200


def rows_of(random: np.random.Generator, count: int, groups: int, noise: float) -> np.ndarray:
    """Return rows of length 1, of which those of a group are alike, or equal without noise, float32 [count, WIDTH]."""
    centres = np.abs(random.standard_normal((groups, WIDTH)))
    rows = centres[random.integers(0, groups, count)] + noise * random.standard_normal((count, WIDTH))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@hypothesis_settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 300),
    st.integers(1, 20),
    st.sampled_from([0, 0.1, 1]),
    st.integers(0, 9),
    st.integers(1, 400),
    st.integers(1, 9),
    st.integers(0, 2**16),
)
def test_among_few_rows_the_nearest_are_found(rows, groups, noise, first, last, count, seed):
    random = np.random.default_rng(seed)
    points = rows_of(random, rows, groups, noise)
    # One that is a row, one like some rows, one of a direction of its own, and one without any.
    queries = np.stack([points[rows // 2], rows_of(random, 1, groups, noise)[0], np.eye(WIDTH)[0], np.zeros(WIDTH)])
    search, some = Search(points), slice(first, last)
    for query, estimates in zip(queries.astype(np.float32), search.estimates(queries), strict=True):
        every = np.maximum(1 - points @ query, 0)
        numbers, distances = search.nearest(query, estimates, some, count)
        np.testing.assert_allclose(distances, np.sort(every[some])[:count], atol=1e-6)
        np.testing.assert_allclose(distances, every[numbers], atol=1e-6)
        assert len(set(numbers)) == len(numbers) and all(number in range(rows)[some] for number in numbers)


@pytest.mark.parametrize("others", [0, COMPARED_IN_FULL])
def test_of_equally_near_rows_the_earlier_comes_first(others):
    search = Search(np.repeat(np.eye(4, 5, dtype=np.float32), [4, 4, 4, others], axis=0))
    query = np.array([0, 1, 0, 0, 0], np.float32)
    [estimates] = search.estimates(query[np.newaxis])
    assert search.nearest(query, estimates, slice(None), 6)[0].tolist() == [4, 5, 6, 7, 0, 1]
    assert search.nearest(query, estimates, slice(5, 9), 3)[0].tolist() == [5, 6, 7]


def test_among_many_rows_the_shortlist_has_the_nearest():
    random = np.random.default_rng(0)
    # Of pictures too, half of the directions hold nearly all that tells them apart.
    scales, (turn, _) = np.arange(1, WIDTH + 1) ** -0.7, np.linalg.qr(random.standard_normal((WIDTH, WIDTH)))
    points = (random.standard_normal((10_000, WIDTH)) * scales @ turn).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    search, queries, some = Search(points[200:]), points[:200], slice(10, None)
    for query, estimates in zip(queries, search.estimates(queries), strict=True):
        numbers, distances = search.nearest(query, estimates, some, 6)
        every = np.maximum(1 - points[200:] @ query, 0)
        assert numbers.tolist() == [10 + number for number in smallest(every[some], 6)]
        np.testing.assert_allclose(distances, every[numbers], atol=1e-6)


@pytest.mark.parametrize("shape", [(0, 4), (1, 4), (3, 1280), (5000, 300)])
def test_directions_are_orthonormal_and_the_same_each_time(shape):
    rows = np.random.default_rng(0).random(shape, np.float32)
    directions = main_directions(rows)
    assert directions.shape == (shape[1], min(DIRECTIONS, shape[1])) and directions.dtype == np.float32
    np.testing.assert_allclose(directions.T @ directions, np.eye(directions.shape[1]), atol=1e-5)
    np.testing.assert_array_equal(directions, main_directions(rows))


def test_nothing_is_found_among_no_rows():
    search = Search(np.empty((0, 4), np.float32))
    query = np.array([1, 0, 0, 0], np.float32)
    numbers, distances = search.nearest(query, search.estimates(query[np.newaxis])[0], slice(None), 3)
    assert (len(numbers), len(distances)) == (0, 0)


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.sampled_from([1, 5, 4095, 4096, 4097, 9000]), st.integers(1, 4), st.integers(1, 7), st.integers(0, 2**16))
def test_the_nearest_distances_are_found_block_by_block_as_all_at_once(rows, queries, count, seed):
    random = np.random.default_rng(seed)
    # Few different rows, so that many are equally near.
    points = np.eye(3, dtype=np.float16)[random.integers(0, 3, rows)]
    asked = random.random((queries, 3), np.float32)
    every = np.maximum(1 - asked @ points.astype(np.float32).T, 0)
    found = nearest_distances(asked, points, count)
    np.testing.assert_allclose(found, np.sort(every, axis=1)[:, :count], atol=1e-6)


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(1, 8))
def test_the_smallest_values_come_in_the_order_of_a_stable_sort(values, count):
    distances = np.array(values, np.float32)
    assert smallest(distances, count) == np.argsort(distances, kind="stable")[:count].tolist()
