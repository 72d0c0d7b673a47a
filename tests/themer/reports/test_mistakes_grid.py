import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image

from themer.reports.contact_sheet import MARGIN
from themer.reports.mistakes_grid import (
    CELL_WIDTH,
    COUNT_HEIGHT,
    GAP,
    NAMES_HEIGHT,
    PICTURE,
    SIDE_WIDTH,
    TITLE_HEIGHT,
    Grid,
    confused_themes,
    draw_grid,
    draw_mistakes,
    grid_of,
    row_height,
)
from themer.scoring.prediction_table import Predictions

LABELS = [f"Theme {letter}" for letter in "ABCDEFGHIJ"]


def predictions(*rows: tuple[int, int, float], label_count: int = 3) -> Predictions:
    """Return predictions from rows of actual label, predicted label and its probability."""
    actual, predicted, confidence = (np.array(column) for column in zip(*rows, strict=True))
    probabilities = np.repeat(((1 - confidence) / (label_count - 1))[:, np.newaxis], label_count, axis=1)
    probabilities[np.arange(len(rows)), predicted] = confidence
    ids = [f"{position}-1" for position in range(len(rows))]
    return Predictions(ids, actual, probabilities.astype(np.float32), LABELS[:label_count])


MIXED = predictions((0, 1, 0.6), (0, 1, 0.9), (0, 0, 0.9), (0, 0, 0.5), (0, 1, 0.8), (2, 2, 0.7))


def test_the_most_confident_mistakes_and_the_least_confident_correct_predictions_are_first():
    grid = grid_of(MIXED, most=2)
    assert grid.cells[0, 1].shown == [1, 4] and grid.cells[0, 1].count == 3
    assert grid.cells[0, 0].shown == [3, 2]
    assert grid.cells[2, 2].shown == [5]
    assert grid.cells[1, 0].count == 0 and grid.cells[1, 0].shown == []
    assert grid.shown == {1, 2, 3, 4, 5}


def test_of_equally_confident_predictions_the_first_is_shown():
    assert grid_of(predictions((0, 1, 0.8), (0, 1, 0.8), (0, 1, 0.8)), most=2).cells[0, 1].shown == [0, 1]


def test_the_six_most_confused_themes_are_shown_in_order():
    # Theme 9 is only predicted by mistake; 0 and 1 have only correct predictions.
    rows = [(theme, 9, 0.8) for theme in range(2, 7) for _ in range(theme)] + [(0, 0, 0.9)] * 50 + [(1, 1, 0.9)] * 50
    assert confused_themes(predictions(*rows, label_count=10)) == [2, 3, 4, 5, 6, 9]


def test_among_themes_without_mistakes_the_largest_are_shown():
    rows = [(theme, theme, 0.9) for theme in range(8) for _ in range(theme + 1)]
    assert confused_themes(predictions(*rows, label_count=8)) == [2, 3, 4, 5, 6, 7]


@examples(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.floats(0.5, 1)), min_size=1, max_size=40),
    st.integers(1, 20),
)
def test_the_cells_count_every_picture_of_the_themes_shown(rows, most):
    found = predictions(*rows, label_count=8)
    grid = grid_of(found, most)
    assert len(grid.themes) == 6 and grid.themes == sorted(grid.themes)
    within = np.isin(found.actual, grid.themes) & np.isin(found.predicted, grid.themes)
    assert sum(cell.count for cell in grid.cells.values()) == within.sum()
    for (actual, predicted), cell in grid.cells.items():
        assert len(cell.shown) == min(most, cell.count)
        assert all(found.actual[one] == actual and found.predicted[one] == predicted for one in cell.shown)


def plain(position: int) -> np.ndarray:
    """Return a picture in a colour of its own."""
    return np.full((32, 32, 3), (10 * position, 200 - 10 * position, 100), np.uint8)


def drawn(found: Predictions, most: int) -> tuple[Grid, Image.Image]:
    """Draw a grid with pictures of one colour each, and return both."""
    grid = grid_of(found, most)
    pictures = {position: plain(position) for position in grid.shown}
    return grid, Image.open(io.BytesIO(draw_grid(grid, found, pictures, "Title", "Subtitle")))


def place(grid: Grid, row: int, column: int, line: int = 0, place_in_line: int = 0) -> tuple[int, int]:
    """Return the middle of a picture in a cell."""
    above = [row_height([grid.cells[actual, other] for other in grid.themes]) + GAP for actual in grid.themes[:row]]
    left = MARGIN + SIDE_WIDTH + column * (CELL_WIDTH + GAP) + GAP + place_in_line * (PICTURE + GAP)
    top = MARGIN + TITLE_HEIGHT + NAMES_HEIGHT + sum(above) + COUNT_HEIGHT + line * (PICTURE + 20)
    return left + PICTURE // 2, top + PICTURE // 2


def test_every_picture_is_in_its_cell():
    grid, sheet = drawn(MIXED, most=3)
    found = {
        (0, 0, 0, 0): 3,
        (0, 0, 0, 1): 2,
        (0, 1, 0, 0): 1,
        (0, 1, 0, 1): 4,
        (0, 1, 1, 0): 0,
        (2, 2, 0, 0): 5,
    }
    for where, position in found.items():
        assert sheet.getpixel(place(grid, *where)) == tuple(plain(position)[0, 0])


def test_no_more_pictures_than_allowed_are_drawn():
    colours = {colour for _, colour in drawn(MIXED, most=1)[1].getcolors(1 << 20)}
    assert {position for position in range(6) if tuple(plain(position)[0, 0].tolist()) in colours} == {1, 3, 5}


@pytest.mark.parametrize("most", [1, 20])
def test_the_same_predictions_give_the_same_bytes(most):
    assert drawn(MIXED, most)[1].tobytes() == drawn(MIXED, most)[1].tobytes()
    grid = grid_of(MIXED, most)
    pictures = {position: plain(position) for position in grid.shown}
    assert len({draw_grid(grid, MIXED, pictures, "Title", "Subtitle") for _ in range(2)}) == 1


@pytest.mark.parametrize(
    ("predicted", "title"),
    [(1, "1 of 2 test pictures misclassified"), (0, "No mistakes")],
)
def test_the_title_counts_the_mistakes(predicted, title):
    found = predictions((0, 0, 0.9), (0, predicted, 0.8))
    pictures = {position: plain(position) for position in (0, 1)}
    subtitle = "Most confident mistakes, least confident correct predictions, each with its confidence."
    grid = grid_of(found, 1)
    expected = draw_grid(grid, found, {position: pictures[position] for position in grid.shown}, title, subtitle)
    read_squares = lambda set_ids: (pictures[int(set_id.removesuffix("-1"))] for set_id in set_ids)  # noqa: E731
    assert draw_mistakes(found, 1, read_squares) == expected


def test_the_subtitle_says_that_only_some_themes_are_shown():
    found = predictions((0, 1, 0.9), label_count=7)
    subtitle = "The 6 most confused themes. Most confident mistakes, least confident correct predictions, "
    expected = draw_grid(
        grid_of(found, 1),
        found,
        {0: plain(0)},
        "1 of 1 test pictures misclassified",
        f"{subtitle}each with its confidence.",
    )
    assert draw_mistakes(found, 1, lambda set_ids: (plain(0) for _ in set_ids)) == expected


def test_the_sheet_grows_with_the_themes_and_the_pictures():
    rows = [(0, 1, 0.8)] * 9
    (_, small), (_, high) = drawn(predictions(*rows), most=2), drawn(predictions(*rows), most=8)
    (_, wide) = drawn(predictions(*rows, label_count=10), most=2)
    assert high.height == small.height + 3 * (PICTURE + 20) and high.width == small.width
    assert wide.width == small.width + 3 * (CELL_WIDTH + GAP)


def test_long_names_and_single_themes_are_drawn():
    found = predictions((0, 0, 1.0), (0, 0, 1.0), label_count=2)
    named = Predictions(found.ids, found.actual, found.probabilities, ["A very long name of a theme " * 9, "B"])
    assert drawn(named, most=2)[1].width == drawn(found, most=2)[1].width
