"""Draw the result for a README or a report: the confusion matrix beside the ROC curves.

Names may have up to 60 characters. They are wrapped, and the picture grows with them: no word lies over another.
"""

import io
import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from sklearn.metrics import ConfusionMatrixDisplay, roc_curve

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
# In inches: the least sides of the axes for few and for many labels, and a cell of many.
FEW_SIDE, MANY_SIDE, MANY_CELL = 4, 6.2, 0.26
# In inches too: around the picture, between both axes, and for the title.
MARGIN, GAP, TITLE_HEIGHT = 0.1, 0.6, 0.45
# The largest legend that fits in a corner of the axes, width and height in inches.
LEGEND_ROOM = (2.8, 1.3)
# In characters: lines of names beside up to six rows, and of other names.
SHORT_LINE, LONG_LINE = 26, 36
LINE_HEIGHT = 1.3
# A name is no mathematics in TeX, whatever dollar signs it has.
STYLE: list[Any] = ["default", {"text.parse_math": False}]


def draw_result(predictions: Predictions, title: str) -> bytes:
    """Return a PNG with the confusion matrix and the ROC curves; the same bytes for the same predictions."""
    stream = io.BytesIO()
    # Not with the reader's own matplotlibrc.
    with style.context(STYLE):
        # By default, the file names Matplotlib's version.
        result_figure(predictions, title).savefig(stream, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return stream.getvalue()


@style.context(STYLE)
def result_figure(predictions: Predictions, title: str) -> Figure:
    """Return the figure, as large as its names need."""
    # Many labels are drawn below each other: the page About shows the picture as wide as its text.
    has_few_labels = len(predictions.labels) <= FEW_LABELS
    figure = Figure()
    matrix, roc = figure.subplots(1, 2)
    side = _draw_confusion(matrix, predictions, has_few_labels)
    draw_roc_curves(roc, predictions.actual, predictions.probabilities, predictions.labels)
    width, height = _arrange((matrix, roc), side, has_few_labels)
    figure.set_size_inches(width, height)
    figure.suptitle(title, fontsize=14, x=0.5, y=1 - MARGIN / height, va="top")
    return figure


def _arrange(both: Sequence[Axes], side: float, are_beside: bool) -> tuple[float, float]:
    """Make both axes squares of a side in inches, with room for what is around them; return the figure's size."""
    left, bottom, right, top = np.transpose([_around(axes, side) for axes in both])
    if are_beside:
        lefts = MARGIN + left + [0, left[0] + side + right[0] + GAP]
        tops = TITLE_HEIGHT + np.full(2, top.max())
        width, height = lefts[1] + side + right[1] + MARGIN, tops[0] + side + bottom.max() + MARGIN
    else:
        lefts = MARGIN + np.full(2, left.max())
        tops = TITLE_HEIGHT + top + [0, top[0] + side + bottom[0] + GAP]
        width, height = lefts[0] + side + right.max() + MARGIN, tops[1] + side + bottom[1] + MARGIN
    for axes, x, y in zip(both, lefts, tops, strict=True):
        axes.set_position((x / width, 1 - (y + side) / height, side / width, side / height))
    return float(width), float(height)


def _around(axes: Axes, side: float) -> tuple[float, float, float, float]:
    """Return how far what is drawn around axes of a side reaches: left, bottom, right and top, in inches."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.set_size_inches(4 * side, 4 * side)
    axes.set_position((0.375, 0.375, 0.25, 0.25))
    inner, outer = axes.get_window_extent(), axes.get_tightbbox()
    assert outer is not None
    reach = (inner.x0 - outer.x0, inner.y0 - outer.y0, outer.x1 - inner.x1, outer.y1 - inner.y1)
    left, bottom, right, top = (pixels / figure.dpi for pixels in reach)
    return left, bottom, right, top


def _draw_confusion(axes: Axes, predictions: Predictions, has_few_labels: bool) -> float:
    """Draw the confusion matrix, in small print for many labels; return the side in inches that its names need."""
    count = len(predictions.labels)
    names = [wrapped(label, SHORT_LINE if count <= 6 else LONG_LINE) for label in predictions.labels]
    display = ConfusionMatrixDisplay.from_predictions(
        predictions.actual,
        predictions.predicted,
        labels=range(count),
        display_labels=names,
        normalize="true",
        include_values=False,
        cmap="Blues",
        colorbar=False,
        ax=axes,
    )
    axes.set(xlabel="Predicted theme", ylabel="Actual theme")
    _write_counts(display, predictions)
    return _fit_names(axes, names, has_few_labels)


def wrapped(name: str, length: int) -> str:
    """Return a name in lines of at most `length` characters, broken between words where it has any."""
    return textwrap.fill(name, length, break_on_hyphens=False)


def _fit_names(axes: Axes, names: list[str], has_few_labels: bool) -> float:
    """Turn the names below the matrix, each ending at its tick; return the least side in inches that fits all names."""
    size = 10 if has_few_labels else 8
    thickness = max(name.count("\n") + 1 for name in names) * size * LINE_HEIGHT / 72
    least_side, least_cell = (FEW_SIDE, 0) if has_few_labels else (MANY_SIDE, MANY_CELL)
    side = max(least_side, len(names) * max(least_cell, thickness))
    share = thickness * len(names) / side
    angle = next((angle for angle in (30, 45) if share <= math.sin(math.radians(angle))), 90)
    axes.tick_params(labelsize=size)
    for name in axes.get_xticklabels():
        name.set(rotation=angle, rotation_mode="anchor", ha="right", va="center" if angle == 90 else "top")
    return side


def _write_counts(display: ConfusionMatrixDisplay, predictions: Predictions) -> None:
    """Write the number of pictures in each cell; the colour of a cell is its share of the row."""
    for (row, column), share in np.ndenumerate(display.confusion_matrix):
        count = int(np.sum((predictions.actual == row) & (predictions.predicted == column)))
        if count:
            colour = "white" if share > 0.5 else "black"
            size = 12 if len(predictions.labels) <= FEW_LABELS else 8
            display.ax_.text(column, row, count, ha="center", va="center", color=colour, fontsize=size)


def draw_roc_curves(axes: Axes, actual: np.ndarray, probabilities: np.ndarray, labels: list[str]) -> None:
    """Draw each theme's curve against all others, if some test pictures have it, with a legend."""
    axes.plot([0, 1], [0, 1], linestyle="--", linewidth=1, color="#999999")
    lines, names = list[Line2D](), list[str]()
    for index, label in enumerate(labels):
        is_theme, scores = actual == index, probabilities[:, index]
        if 0 < is_theme.sum() < len(is_theme):
            false, true, _ = roc_curve(is_theme, scores)
            area = f"(AUC = {score_text(roc_auc(is_theme, scores))})"
            names.append(_with_area(label, area))
            lines += axes.plot(false, true, clip_on=False, **_curve_style(index, len(labels)))
    axes.set(xlabel="False positive rate", ylabel="True positive rate")
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    axes.spines[["top", "right"]].set_visible(False)
    if lines:
        _draw_legend(axes, lines, names, len(labels) <= FEW_LABELS)


def _with_area(label: str, area: str) -> str:
    """Return a label in lines, with the area below its curve at the end of the last one or on one more."""
    name = wrapped(label, LONG_LINE)
    has_room = len(name.rpartition("\n")[2]) + len(area) < LONG_LINE
    return f"{name} {area}" if has_room else f"{name}\n{area}"


def _draw_legend(axes: Axes, lines: list[Line2D], names: list[str], has_few_labels: bool) -> None:
    """Draw the legend in the lower right corner if it is small there, and otherwise below the axes."""
    size = 10 if has_few_labels else 8
    # In this form, a name may begin with "_".
    legend = axes.legend(lines, names, loc="lower right", fontsize=size)
    width, height = np.array(legend.get_window_extent().size) / axes.figure.dpi
    if has_few_labels and width <= LEGEND_ROOM[0] and height <= LEGEND_ROOM[1]:
        return
    # The legend may be a little wider than the axes.
    columns = int(((FEW_SIDE if has_few_labels else MANY_SIDE) + 1) / width)
    options: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "borderaxespad": 50 / size}
    axes.legend(lines, names, fontsize=size, frameon=False, handlelength=3, ncols=min(3, max(1, columns)), **options)


def _curve_style(index: int, label_count: int) -> dict[str, Any]:
    """Return a curve's colour and, among many, its dashes."""
    if label_count <= len(COLOURS):
        return {"color": COLOURS[index]}
    return {"color": MANY_COLOURS[index % len(MANY_COLOURS)], "linestyle": DASHES[index // 10 % len(DASHES)]}
