import io

import numpy as np
import pytest
from PIL import Image

from themer.result_picture import draw_result


def answers(classes: int, pictures: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Return actual themes and probabilities that favour them."""
    chance = np.random.default_rng(classes)
    actual = chance.integers(0, classes, pictures)
    scores = chance.random((pictures, classes)) + np.eye(classes)[actual]
    return actual, scores / scores.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("classes", [2, 4, 40])
def test_it_is_a_picture_of_the_same_bytes_each_time(classes):
    names = [f"Theme {index}" for index in range(classes)]
    drawn = draw_result("Title", *answers(classes), names)
    assert drawn == draw_result("Title", *answers(classes), names)
    assert Image.open(io.BytesIO(drawn)).width >= 1600


def test_a_theme_without_test_pictures_has_no_curve_but_a_row():
    actual, probabilities = answers(3)
    actual[actual == 2] = 0
    assert draw_result("Title", actual, probabilities, ["A", "B", "C"]) != draw_result(
        "Title", *answers(3), ["A", "B", "C"]
    )
