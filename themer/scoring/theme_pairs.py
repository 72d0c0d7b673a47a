"""Find pairs of themes to merge: those that the model confuses, or whose features are close."""

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
    """Return every pair of themes, the pair whose merger gains most first.

    Args:
        actual: int [n], the label of each picture.
        probabilities: float [n, labels], held out.
        features: batches of features, float [pictures, width], and their labels, int [pictures]. They may come from
            other pictures. One batch is in memory at a time.
        labels: the name of each label.

    Returns:
        a and b, the two themes; pictures_a and pictures_b, their pictures; confusion, the share of these predicted as
        the other theme; soft_confusion, the mean probability of the other theme; distance, see `theme_distances`; gain,
        the rise in accuracy over all n pictures if the two counted as one. Undefined values are NaN.
    """
    first, second = np.triu_indices(len(labels), k=1)
    pictures = np.bincount(actual, minlength=len(labels))
    confusion = confusion_matrix(actual, probabilities.argmax(axis=1), labels=np.arange(len(labels)))
    confused = _between(confusion, first, second)
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
    """Return up to `most` rows of `theme_pairs`: first the confused pairs, then those with the nearest features."""
    confused = pairs["confusion"] > 0
    others = pairs[~confused].sort_values(["distance", "a", "b"], kind="stable")
    return pandas.concat([pairs[confused], others]).head(most).reset_index(drop=True)


def theme_distances(features: Iterable[tuple[np.ndarray, np.ndarray]], label_count: int) -> np.ndarray:
    """Return the cosine distances between the themes' mean features, 0 to 2, float64 [labels, labels].

    Each picture's features are first scaled to length 1, so that all pictures have the same weight. One batch is in
    memory at a time; the batch size does not change the result. A theme without features has NaN distances.
    """
    sums = np.zeros((label_count, 0))
    for batch, batch_labels in features:
        if sums.shape[1] == 0:
            sums = np.zeros((label_count, batch.shape[1]))
        # `sums[batch_labels] += ...` would count only one row of each theme.
        np.add.at(sums, batch_labels, normalize(batch.astype(np.float64)))
    if sums.shape[1] == 0:
        return np.full((label_count, label_count), np.nan)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    means = np.divide(sums, lengths, out=np.full_like(sums, np.nan), where=lengths > 0)
    # On one thread: more threads add in another order and change the last bits.
    with threadpool_limits(1):
        return np.asarray(np.clip(1 - means @ means.T, 0, 2))


def _summed_by_theme(rows: np.ndarray, actual: np.ndarray, label_count: int) -> np.ndarray:
    """Return the sum of each theme's rows, float64 [labels, columns]."""
    sums = np.zeros((label_count, rows.shape[1]))
    np.add.at(sums, actual, rows)
    return sums


def _between(matrix: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return for each pair the sum of its two cells, (first, second) and (second, first)."""
    return np.asarray(matrix[first, second] + matrix[second, first])
