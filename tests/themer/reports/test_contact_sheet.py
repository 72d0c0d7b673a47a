import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from themer.reports.contact_sheet import COLUMNS, RIGHT, SMALLEST_TEXT_SIZE, WRONG, Tile, draw_sheet, fitted, font

RED = np.full((224, 224, 3), (200, 0, 0), np.uint8)
MISTAKE = Tile(RED, "8684-1", "Technic", "Duplo", 0.1, 0.8)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def colours(content: bytes) -> set[str]:
    return {"#{:02x}{:02x}{:02x}".format(*pixel) for _, pixel in opened(content).getcolors(1 << 24)}


def test_same_tiles_give_the_same_bytes():
    assert draw_sheet("Title", "Subtitle", [MISTAKE] * 3) == draw_sheet("Title", "Subtitle", [MISTAKE] * 3)


def test_rows_are_added_as_needed():
    heights = [opened(draw_sheet("", "", [MISTAKE] * count)).height for count in (1, COLUMNS, COLUMNS + 1)]
    assert heights[0] == heights[1] < heights[2]


def test_pictures_are_on_the_sheet():
    assert "#c80000" in colours(draw_sheet("", "", [MISTAKE]))


def test_mistakes_and_right_answers_have_their_colours():
    right = replace(MISTAKE, predicted="Technic")
    assert WRONG in colours(draw_sheet("", "", [MISTAKE]))
    assert RIGHT not in colours(draw_sheet("", "", [MISTAKE]))
    assert RIGHT in colours(draw_sheet("", "", [right]))


def test_every_word_on_a_tile_matters():
    plain = draw_sheet("", "", [MISTAKE])
    for changes in ({"set_id": "9"}, {"actual": "City"}, {"predicted": "City"}, {"predicted_probability": 0.7}):
        assert draw_sheet("", "", [replace(MISTAKE, **changes)]) != plain


def test_text_that_fits_is_kept():
    assert fitted("Technic", 16, 500) == "Technic"


@pytest.mark.parametrize("text", ["Collectible Minifigures, Series 1 to 27", "W" * 200])
def test_text_that_is_too_long_ends_in_an_ellipsis(text):
    shortened = fitted(text, SMALLEST_TEXT_SIZE, 120)
    assert shortened.endswith("…")
    assert font(SMALLEST_TEXT_SIZE).getlength(shortened) <= 120
