"""Scores of predictions: headline scores with intervals, scores of each theme, the confusion table.

In all functions `actual` is int [n], the index of each picture's label in `labels`. `probabilities` is float
[n, labels]. Where several labels are equally probable, the first one is the prediction.
"""

from typing import Any, TypedDict

import numpy as np
import pandas
from sklearn import metrics

from themer.scoring.intervals import accuracy_interval, macro_f1_interval
from themer.scoring.prediction_table import Predictions
from themer.training.confidence import expected_calibration_error, log_loss, with_temperature

MOST_LABELS_WITHOUT_TOP_5 = 5
HELD_OUT = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "macro_f1_low", "macro_f1_high", "log_loss")
PLOTTED = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_f1": "Macro-F1",
    "baseline_accuracy": "Most frequent theme",
}


class ThemeScore(TypedDict):
    """The scores of one theme against all others; an undefined score is None."""

    theme: str
    precision: float | None
    recall: float | None
    f1: float | None
    roc_auc: float | None
    support: int


def headline(
    actual: np.ndarray, probabilities: np.ndarray, families: list[str], baseline_label: int, confidence_level: float
) -> dict[str, float]:
    """Return the scores to judge and compare models by.

    Macro-F1 and balanced accuracy are means over the themes that have pictures. The baseline always predicts
    `baseline_label`, an index. `families` holds the family of each picture, which the intervals count.
    """
    predicted = probabilities.argmax(axis=1)
    present = np.unique(actual)
    low, high = accuracy_interval(predicted == actual, families, confidence_level)
    macro_f1_low, macro_f1_high = macro_f1_interval(actual, predicted, families, confidence_level)
    return {
        "accuracy": float(metrics.accuracy_score(actual, predicted)),
        "accuracy_low": low,
        "accuracy_high": high,
        "macro_f1": float(metrics.f1_score(actual, predicted, labels=present, average="macro", zero_division=0)),
        "macro_f1_low": macro_f1_low,
        "macro_f1_high": macro_f1_high,
        "balanced_accuracy": float(metrics.recall_score(actual, predicted, labels=present, average="macro")),
        "log_loss": log_loss(actual, probabilities),
        "baseline_accuracy": float(np.mean(actual == baseline_label)),
        "pictures": len(actual),
    }


def confidence_scores(actual: np.ndarray, probabilities: np.ndarray, temperature: float) -> dict[str, float]:
    """Return the calibration error; `calibration_error_before` is that without temperature scaling."""
    found = {
        "calibration_error": expected_calibration_error(actual, probabilities),
        "calibration_error_before": expected_calibration_error(
            actual, with_temperature(probabilities, 1 / temperature)
        ),
    }
    if probabilities.shape[1] > MOST_LABELS_WITHOUT_TOP_5:
        found["top_5_accuracy"] = top_k_accuracy(actual, probabilities, 5)
    return found


def firm_scores(
    correct: np.ndarray, sure: np.ndarray, families: list[str], confidence_level: float, prefix: str = ""
) -> dict[str, float]:
    """Return the coverage, and the accuracy of the predictions that the model is sure of, both with intervals.

    Args:
        correct: bool [n].
        sure: bool [n].
        families: the family of each picture.
        confidence_level: of the intervals, above 0 to below 1.
        prefix: of the names, such as "views_".
    """
    found = rate(f"{prefix}answered", sure, families, confidence_level)
    if sure.any():
        named = [family for family, is_sure in zip(families, sure, strict=True) if is_sure]
        found |= rate(f"{prefix}answered_accuracy", correct[sure], named, confidence_level)
    return found


def rate(name: str, happens: np.ndarray, families: list[str], confidence_level: float) -> dict[str, float]:
    """Return how often something happens, bool [n], with its interval: name, name_low and name_high."""
    low, high = accuracy_interval(happens, families, confidence_level)
    return {name: float(np.mean(happens)), f"{name}_low": low, f"{name}_high": high}


def photo_scores(
    actual: np.ndarray,
    probabilities: np.ndarray,
    sure: np.ndarray,
    families: list[str],
    labels: list[str],
    confidence_level: float,
) -> dict[str, Any]:
    """Return the scores on the user's photos: their number, coverage, accuracy with its interval, and by theme."""
    if len(actual) == 0:
        return {"photos": 0}
    correct = probabilities.argmax(axis=1) == actual
    return {
        "photos": len(actual),
        **rate("accuracy", correct, families, confidence_level),
        **firm_scores(correct, sure, families, confidence_level),
        "themes": {labels[index]: float(np.mean(correct[actual == index])) for index in np.unique(actual)},
    }


def held_out_scores(predictions: Predictions, families: list[str], confidence_level: float) -> dict[str, Any]:
    """Return the scores of out-of-fold predictions; without predictions each is None."""
    has_top_5 = len(predictions.labels) > MOST_LABELS_WITHOUT_TOP_5
    if not predictions.ids:
        return dict.fromkeys(["pictures", *HELD_OUT, *(["top_5_accuracy"] if has_top_5 else [])])
    actual, probabilities = predictions.actual, predictions.probabilities
    # The score of the baseline, label 0, is not among those that are returned.
    found = headline(actual, probabilities, families, 0, confidence_level)
    top_5 = {"top_5_accuracy": top_k_accuracy(actual, probabilities, 5)} if has_top_5 else {}
    return {"pictures": len(actual), **{name: found[name] for name in HELD_OUT}, **top_5}


def headline_table(figures: dict[str, float]) -> pandas.DataFrame:
    """Return the headline scores to plot: measure, value, low and high; the last two are NaN without an interval."""
    columns = {"value": "", "low": "_low", "high": "_high"}
    rows = [{column: figures.get(name + end) for column, end in columns.items()} for name in PLOTTED]
    return pandas.DataFrame(rows).astype(float).round(6).assign(measure=PLOTTED.values())[["measure", *columns]]


def top_k_accuracy(actual: np.ndarray, probabilities: np.ndarray, k: int) -> float:
    """Return the share of pictures whose theme is among the k most probable ones; for k = 1 this is the accuracy.

    scikit-learn's top_k_accuracy_score prefers the last of equally probable themes, and needs another shape for two
    themes.
    """
    ranked = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
    return float(np.mean((ranked == actual[:, np.newaxis]).any(axis=1)))


def theme_scores(actual: np.ndarray, probabilities: np.ndarray, labels: list[str]) -> list[ThemeScore]:
    """Return each theme's scores against all others, the theme with the most pictures first.

    Precision is undefined for a theme that is never predicted; recall and ROC AUC for one without pictures.
    """
    columns = metrics.precision_recall_fscore_support(
        actual, probabilities.argmax(axis=1), labels=np.arange(len(labels)), zero_division=np.nan
    )
    precision, recall, f1, support = columns
    return [
        ThemeScore(
            theme=labels[index],
            precision=_defined(precision[index]),
            recall=_defined(recall[index]),
            f1=_defined(f1[index]),
            roc_auc=_defined(roc_auc(actual == index, probabilities[:, index])),
            support=int(support[index]),
        )
        for index in by_support(actual, labels)
    ]


def roc_auc(is_theme: np.ndarray, scores: np.ndarray) -> float:
    """Return the area under one theme's ROC curve; NaN unless some pictures have the theme and some do not."""
    return float(metrics.roc_auc_score(is_theme, scores)) if 0 < is_theme.sum() < len(is_theme) else float("nan")


def confusion_table(actual: np.ndarray, predicted: np.ndarray, labels: list[str]) -> pandas.DataFrame:
    """Return actual, predicted and pictures: each theme's diagonal cell, then every other cell that is not zero.

    With the diagonal first, a chart that keeps the order of the rows sorts both axes alike: the theme with the most
    pictures first.
    """
    matrix = metrics.confusion_matrix(actual, predicted, labels=np.arange(len(labels)))
    order = by_support(actual, labels)
    cells = [(i, i) for i in order] + [(i, j) for i in order for j in order if i != j and matrix[i, j]]
    rows = [(labels[i], labels[j], int(matrix[i, j])) for i, j in cells]
    return pandas.DataFrame(rows, columns=["actual", "predicted", "pictures"])


def by_support(actual: np.ndarray, labels: list[str]) -> list[int]:
    """Return the indices of the labels by falling number of pictures, then by name."""
    support = np.bincount(actual, minlength=len(labels))
    return sorted(range(len(labels)), key=lambda index: (-support[index], labels[index]))


def _defined(value: float) -> float | None:
    """Return the number, or None for NaN, which JSON lacks."""
    return None if np.isnan(value) else float(value)
