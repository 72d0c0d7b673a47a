"""Balancing labels of different frequency: rare ones are repeated, or weigh more in the loss."""

import numpy as np

from themer.base.params import Train

MOST_VIEWS_PER_PICTURE = 3


def balance(counts: np.ndarray, settings: Train) -> tuple[np.ndarray, np.ndarray]:
    """Return the copies and the weight of a picture of each label, int64 [labels] and float32 [labels].

    An epoch repeats a picture `copies` times, and each time multiplies its loss by the weight. `settings.imbalance`
    decides which of the two, if any, differs between labels. `counts` is the number of pictures of each label, int
    [labels].
    """
    copies, weights = np.ones_like(counts), np.ones(len(counts), np.float32)
    if settings.imbalance == "balanced_sampling":
        copies = label_copies(counts)
    if settings.imbalance == "class_weights":
        weights = label_weights(counts)
    return copies, weights


def label_weights(counts: np.ndarray) -> np.ndarray:
    """Return the weight of a picture of each label in the loss, float32 [labels]: higher for rarer labels.

    All labels have the same total weight, and the mean weight of the pictures is 1, as with scikit-learn's
    class_weight="balanced".
    """
    return np.asarray(counts.sum() / (len(counts) * counts), np.float32)


def label_copies(counts: np.ndarray) -> np.ndarray:
    """Return how often an epoch shows each picture of a label, int64 [labels]; each time is another view.

    Because copies are whole numbers, every label appears between two thirds and four thirds as often as the most
    frequent one. An epoch has at most MOST_VIEWS_PER_PICTURE times as many views as there are pictures. Many rare
    labels would exceed this, so the copies are then computed from a lower power of the ratio between the counts.
    """
    powers = np.linspace(1, 0, 21)[:, np.newaxis]
    copies = np.asarray(np.rint((counts.max() / counts) ** powers), np.int64)
    # The power 0 always is: each picture once.
    short_enough = (copies * counts).sum(axis=1) <= MOST_VIEWS_PER_PICTURE * counts.sum()
    return np.asarray(copies[short_enough.argmax()])
