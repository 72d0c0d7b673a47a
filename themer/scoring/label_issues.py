"""Find labels that look wrong.

The method is confident learning: Northcutt, Jiang and Chuang 2021, https://arxiv.org/abs/1911.00068.
"""

from collections.abc import Sequence

import numpy as np
import pandas

# Rounding can put the mean of equal probabilities above each of them.
ROUNDING = 1e-9
COLUMNS = ["set_id", "name", "label", "suggested", "label_probability", "suggested_probability", "margin"]


def label_issues(
    actual: np.ndarray, probabilities: np.ndarray, labels: list[str], set_ids: Sequence[str]
) -> pandas.DataFrame:
    """Return the pictures whose label looks wrong, the most suspicious first.

    These are the off-diagonal members of the confident joint. Few of them are false alarms. A wrong label is missed if
    the model is less confident in the suggested label than it usually is.

    Args:
        actual: int [n], the present label of each picture.
        probabilities: float [n, labels]. They must be held out, since a model agrees with the labels it was trained on.
        labels: the name of each label.
        set_ids: the set of each picture.

    Returns:
        set_id, label, suggested, label_probability, suggested_probability and margin: suggested_probability minus
        label_probability. The margin is negative if the suggested label rarely gets a high probability.
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
    """Return the mean probability of each label over the pictures that have it, float64 [labels].

    A threshold is at least chance, 1 / labels. Otherwise a label that the model did not learn would be suggested
    everywhere. A label without pictures is never suggested: its threshold is infinite.
    """
    label_count = probabilities.shape[1]
    pictures = np.bincount(actual, minlength=label_count)
    own = probabilities[np.arange(len(actual)), actual].astype(np.float64)
    means = np.bincount(actual, weights=own, minlength=label_count) / np.maximum(pictures, 1)
    return np.where(pictures > 0, np.maximum(means, 1 / label_count), np.inf)


def _confident_labels(actual: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the most probable label that reaches its threshold, int [n], and whether it contradicts `actual`.

    There is no contradiction if no label reaches its threshold, or if the present label does and is as probable.
    """
    confident = np.where(probabilities >= thresholds(actual, probabilities) - ROUNDING, probabilities, -1)
    rows = np.arange(len(actual))
    suggested = confident.argmax(axis=1)
    return suggested, confident[rows, suggested] > confident[rows, actual]
