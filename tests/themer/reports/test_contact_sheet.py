import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from themer.reports.contact_sheet import COLUMNS, SMALLEST_TEXT_SIZE, WRONG, Tile, draw_sheet, fitted, font

RED = np.full((224, 224, 3), (200, 0, 0), np.uint8)
TILE = Tile(RED, "8684-1", "Technic", "Duplo", 0.1, 0.8)
CHANGES = [
    {"set_id": "9"},
    {"label": "City"},
    {"suggested": "City"},
    {"label_probability": 0.2},
    {"suggested_probability": 0.7},
]


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def colours(content: bytes) -> set[str]:
    return {"#{:02x}{:02x}{:02x}".format(*pixel) for _, pixel in opened(content).getcolors(1 << 24)}


@pytest.fixture(scope="module")
def sheet() -> bytes:
    """A sheet with one tile."""
    return draw_sheet("", "", [TILE])


def test_the_same_tiles_give_the_same_bytes(sheet):
    assert draw_sheet("", "", [TILE]) == sheet


def test_tiles_fill_as_many_rows_as_they_need(sheet):
    heights = [opened(sheet).height, *(opened(draw_sheet("", "", [TILE] * n)).height for n in (COLUMNS, COLUMNS + 1))]
    assert heights[0] == heights[1] < heights[2]


def test_an_empty_sheet_has_only_a_title(sheet):
    assert opened(draw_sheet("Title", "", [])).height < opened(sheet).height
    assert draw_sheet("Title", "", []) != draw_sheet("", "Title", [])


def test_pictures_are_on_the_sheet(sheet):
    assert "#c80000" in colours(sheet)


def test_the_suggested_label_has_its_colour(sheet):
    assert WRONG in colours(sheet) and WRONG not in colours(draw_sheet("", "", []))


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_every_value_of_a_tile_is_drawn(sheet, change):
    assert draw_sheet("", "", [replace(TILE, **change)]) != sheet


def test_text_that_fits_is_kept():
    assert fitted("Technic", 16, 500) == "Technic"


@pytest.mark.parametrize("text", ["Collectible Minifigures, Series 1 to 27", "W" * 200])
def test_text_that_is_too_long_ends_in_an_ellipsis(text):
    shortened = fitted(text, SMALLEST_TEXT_SIZE, 120)
    assert shortened.endswith("…")
    assert font(SMALLEST_TEXT_SIZE).getlength(shortened) <= 120
