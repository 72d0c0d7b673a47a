"""Which pictures bear a label that looks wrong.

Confident learning: Northcutt, Jiang and Chuang 2021, https://arxiv.org/abs/1911.00068, written from the paper.
"""

from collections.abc import Sequence

import numpy as np
import pandas

# Rounding must not lift the mean of equal probabilities above them.
ROUNDING = 1e-9
COLUMNS = ["set_id", "name", "label", "suggested", "label_probability", "suggested_probability", "margin"]


def label_issues(
    actual: np.ndarray, probabilities: np.ndarray, labels: list[str], set_ids: Sequence[str]
) -> pandas.DataFrame:
    """Return the pictures whose label looks wrong, the most suspicious first.

    These are the off-diagonal members of the confident joint. Few of them are false alarms, but a wrong label is missed
    where the model is less confident than on average.

    Args:
        actual: int [n], the labels as given.
        probabilities: float [n, labels], held out: a model trained on a picture agrees with its label.
        labels: the name of each label.
        set_ids: the set of each picture.

    Returns:
        set_id, label, suggested, label_probability, suggested_probability and margin: the second probability minus the
        first. The margin is negative where the suggested label rarely gets a high probability.
    """
    suggested, is_issue = _confident_labels(actual, probabilities.astype(np.float64))
    rows = np.flatnonzero(is_issue)
    table = pandas.DataFrame(
        {
            "set_id": [set_ids[row] for row in rows.tolist()],
            "label": [labels[index] for index in actual[rows]],
            "suggested": [labels[index] for index in suggested[rows]],
            "label_probability": probabilities[rows, actual[rows]].astype(np.float64),
            "suggested_probability": probabilities[rows, suggested[rows]].astype(np.float64),
        }
    )
    table["margin"] = table["suggested_probability"] - table["label_probability"]
    ranked = table.round(6).sort_values(["margin", "set_id"], ascending=[False, True], kind="stable")
    return ranked.reset_index(drop=True)


def thresholds(actual: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return float64 [classes]: the mean probability of each label among the pictures that bear it.

    Never below chance, 1 / classes, or a label that the model did not learn would be suggested everywhere; infinite
    for a label without pictures, which is never suggested.
    """
    classes = probabilities.shape[1]
    pictures = np.bincount(actual, minlength=classes)
    own = probabilities[np.arange(len(actual)), actual].astype(np.float64)
    means = np.bincount(actual, weights=own, minlength=classes) / np.maximum(pictures, 1)
    return np.where(pictures > 0, np.maximum(means, 1 / classes), np.inf)


def _confident_labels(actual: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the most probable label of those above their threshold, int [n], and whether it speaks against `actual`.

    Where no label is above its threshold, or the given one is as probable as any that is, nothing does.
    """
    confident = np.where(probabilities >= thresholds(actual, probabilities) - ROUNDING, probabilities, -1)
    rows = np.arange(len(actual))
    suggested = confident.argmax(axis=1)
    return suggested, confident[rows, suggested] > confident[rows, actual]
