"""The tables behind the curves: ROC, precision-recall, reliability, risk-coverage and top-k.

In all functions `actual` is int [n], the index of each picture's label in `labels`. `probabilities` is float
[n, labels].
"""

from collections.abc import Callable

import numpy as np
import pandas
from sklearn import metrics

from themer.scoring.scores import by_support, top_k_accuracy
from themer.training.confidence import reliability_table, risk_coverage_table

MOST_RANKS = 10
RELIABILITY_BINS = 10
# More than the chart has pixels from left to right.
MOST_POINTS = 400
# The curves of the chart of risk and coverage.
WRONG = "Wrong predictions, by confidence"
OTHERS = "Other themes that get a label, by boundary"

Curve = Callable[[np.ndarray, np.ndarray], dict[str, object]]


def roc_table(actual: np.ndarray, probabilities: np.ndarray, labels: list[str]) -> pandas.DataFrame:
    """Return theme, fpr, tpr and auc: a row for each corner of each theme's one-against-rest ROC curve.

    Points on a straight line between two others are left out. A theme has no curve if it has no pictures, or all.
    """
    return _by_theme(actual, probabilities, labels, _roc, ["fpr", "tpr", "auc"])


def precision_recall_table(actual: np.ndarray, probabilities: np.ndarray, labels: list[str]) -> pandas.DataFrame:
    """Return theme, recall, precision and average_precision: a row for each corner of each one-against-rest curve.

    Within a theme, recall rises from 0 to 1. A theme has no curve if it has no pictures, or all.
    """
    return _by_theme(actual, probabilities, labels, _precision_recall, ["recall", "precision", "average_precision"])


def reliability(actual: np.ndarray, probabilities: np.ndarray) -> pandas.DataFrame:
    """Return mean confidence, accuracy and pictures: a row for each non-empty bin of ten equal bins of confidence."""
    return reliability_table(actual, probabilities, RELIABILITY_BINS).round(6).astype({"pictures": int})


def risk_coverage(actual: np.ndarray, probabilities: np.ndarray) -> pandas.DataFrame:
    """Return coverage, risk, threshold and curve: at each threshold, the share of predictions made, and of wrong ones.

    The table has at most 400 rows, evenly spaced, with both ends.
    """
    table = risk_coverage_table(probabilities.max(axis=1), probabilities.argmax(axis=1) == actual)
    return _thinned(table).assign(curve=WRONG)


def other_themes_coverage(known: np.ndarray, known_of_others: np.ndarray) -> pandas.DataFrame:
    """Return coverage, risk, threshold and curve: at each boundary, the share of pictures within it.

    Here the risk is the share of pictures of other themes within the boundary. Both arguments are float [n], the
    probability that each picture shows one of the labels.
    """
    thresholds = np.unique([*known, *known_of_others])[::-1]
    within = [np.searchsorted(np.sort(-values), -thresholds, side="right") for values in (known, known_of_others)]
    shares = [counts / max(1, len(values)) for counts, values in zip(within, (known, known_of_others), strict=True)]
    table = pandas.DataFrame({"coverage": shares[0], "risk": shares[1], "threshold": thresholds})
    return _thinned(table).assign(curve=OTHERS)


def _thinned(table: pandas.DataFrame) -> pandas.DataFrame:
    """Return at most MOST_POINTS rows, evenly spaced, with both ends."""
    rows = np.unique(np.linspace(0, len(table) - 1, min(len(table), MOST_POINTS)).astype(int))
    return table.iloc[rows].round(6)


def top_k_table(actual: np.ndarray, probabilities: np.ndarray) -> pandas.DataFrame:
    """Return k and accuracy: the share of pictures whose theme is among the k most probable ones.

    k goes up to ten, or to one less than the number of labels, since the accuracy would be 1 by definition.
    """
    ranks = range(1, min(MOST_RANKS, max(1, probabilities.shape[1] - 1)) + 1)
    return pandas.DataFrame({"k": k, "accuracy": round(top_k_accuracy(actual, probabilities, k), 6)} for k in ranks)


def _by_theme(
    actual: np.ndarray, probabilities: np.ndarray, labels: list[str], curve: Curve, columns: list[str]
) -> pandas.DataFrame:
    """Return the curves of all themes that have some pictures but not all, one below the other."""
    curves = []
    for index in by_support(actual, labels):
        is_theme = actual == index
        if 0 < is_theme.sum() < len(is_theme):
            curves.append(pandas.DataFrame({"theme": labels[index], **curve(is_theme, probabilities[:, index])}))
    empty = pandas.DataFrame(columns=["theme", *columns])
    return pandas.concat(curves, ignore_index=True).round(6) if curves else empty


def _roc(is_theme: np.ndarray, scores: np.ndarray) -> dict[str, object]:
    """Return the columns of one theme's ROC curve."""
    fpr, tpr, _ = metrics.roc_curve(is_theme, scores, drop_intermediate=True)
    return {"fpr": fpr, "tpr": tpr, "auc": metrics.auc(fpr, tpr)}


def _precision_recall(is_theme: np.ndarray, scores: np.ndarray) -> dict[str, object]:
    """Return the columns of one theme's precision-recall curve."""
    precision, recall, _ = metrics.precision_recall_curve(is_theme, scores, drop_intermediate=True)
    area = metrics.average_precision_score(is_theme, scores)
    # In ascending order of recall: a chart that sorts by recall then keeps the drop at recall 1 in its place.
    return {"recall": recall[::-1], "precision": precision[::-1], "average_precision": area}
