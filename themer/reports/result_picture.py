"""Draw the result for a README or a report: the confusion matrix beside the ROC curves."""

import io

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay

from themer.reports.score_text import score_text
from themer.scoring.prediction_table import Predictions
from themer.scoring.scores import roc_auc

# Okabe and Ito's palette, which suits every kind of colour vision (https://jfly.uni-koeln.de/color/).
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#b8ac00"]
# For more themes: the colours of the plots page, .dvc/plots/page.html. Each ten curves have their own dashes.
MANY_COLOURS = [
    *("#0072b2", "#d55e00", "#009e73", "#aa3377", "#a87900", "#3399cc", "#7a3b10", "#6b7280", "#3322dd", "#e83fe0"),
    *("#000077", "#111111", "#00a011", "#7766ff", "#ee1155", "#004d00", "#553355", "#b070d8", "#cc0099", "#cc7777"),
]
DOTS_PER_INCH = 160
FEW_LABELS = 12
DASHES = ("-", "--", ":", "-.")


# Not with the reader's own matplotlibrc.
@style.context("default")
def draw_result(predictions: Predictions, title: str) -> bytes:
    """Return a PNG with the confusion matrix and the ROC curves; the same bytes for the same predictions."""
    has_few_labels = len(predictions.labels) <= FEW_LABELS
    # Many labels are drawn below each other: the page About shows the picture as wide as its text.
    side_inches = max(7.5, 0.26 * len(predictions.labels))
    size = (11, 5) if has_few_labels else (side_inches, 2.1 * side_inches)
    figure = Figure(figsize=size, layout="constrained" if has_few_labels else "compressed")
    figure.suptitle(title, fontsize=14)
    first, second = figure.subplots(1, 2) if has_few_labels else figure.subplots(2, 1)
    _draw_confusion(first, predictions, has_few_labels)
    draw_roc_curves(second, predictions.actual, predictions.probabilities, predictions.labels)
    stream = io.BytesIO()
    # By default, the file names Matplotlib's version.
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
    axes.tick_params(labelsize=10 if has_few_labels else 8)
    _write_counts(display, predictions)


def _write_counts(display: ConfusionMatrixDisplay, predictions: Predictions) -> None:
    """Write the number of pictures in each cell; the colour of a cell is its share of the row."""
    for (row, column), share in np.ndenumerate(display.confusion_matrix):
        count = int(np.sum((predictions.actual == row) & (predictions.predicted == column)))
        if count:
            colour = "white" if share > 0.5 else "black"
            size = 12 if len(predictions.labels) <= FEW_LABELS else 8
            display.ax_.text(column, row, count, ha="center", va="center", color=colour, fontsize=size)


def draw_roc_curves(axes: Axes, actual: np.ndarray, probabilities: np.ndarray, labels: list[str]) -> None:
    """Draw each theme's curve against all others, if some test pictures have it; the legend of many is below them."""
    axes.plot([0, 1], [0, 1], linestyle="--", linewidth=1, color="#999999")
    for index, label in enumerate(labels):
        is_theme, scores = actual == index, probabilities[:, index]
        if 0 < is_theme.sum() < len(is_theme):
            name = f"{label} (AUC = {score_text(roc_auc(is_theme, scores))})"
            style = {**_curve_style(index, len(labels)), "clip_on": False, "label": name}
            RocCurveDisplay.from_predictions(is_theme, scores, ax=axes, curve_kwargs=style)
    axes.set(xlabel="False positive rate", ylabel="True positive rate")
    axes.spines[["top", "right"]].set_visible(False)
    if len(labels) > FEW_LABELS and axes.get_legend() is not None:
        axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.12), ncols=3, fontsize=8, frameon=False, handlelength=3)


def _curve_style(index: int, label_count: int) -> dict[str, str]:
    """Return a curve's colour and, among many, its dashes."""
    if label_count <= FEW_LABELS:
        return {"color": COLOURS[index % len(COLOURS)]}
    return {"color": MANY_COLOURS[index % len(MANY_COLOURS)], "linestyle": DASHES[index // 10 % len(DASHES)]}
