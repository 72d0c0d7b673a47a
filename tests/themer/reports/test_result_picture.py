import io

import numpy as np
import pytest
from PIL import Image

from themer.reports.result_picture import Result, draw_results
from themer.scoring.prediction_table import Answers


def answers(classes: int, pictures: int = 60) -> Answers:
    """Return answers that favour the actual themes."""
    chance = np.random.default_rng(classes)
    actual = chance.integers(0, classes, pictures)
    scores = chance.random((pictures, classes)) + np.eye(classes)[actual]
    probabilities = (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)
    labels = [f"Theme {index}" for index in range(classes)]
    return Answers([str(index) for index in range(pictures)], actual, probabilities, np.ones(pictures, bool), labels)


def size(drawn: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(drawn)).size


@pytest.mark.parametrize("classes", [2, 4, 40])
def test_it_is_a_picture_of_the_same_bytes_each_time(classes):
    drawn = draw_results([Result("Title", answers(classes))])
    assert drawn == draw_results([Result("Title", answers(classes))])
    assert size(drawn)[0] >= 1600


def test_each_result_has_a_row():
    one, two = (draw_results([Result("Title", answers(3))] * count) for count in (1, 2))
    assert size(two) == (size(one)[0], 2 * size(one)[1])


def test_the_title_and_the_second_result_show():
    first, other = Result("Title", answers(3)), Result("Another", answers(3))
    pictures = [draw_results(rows) for rows in ([first, first], [first, other], [other, first])]
    assert len(set(pictures)) == 3


def test_a_theme_without_test_pictures_has_no_curve_but_a_row():
    found = answers(3)
    found.actual[found.actual == 2] = 0
    assert draw_results([Result("Title", found)]) != draw_results([Result("Title", answers(3))])
