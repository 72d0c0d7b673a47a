"""The rows most like a query, by cosine distance, of which few are read in full."""

import numpy as np

COMPARED_IN_FULL = 2048
DIRECTIONS = 128
SHORTLIST = 50
ROWS_AT_ONCE = 4096


class Search:
    """Rows in which the nearest are looked for again and again.

    Few are all compared in full. Many are compared along the directions in which they are longest, and then a shortlist
    in full: to read 14,000 rows of 1,280 numbers takes half as long as the network. So distances that are found are
    true, while a near row that the shortlist lacks is not found.

    Args:
        rows: float32 [m, width], of length 1.
    """

    def __init__(self, rows: np.ndarray) -> None:
        self._rows = rows
        self._directions = main_directions(rows) if len(rows) > COMPARED_IN_FULL else None
        self._coordinates = rows if self._directions is None else rows @ self._directions

    def estimates(self, queries: np.ndarray) -> np.ndarray:
        """Return the cosine distances, or those along the directions, of queries, [n, width], to all rows, [n, m]."""
        coordinates = queries if self._directions is None else queries @ self._directions
        return cosine_distances(coordinates, self._coordinates)

    def nearest(
        self, query: np.ndarray, estimates: np.ndarray, rows: slice, count: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return which of some rows are nearest to a query, int [count], and how near, float32 [count], rising.

        Of equally near ones the earlier comes first; where there are fewer rows, fewer are found.

        Args:
            query: float32 [width], of length 1.
            estimates: what `estimates` returned for it, float32 [m].
            rows: among which, of step 1.
            count: how many, at most `SHORTLIST`.
        """
        start, _, _ = rows.indices(len(self._rows))
        if self._directions is None:
            found = start + np.array(smallest(estimates[rows], count), int)
            return found, estimates[found]
        shortlist = start + np.sort(smallest(estimates[rows], SHORTLIST))
        [distances] = cosine_distances(query[np.newaxis], self._rows[shortlist])
        order = smallest(distances, count)
        return shortlist[order], distances[order]


def main_directions(rows: np.ndarray) -> np.ndarray:
    """Return orthonormal directions, float32 [width, directions], along which rows, float32 [m, width], are longest.

    They are found in a sample by two rounds of the randomized range finder: Halko, Martinsson and Tropp 2011,
    https://arxiv.org/abs/0909.4061.
    """
    sample = rows[:: max(1, len(rows) // COMPARED_IN_FULL)]
    width = rows.shape[1]
    found = np.random.default_rng(0).standard_normal((width, min(DIRECTIONS, width)), np.float32)
    for _ in range(2):
        found = np.linalg.qr(sample.T @ (sample @ found))[0]
    return found


def cosine_distances(queries: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the cosine distance of each query, [n, width], to each row, [m, width], all of length 1, as [n, m]."""
    # Rounding takes the distance from a picture to itself a little below 0.
    distances: np.ndarray = np.maximum(1 - queries @ rows.T, 0)
    return distances


def smallest(values: np.ndarray, count: int) -> list[int]:
    """Return the numbers of the smallest of some values, [m], rising; of equal ones the earlier comes first."""
    # To sort all takes ten times as long as to find those that may be among the smallest.
    limit = np.partition(values, count - 1)[count - 1] if count < len(values) else np.inf
    candidates = np.flatnonzero(values <= limit)
    found: list[int] = candidates[np.argsort(values[candidates], kind="stable")[:count]].tolist()
    return found


def nearest_distances(queries: np.ndarray, rows: np.ndarray, count: int) -> np.ndarray:
    """Return the cosine distances of the nearest rows, float32 [n, count], rising; fewer where there are fewer rows.

    Both queries, float32 [n, width], and rows, [m, width] of any float type, are of length 1. Rows may be a file that
    is mapped into memory: a block of it is read at a time.
    """
    found = np.empty((len(queries), 0), np.float32)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = np.asarray(rows[start : start + ROWS_AT_ONCE], np.float32)
        found = np.concatenate([found, cosine_distances(queries, block)], axis=1)
        found = np.partition(found, min(count, found.shape[1]) - 1, axis=1)[:, :count]
    return np.sort(found, axis=1)
