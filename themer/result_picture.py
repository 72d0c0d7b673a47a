"""One picture of results, for a README or a report: for each network a confusion matrix beside the ROC curves."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay

from themer.answer_tables import Answers

# Okabe and Ito's palette, which is told apart with any kind of colour vision (https://jfly.uni-koeln.de/color/).
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#b8ac00"]
DOTS_PER_INCH = 160
MOST_NAMED_CURVES = 12


@dataclass(frozen=True)
class Result:
    """What stands in one row of the picture: a title, and the answers that are judged."""

    title: str
    answers: Answers


def draw_results(results: Sequence[Result]) -> bytes:
    """Return a PNG with a row for each result, all of the same labels; the same bytes for the same answers."""
    few = len(results[0].answers.labels) <= MOST_NAMED_CURVES
    width, height = (11, 5) if few else (16, 10)
    figure = Figure(figsize=(width, height * len(results)), layout="constrained")
    rows = figure.subfigures(len(results), 1, squeeze=False, hspace=0.04)[:, 0]
    for row, result in zip(rows, results, strict=True):
        _draw_row(row, result, few)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return stream.getvalue()


def _draw_row(figure: SubFigure, result: Result, few: bool) -> None:
    """Draw one confusion matrix and its ROC curves."""
    answers = result.answers
    figure.suptitle(result.title, fontsize=14)
    left, right = figure.subplots(1, 2)
    shown = ConfusionMatrixDisplay.from_predictions(
        answers.actual,
        answers.predicted,
        labels=range(len(answers.labels)),
        display_labels=answers.labels,
        normalize="true",
        include_values=False,
        cmap="Blues",
        colorbar=False,
        xticks_rotation=30 if few else 90,
        ax=left,
    )
    left.set(xlabel="Predicted theme", ylabel="Actual theme")
    left.tick_params(labelsize=10 if few else 6)
    _write_counts(shown, answers.actual, answers.probabilities)
    _draw_roc_curves(right, answers.actual, answers.probabilities, answers.labels)


def _write_counts(shown: ConfusionMatrixDisplay, actual: np.ndarray, probabilities: np.ndarray) -> None:
    """Write the number of pictures into each cell, whose colour is its share of the row."""
    for (row, column), share in np.ndenumerate(shown.confusion_matrix):
        count = int(np.sum((actual == row) & (probabilities.argmax(axis=1) == column)))
        if count:
            colour = "white" if share > 0.5 else "black"
            size = 12 if len(shown.confusion_matrix) <= MOST_NAMED_CURVES else 6
            shown.ax_.text(column, row, count, ha="center", va="center", color=colour, fontsize=size)


def _draw_roc_curves(axes: Axes, actual: np.ndarray, probabilities: np.ndarray, labels: list[str]) -> None:
    """Draw each theme against all the others; themes without test pictures have no curve, many themes no legend."""
    axes.plot([0, 1], [0, 1], linestyle="--", linewidth=1, color="#999999")
    for index, label in enumerate(labels):
        if 0 < np.sum(actual == index) < len(actual):
            style = {"color": COLOURS[index % len(COLOURS)], "clip_on": False}
            RocCurveDisplay.from_predictions(
                actual == index, probabilities[:, index], name=label, ax=axes, curve_kwargs=style
            )
    axes.set(xlabel="False positive rate", ylabel="True positive rate")
    axes.spines[["top", "right"]].set_visible(False)
    legend = axes.get_legend()
    if legend is not None and len(labels) > MOST_NAMED_CURVES:
        legend.remove()
