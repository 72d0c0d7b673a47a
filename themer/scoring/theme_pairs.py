"""Which themes a user may want to merge: the pairs that the model confuses, and that look alike to it."""

from collections.abc import Iterable

import numpy as np
import pandas
from sklearn.metrics import confusion_matrix
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

COLUMNS = ["a", "b", "pictures_a", "pictures_b", "confusion", "soft_confusion", "distance", "gain"]


def theme_pairs(
    actual: np.ndarray,
    probabilities: np.ndarray,
    features: Iterable[tuple[np.ndarray, np.ndarray]],
    labels: list[str],
) -> pandas.DataFrame:
    """Return every pair of themes, the one whose merger gains most first.

    `actual` is int [n] and `probabilities` float [n, classes] of the same pictures. `features` are batches of float
    [pictures, features] and int [pictures], their themes, of these pictures or others, of which one is in memory at a
    time.

    Columns: a and b, the themes; pictures_a and pictures_b, of `actual`; confusion, the share of them answered as the
    other theme; soft_confusion, the mean probability of the other theme; distance, see `theme_distances`; gain, what
    the accuracy over all n pictures would rise by if the two counted as one. Undefined figures are NaN.
    """
    first, second = np.triu_indices(len(labels), k=1)
    every = np.arange(len(labels))
    pictures = np.bincount(actual, minlength=len(labels))
    confused = _between(confusion_matrix(actual, probabilities.argmax(axis=1), labels=every), first, second)
    softly = _between(_summed_by_theme(probabilities, actual, len(labels)), first, second)
    both = np.where(pictures[first] + pictures[second] > 0, pictures[first] + pictures[second], np.nan)
    table = pandas.DataFrame(
        {
            "a": [labels[index] for index in first],
            "b": [labels[index] for index in second],
            "pictures_a": pictures[first],
            "pictures_b": pictures[second],
            "confusion": confused / both,
            "soft_confusion": softly / both,
            "distance": theme_distances(features, len(labels))[first, second],
            "gain": confused / len(actual),
        }
    ).round(6)
    order, ascending = ["gain", "confusion", "soft_confusion", "distance", "a", "b"], [False] * 3 + [True] * 3
    return table.sort_values(order, ascending=ascending, kind="stable").reset_index(drop=True)


def worthwhile_pairs(pairs: pandas.DataFrame, most: int) -> pandas.DataFrame:
    """Return up to `most` of the pairs of `theme_pairs`: first the confused ones, then those with nearest features."""
    confused = pairs["confusion"] > 0
    others = pairs[~confused].sort_values(["distance", "a", "b"], kind="stable")
    return pandas.concat([pairs[confused], others]).head(most).reset_index(drop=True)


def theme_distances(features: Iterable[tuple[np.ndarray, np.ndarray]], classes: int) -> np.ndarray:
    """Return float64 [classes, classes]: cosine distances, 0 to 2, of the themes' mean features; NaN without any.

    Each picture's features are scaled to length 1 first, so that no picture counts for more than another. One batch at
    a time is in memory, and where the batches begin and end does not matter.
    """
    sums = np.zeros((classes, 0))
    for batch, batch_labels in features:
        if sums.shape[1] == 0:
            sums = np.zeros((classes, batch.shape[1]))
        np.add.at(sums, batch_labels, normalize(batch.astype(np.float64)))
    if sums.shape[1] == 0:
        return np.full((classes, classes), np.nan)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    means = np.divide(sums, lengths, out=np.full_like(sums, np.nan), where=lengths > 0)
    # On one thread, since sums in another order would end in other bytes.
    with threadpool_limits(1):
        return np.asarray(np.clip(1 - means @ means.T, 0, 2))


def _summed_by_theme(rows: np.ndarray, actual: np.ndarray, classes: int) -> np.ndarray:
    """Return float64 [classes, columns]: the sum of each theme's rows."""
    sums = np.zeros((classes, rows.shape[1]))
    np.add.at(sums, actual, rows)
    return sums


def _between(matrix: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return for each pair what the matrix holds from one to the other and back."""
    return np.asarray(matrix[first, second] + matrix[second, first])
