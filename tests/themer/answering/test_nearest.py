import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from themer.answering.nearest import COMPARED_IN_FULL, DIRECTIONS, Search, main_directions, nearest_distances, smallest

WIDTH = 200


def grouped_rows(random: np.random.Generator, count: int, groups: int, noise: float) -> np.ndarray:
    """Return rows of length 1, float32 [count, WIDTH]; rows of a group are similar, without noise equal."""
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
def test_among_few_rows_the_search_is_exact(row_count, groups, noise, first, last, count, seed):
    random = np.random.default_rng(seed)
    rows = grouped_rows(random, row_count, groups, noise)
    # A query equal to a row, one similar to rows, one along an axis, and a zero vector.
    similar, axis, zero = grouped_rows(random, 1, groups, noise)[0], np.eye(WIDTH)[0], np.zeros(WIDTH)
    queries = np.stack([rows[row_count // 2], similar, axis, zero]).astype(np.float32)
    search, searched = Search(rows), slice(first, last)
    for query, estimates in zip(queries, search.estimates(queries), strict=True):
        expected = np.maximum(1 - rows @ query, 0)
        positions, distances = search.nearest(query, estimates, searched, count)
        np.testing.assert_allclose(distances, np.sort(expected[searched])[:count], atol=1e-6)
        np.testing.assert_allclose(distances, expected[positions], atol=1e-6)
        assert len(set(positions)) == len(positions)
        assert all(position in range(row_count)[searched] for position in positions)


@pytest.mark.parametrize("others", [0, COMPARED_IN_FULL])
def test_at_equal_distances_the_earlier_row_is_first(others):
    search = Search(np.repeat(np.eye(4, 5, dtype=np.float32), [4, 4, 4, others], axis=0))
    query = np.array([0, 1, 0, 0, 0], np.float32)
    [estimates] = search.estimates(query[np.newaxis])
    assert search.nearest(query, estimates, slice(None), 6)[0].tolist() == [4, 5, 6, 7, 0, 1]
    assert search.nearest(query, estimates, slice(5, 9), 3)[0].tolist() == [5, 6, 7]
    assert search.nearest(query, estimates, slice(3, 3), 3)[0].tolist() == []


def test_among_many_rows_the_shortlist_holds_the_nearest():
    random = np.random.default_rng(0)
    # As with pictures, half of the directions hold nearly all differences.
    scales, (turn, _) = np.arange(1, WIDTH + 1) ** -0.7, np.linalg.qr(random.standard_normal((WIDTH, WIDTH)))
    points = (random.standard_normal((10_000, WIDTH)) * scales @ turn).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    queries, rows = points[:200], points[200:]
    search, searched = Search(rows), slice(10, None)
    for query, estimates in zip(queries, search.estimates(queries), strict=True):
        positions, distances = search.nearest(query, estimates, searched, 6)
        expected = np.maximum(1 - rows @ query, 0)
        assert positions.tolist() == [10 + position for position in smallest(expected[searched], 6)]
        np.testing.assert_allclose(distances, expected[positions], atol=1e-6)


@pytest.mark.parametrize("shape", [(0, 4), (1, 4), (3, 300), (5000, 300)])
def test_directions_are_orthonormal_and_reproducible(shape):
    rows = np.random.default_rng(0).random(shape, np.float32)
    directions = main_directions(rows)
    assert directions.shape == (shape[1], min(DIRECTIONS, shape[1])) and directions.dtype == np.float32
    np.testing.assert_allclose(directions.T @ directions, np.eye(directions.shape[1]), atol=1e-5)
    np.testing.assert_array_equal(directions, main_directions(rows))


def test_an_empty_search_finds_nothing():
    search = Search(np.empty((0, 4), np.float32))
    query = np.array([1, 0, 0, 0], np.float32)
    positions, distances = search.nearest(query, search.estimates(query[np.newaxis])[0], slice(None), 3)
    assert (len(positions), len(distances)) == (0, 0)


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.sampled_from([1, 5, 4095, 4096, 4097, 9000]), st.integers(1, 4), st.integers(1, 7), st.integers(0, 2**16))
def test_blocks_give_the_nearest_distances_of_all_rows(row_count, query_count, count, seed):
    random = np.random.default_rng(seed)
    # Only three different rows, so many distances are equal.
    rows = np.eye(3, dtype=np.float16)[random.integers(0, 3, row_count)]
    queries = random.random((query_count, 3), np.float32)
    expected = np.maximum(1 - queries @ rows.astype(np.float32).T, 0)
    found = nearest_distances(queries, rows, count)
    np.testing.assert_allclose(found, np.sort(expected, axis=1)[:, :count], atol=1e-6)


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(1, 8))
def test_the_smallest_values_are_in_the_order_of_a_stable_sort(values, count):
    distances = np.array(values, np.float32)
    assert smallest(distances, count) == np.argsort(distances, kind="stable")[:count].tolist()
