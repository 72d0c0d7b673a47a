"""Find the rows nearest to a query by cosine distance, without reading every row in full."""

import numpy as np

# With these, searching 11,200 rows finds all of the 16,800 nearest ones that were tried: docs/serving.md.
COMPARED_IN_FULL = 512
DIRECTIONS = 128
SAMPLE = 2048
SHORTLIST = 50
ROWS_AT_ONCE = 4096


class Search:
    """Rows to search repeatedly.

    Up to `COMPARED_IN_FULL` rows are compared in full. More rows are first compared along their main directions, and
    only a shortlist is compared in full: reading 14,000 rows of 1,280 numbers takes as long as the network. The
    distances are exact either way, but a near row that misses the shortlist is not found.

    Args:
        rows: float32 [m, width], of length 1.
    """

    def __init__(self, rows: np.ndarray) -> None:
        self._rows = rows
        self._directions = main_directions(rows) if len(rows) > COMPARED_IN_FULL else None
        self._coordinates = rows if self._directions is None else rows @ self._directions

    def estimates(self, queries: np.ndarray) -> np.ndarray:
        """Return the distances of queries, float32 [n, width], to all rows, float32 [n, m].

        They are exact for few rows; for many rows they count the main directions only.
        """
        coordinates = queries if self._directions is None else queries @ self._directions
        return cosine_distances(coordinates, self._coordinates)

    def nearest(
        self, query: np.ndarray, estimates: np.ndarray, rows: slice, count: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the nearest rows, int [count], and their distances, float32 [count], in ascending order.

        At equal distances the earlier row is first. If `rows` has fewer rows than `count`, all of them are returned.

        Args:
            query: float32 [width], of length 1.
            estimates: the row of `estimates` for this query, float32 [m].
            rows: the rows to search, of step 1.
            count: how many rows to return, at most `SHORTLIST`.
        """
        start, _, _ = rows.indices(len(self._rows))
        if self._directions is None:
            found = start + np.array(smallest(estimates[rows], count), int)
            return found, estimates[found]
        shortlist = start + np.sort(np.array(smallest(estimates[rows], SHORTLIST), int))
        [distances] = cosine_distances(query[np.newaxis], self._rows[shortlist])
        order = smallest(distances, count)
        return shortlist[order], distances[order]


def main_directions(rows: np.ndarray) -> np.ndarray:
    """Return the orthonormal directions along which rows, float32 [m, width], are longest.

    They are float32 [width, directions], from two rounds of the randomized range finder on a sample of the rows: Halko,
    Martinsson and Tropp 2011, https://arxiv.org/abs/0909.4061.
    """
    sample = rows[:: max(1, len(rows) // SAMPLE)]
    width = rows.shape[1]
    directions = np.random.default_rng(0).standard_normal((width, min(DIRECTIONS, width)), np.float32)
    for _ in range(2):
        directions = np.linalg.qr(sample.T @ (sample @ directions))[0]
    return directions


def cosine_distances(queries: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the cosine distances, [n, m], between queries, [n, width], and rows, [m, width], all of length 1."""
    # Rounding can put the distance from a picture to itself a little below 0.
    distances: np.ndarray = np.maximum(1 - queries @ rows.T, 0)
    return distances


def smallest(values: np.ndarray, count: int) -> list[int]:
    """Return the positions of the smallest values, [m], in ascending order of value; equal values keep their order."""
    # Sorting all values takes ten times as long as finding the candidates first.
    limit = np.partition(values, count - 1)[count - 1] if count < len(values) else np.inf
    candidates = np.flatnonzero(values <= limit)
    found: list[int] = candidates[np.argsort(values[candidates], kind="stable")[:count]].tolist()
    return found


def nearest_distances(queries: np.ndarray, rows: np.ndarray, count: int) -> np.ndarray:
    """Return the exact distances to the nearest rows, float32 [n, count], ascending; fewer if there are fewer rows.

    Queries, float32 [n, width], and rows, [m, width] of any float type, are of length 1. Rows may be a memory-mapped
    file: one block is read at a time.
    """
    found = np.empty((len(queries), 0), np.float32)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = np.asarray(rows[start : start + ROWS_AT_ONCE], np.float32)
        found = np.concatenate([found, cosine_distances(queries, block)], axis=1)
        found = np.partition(found, min(count, found.shape[1]) - 1, axis=1)[:, :count]
    return np.sort(found, axis=1)
