import io

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image, ImageColor

from themer.reports.result_picture import MANY_COLOURS, draw_result, draw_roc_curves
from themer.scoring.prediction_table import Predictions


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
