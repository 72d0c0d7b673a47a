"""Draw the result for a README or a report: the confusion matrix beside the ROC curves."""

import io

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay

from themer.scoring.prediction_table import Predictions

# Okabe and Ito's palette, which suits every kind of colour vision (https://jfly.uni-koeln.de/color/).
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#b8ac00"]
DOTS_PER_INCH = 160
MOST_NAMED_CURVES = 12


# Not with the reader's own matplotlibrc.
@style.context("default")
def draw_result(predictions: Predictions, title: str) -> bytes:
    """Return a PNG with the confusion matrix and the ROC curves; the same bytes for the same predictions."""
    has_few_labels = len(predictions.labels) <= MOST_NAMED_CURVES
    figure = Figure(figsize=(11, 5) if has_few_labels else (16, 10), layout="constrained")
    figure.suptitle(title, fontsize=14)
    left, right = figure.subplots(1, 2)
    _draw_confusion(left, predictions, has_few_labels)
    _draw_roc_curves(right, predictions.actual, predictions.probabilities, predictions.labels)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return stream.getvalue()


def _draw_confusion(axes: Axes, predictions: Predictions, has_few_labels: bool) -> None:
    """Draw the confusion matrix, in small print for many labels."""
    display = ConfusionMatrixDisplay.from_predictions(
        predictions.actual,
        predictions.predicted,
        labels=range(len(predictions.labels)),
        display_labels=predictions.labels,
        normalize="true",
        include_values=False,
        cmap="Blues",
        colorbar=False,
        xticks_rotation=30 if has_few_labels else 90,
        ax=axes,
    )
    axes.set(xlabel="Predicted theme", ylabel="Actual theme")
    axes.tick_params(labelsize=10 if has_few_labels else 6)
    _write_counts(display, predictions)


def _write_counts(display: ConfusionMatrixDisplay, predictions: Predictions) -> None:
    """Write the number of pictures in each cell; the colour of a cell is its share of the row."""
    for (row, column), share in np.ndenumerate(display.confusion_matrix):
        count = int(np.sum((predictions.actual == row) & (predictions.predicted == column)))
        if count:
            colour = "white" if share > 0.5 else "black"
            size = 12 if len(predictions.labels) <= MOST_NAMED_CURVES else 6
            display.ax_.text(column, row, count, ha="center", va="center", color=colour, fontsize=size)


def _draw_roc_curves(axes: Axes, actual: np.ndarray, probabilities: np.ndarray, labels: list[str]) -> None:
    """Draw each theme's curve against all others, if some test pictures have it; many themes get no legend."""
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
