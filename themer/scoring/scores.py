"""How good answers are: headline figures with intervals, figures per theme, the confusion table.

Everywhere `actual` is int [n], the index of each picture's theme in `labels`, and `probabilities` float [n, classes].
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
    "baseline_accuracy": "Always the largest theme",
}


class ThemeScore(TypedDict):
    """How well one theme is told from the rest; a figure that is undefined is None."""

    theme: str
    precision: float | None
    recall: float | None
    f1: float | None
    roc_auc: float | None
    support: int


def headline(
    actual: np.ndarray, probabilities: np.ndarray, families: list[str], baseline_label: int, confidence_level: float
) -> dict[str, float]:
    """Return the figures to judge and compare models by.

    Macro-F1 and balanced accuracy are means over the themes that have pictures in the split. The baseline always
    answers `baseline_label`.
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


def confidence_scores(
    actual: np.ndarray, probabilities: np.ndarray, sure: np.ndarray, temperature: float
) -> dict[str, float]:
    """Return how far the probabilities can be believed, and what is gained by answering only when `sure` (bool [n]).

    `calibration_error_before` is that of the probabilities before they were divided by the temperature.
    """
    figures = {
        "answered": float(np.mean(sure)),
        "calibration_error": expected_calibration_error(actual, probabilities),
        "calibration_error_before": expected_calibration_error(
            actual, with_temperature(probabilities, 1 / temperature)
        ),
    }
    if sure.any():
        figures["answered_accuracy"] = float(np.mean(probabilities[sure].argmax(axis=1) == actual[sure]))
    if probabilities.shape[1] > MOST_LABELS_WITHOUT_TOP_5:
        figures["top_5_accuracy"] = top_k_accuracy(actual, probabilities, 5)
    return figures


def photo_scores(
    actual: np.ndarray,
    probabilities: np.ndarray,
    sure: np.ndarray,
    families: list[str],
    labels: list[str],
    confidence_level: float,
) -> dict[str, Any]:
    """Return the figures of the user's own photos: their number, accuracy with its interval, and that of each theme."""
    if len(actual) == 0:
        return {"photos": 0}
    correct = probabilities.argmax(axis=1) == actual
    low, high = accuracy_interval(correct, families, confidence_level)
    given = correct[sure]
    return {
        "photos": len(actual),
        "accuracy": float(np.mean(correct)),
        "accuracy_low": low,
        "accuracy_high": high,
        "answered": float(np.mean(sure)),
        **({"answered_accuracy": float(np.mean(given))} if len(given) else {}),
        "themes": {labels[index]: float(np.mean(correct[actual == index])) for index in np.unique(actual)},
    }


def held_out_scores(predictions: Predictions, families: list[str], confidence_level: float) -> dict[str, Any]:
    """Return the scores of out-of-fold predictions; each is None where there are no predictions."""
    many = len(predictions.labels) > MOST_LABELS_WITHOUT_TOP_5
    if not predictions.ids:
        return dict.fromkeys(["pictures", *HELD_OUT, *(["top_5_accuracy"] if many else [])])
    actual, probabilities = predictions.actual, predictions.probabilities
    found = headline(actual, probabilities, families, 0, confidence_level)
    top_5 = {"top_5_accuracy": top_k_accuracy(actual, probabilities, 5)} if many else {}
    return {"pictures": len(actual), **{name: found[name] for name in HELD_OUT}, **top_5}


def headline_table(figures: dict[str, float]) -> pandas.DataFrame:
    """Return the shares among the headline figures for plotting: measure, value and, where they have one, interval."""
    columns = {"value": "", "low": "_low", "high": "_high"}
    rows = [{column: figures.get(name + end) for column, end in columns.items()} for name in PLOTTED]
    return pandas.DataFrame(rows).astype(float).round(6).assign(measure=PLOTTED.values())[["measure", *columns]]


def top_k_accuracy(actual: np.ndarray, probabilities: np.ndarray, k: int) -> float:
    """Return the share of pictures whose theme is among the k most probable ones.

    Of equally probable themes the first counts, as it does for an answer, so that k = 1 is the accuracy.
    scikit-learn's top_k_accuracy_score takes the last, and needs another shape for two themes.
    """
    likeliest = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
    return float(np.mean((likeliest == actual[:, np.newaxis]).any(axis=1)))


def theme_scores(actual: np.ndarray, probabilities: np.ndarray, labels: list[str]) -> list[ThemeScore]:
    """Return each theme's scores against all the others, the theme with the most pictures first.

    Precision is undefined where a theme is never answered, recall and ROC AUC where it has no picture.
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
    """Return the area under one theme's ROC curve, NaN unless there are pictures with and without the theme."""
    return float(metrics.roc_auc_score(is_theme, scores)) if 0 < is_theme.sum() < len(is_theme) else float("nan")


def confusion_table(actual: np.ndarray, predicted: np.ndarray, labels: list[str]) -> pandas.DataFrame:
    """Return actual, predicted and pictures: every theme's diagonal cell, then each other cell that is not zero.

    The diagonal comes first so that a chart which keeps the order of the rows has both axes in the same order, the
    theme with the most pictures first.
    """
    matrix = metrics.confusion_matrix(actual, predicted, labels=np.arange(len(labels)))
    order = by_support(actual, labels)
    cells = [(i, i) for i in order] + [(i, j) for i in order for j in order if i != j and matrix[i, j]]
    rows = [(labels[i], labels[j], int(matrix[i, j])) for i, j in cells]
    return pandas.DataFrame(rows, columns=["actual", "predicted", "pictures"])


def by_support(actual: np.ndarray, labels: list[str]) -> list[int]:
    """Return the indices of the labels, the one with the most pictures first, equals by name."""
    support = np.bincount(actual, minlength=len(labels))
    return sorted(range(len(labels)), key=lambda index: (-support[index], labels[index]))


def _defined(value: float) -> float | None:
    """Return the number, or None for NaN, which JSON does not know."""
    return None if np.isnan(value) else float(value)
