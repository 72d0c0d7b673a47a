"""One picture of a result, for a README or a report: the confusion matrix beside the ROC curves."""

import io

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay

# Okabe and Ito's palette, which is told apart with any kind of colour vision (https://jfly.uni-koeln.de/color/).
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#b8ac00"]
DOTS_PER_INCH = 160
MOST_NAMED_CURVES = 12


def draw_result(title: str, actual: np.ndarray, probabilities: np.ndarray, labels: list[str]) -> bytes:
    """Return a PNG, the same bytes for the same answers.

    actual: indices of the themes, int [n]. probabilities: float [n, classes]. labels: a name for each class.
    """
    few = len(labels) <= MOST_NAMED_CURVES
    figure = Figure(figsize=(11, 5) if few else (16, 10), layout="constrained")
    figure.suptitle(title, fontsize=14)
    left, right = figure.subplots(1, 2)
    shown = ConfusionMatrixDisplay.from_predictions(
        actual,
        probabilities.argmax(axis=1),
        labels=range(len(labels)),
        display_labels=labels,
        normalize="true",
        include_values=False,
        cmap="Blues",
        colorbar=False,
        xticks_rotation=30 if few else 90,
        ax=left,
    )
    left.set(xlabel="Predicted theme", ylabel="Actual theme")
    left.tick_params(labelsize=10 if few else 6)
    _write_counts(shown, actual, probabilities)
    _draw_roc_curves(right, actual, probabilities, labels)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return stream.getvalue()


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
