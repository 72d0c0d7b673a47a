import io
import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image, ImageColor

from themer.reports.result_picture import MANY_COLOURS, draw_result, draw_roc_curves, result_figure
from themer.scoring.prediction_table import Predictions

LONG = [
    "A name of a group that has as many letters as it may ever do",
    "Another group with a long name of sixty letters, none spared",
]
DACTA = [f"Educational and Dacta / {name}" for name in ("Universal Building Set", "Supplemental", "Technic", "Duplo")]
NAMES = {
    "two of 60 letters": LONG,
    "paths": DACTA,
    "without a space": ["W" * 60, "x" * 60, "city"],
    "twelve of 60 letters": [f"{LONG[1][:-2]}{number:02}" for number in range(12)],
    "twenty short ones": [f"Theme {number}" for number in range(20)],
    "twenty of 60 letters": [f"{LONG[1][:-2]}{number:02}" for number in range(20)],
    "what TeX would take for mathematics": ["$5 to $10", "Under $20 {small or $30", "City"],
    "one that begins with an underline": ["_private", "City"],
}


def named(labels: list[str]) -> Predictions:
    return replace(predictions(len(labels), pictures=400), labels=labels)


def predictions(label_count: int, pictures: int = 60) -> Predictions:
    """Return predictions that favour the actual labels."""
    random = np.random.default_rng(label_count)
    actual = random.integers(0, label_count, pictures)
    scores = random.random((pictures, label_count)) + np.eye(label_count)[actual]
    probabilities = (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)
    labels = [f"Theme {index}" for index in range(label_count)]
    return Predictions([str(index) for index in range(pictures)], actual, probabilities, labels)


@pytest.fixture(scope="module")
def drawn() -> bytes:
    """The result of three labels."""
    return draw_result(predictions(3), "Title")


@pytest.mark.parametrize("label_count", [2, 3, 40])
def test_the_result_is_a_picture_of_the_same_bytes_each_time(label_count):
    first, second = (draw_result(predictions(label_count), "Title") for _ in range(2))
    assert first == second
    picture = Image.open(io.BytesIO(first))
    assert picture.format == "PNG" and picture.width >= 1600


def test_somebodys_own_style_changes_nothing(drawn):
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "black", "savefig.facecolor": "red"}):
        assert draw_result(predictions(3), "Title") == drawn
        assert matplotlib.rcParams["font.size"] == 30


def test_the_title_is_drawn(drawn):
    assert draw_result(predictions(3), "Another") != drawn


def colours_of(content: bytes) -> set[tuple[int, int, int]]:
    """Return the colours of at least a hundred pixels."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    return {colour for count, colour in picture.getcolors(1 << 24) if count >= 100}


def test_twenty_themes_have_twenty_colours_and_stand_below_each_other():
    content = draw_result(predictions(20, pictures=400), "Title")
    picture = Image.open(io.BytesIO(content))
    assert {ImageColor.getrgb(colour) for colour in MANY_COLOURS} <= colours_of(content)
    assert len(set(MANY_COLOURS)) == 20 and picture.height > 2 * picture.width


def boxes_of(figure: Figure) -> list[Bbox]:
    """Return the boxes of what must not lie over another: matrix, curves, upright words, and a legend below."""
    figure.draw_without_rendering()
    matrix, roc = figure.axes
    words = [figure._suptitle, *matrix.get_yticklabels()]
    titles = [axis.label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]
    boxes = [one.get_window_extent() for one in (matrix, roc, *words, *titles)]
    legend = roc.get_legend().get_window_extent()
    return boxes if roc.bbox.fully_containsy(legend.y1) else [*boxes, legend]


@pytest.mark.parametrize("case", NAMES)
def test_no_name_lies_over_anything_or_is_cut(case):
    figure = result_figure(named(NAMES[case]), "Title")
    assert [(one, two) for one, two in combinations(boxes_of(figure), 2) if one.padded(-1).overlaps(two)] == []
    sides = np.array([axes.get_window_extent().size for axes in figure.axes]) / figure.dpi
    assert sides == pytest.approx(np.full((2, 2), sides[0, 0])) and sides[0, 0] > 3.9
    pixels = np.asarray(Image.open(io.BytesIO(draw_result(named(NAMES[case]), "Title"))).convert("L"))
    assert (np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]) == 255).all()


def test_a_small_legend_stays_in_a_corner_that_curves_leave_empty():
    _, roc = result_figure(predictions(4), "Title").axes
    legend = roc.get_legend().get_window_extent()
    assert roc.bbox.x0 + 0.25 * roc.bbox.width < legend.x0 and legend.y1 < roc.bbox.y0 + 0.35 * roc.bbox.height


def letters(texts: Iterable[Text]) -> list[str]:
    """Return each text without spaces and ends of lines."""
    return ["".join(text.get_text().split()) for text in texts]


@pytest.mark.parametrize("case", NAMES)
def test_every_name_is_drawn_letter_by_letter_with_its_area(case):
    matrix, roc = result_figure(named(NAMES[case]), "Title").axes
    rows, columns, legend = matrix.get_yticklabels(), matrix.get_xticklabels(), roc.get_legend().get_texts()
    expected = [name.replace(" ", "") for name in NAMES[case]]
    assert letters(rows) == letters(columns) == expected
    assert [re.sub(r"\(AUC=[01]\.\d{3}\)$", "", text) for text in letters(legend)] == expected
    assert not any(text.get_parse_math() for text in [*rows, *columns, *legend])


@pytest.mark.parametrize("case", ["two of 60 letters", "twenty short ones", "twelve of 60 letters"])
def test_each_name_below_the_matrix_ends_at_its_tick(case):
    matrix, _ = result_figure(named(NAMES[case]), "Title").axes
    assert {name.get_rotation_mode() + " " + name.get_ha() for name in matrix.get_xticklabels()} == {"anchor right"}


@pytest.mark.parametrize("count", [8, 9, 12, 40])
def test_no_two_curves_look_alike(count):
    curves = result_figure(predictions(count, 400), "Title").axes[1].get_legend().legend_handles
    assert len({(curve.get_color(), curve.get_linestyle()) for curve in curves}) == count


def test_a_label_without_test_pictures_has_no_curve_but_a_row(drawn):
    found = predictions(3)
    found.actual[found.actual == 2] = 0
    assert draw_result(found, "Title") != drawn


def test_an_area_below_1_is_not_written_as_1():
    # One of 3000 pictures of theme 1 is below one of another theme: an area of 1 - 1 / 9,000,000.
    actual = np.repeat([0, 1], 3000)
    probability = np.where(actual == 1, 0.9, 0.1)
    probability[[0, -1]] = 0.6, 0.5
    axes = Figure().subplots()
    draw_roc_curves(axes, actual, np.stack([1 - probability, probability], axis=1), ["a", "b"])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a (AUC = 0.999)", "b (AUC = 0.999)"]
