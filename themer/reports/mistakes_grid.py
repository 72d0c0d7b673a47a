"""Draw predictions as a grid: a row for each actual theme, a column for each predicted theme, pictures in the cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from themer.reports.contact_sheet import (
    CARD,
    CORRECT,
    INK,
    MARGIN,
    MUTED,
    OUTLINE,
    PAPER,
    WRONG,
    ReadSquares,
    fitted,
    font,
    png,
)
from themer.scoring.prediction_table import Predictions

MOST_THEMES, COLUMNS = 6, 2
PICTURE, CAPTION, GAP = 116, 20, 8
CELL_WIDTH, COUNT_HEIGHT = COLUMNS * (PICTURE + GAP) + GAP, 34
SIDE_WIDTH, TITLE_HEIGHT, NAMES_HEIGHT = 150, 84, 34


@dataclass(frozen=True)
class Cell:
    """The pictures of one actual and one predicted theme: their number, and the positions of those to show."""

    count: int
    shown: list[int]


@dataclass(frozen=True)
class Grid:
    """The themes of the rows and columns, and the cells by (actual, predicted); themes are indices of labels."""

    themes: list[int]
    cells: Mapping[tuple[int, int], Cell]

    @property
    def shown(self) -> set[int]:
        """The positions of all pictures in the grid."""
        return {position for cell in self.cells.values() for position in cell.shown}


def draw_mistakes(predictions: Predictions, most: int, read_squares: ReadSquares) -> bytes:
    """Return a PNG of the grid: the most confident mistakes, and the least confident correct predictions.

    Args:
        predictions: for the test pictures.
        most: the number of pictures to show in a cell, at most.
        read_squares: yields the pictures of sets.
    """
    grid = grid_of(predictions, most)
    positions = sorted(grid.shown)
    squares = read_squares([predictions.ids[position] for position in positions])
    pictures = dict(zip(positions, squares, strict=True))
    mistakes, count = int(np.sum(~predictions.correct)), len(predictions.ids)
    title = f"{mistakes:,} of {count:,} test pictures misclassified" if mistakes else "No mistakes"
    is_selection = len(grid.themes) < len(predictions.labels)
    themes = f"The {len(grid.themes)} most confused themes. " if is_selection else ""
    subtitle = f"{themes}Most confident mistakes, least confident correct predictions, each with its confidence."
    return draw_grid(grid, predictions, pictures, title, subtitle)


def grid_of(predictions: Predictions, most: int) -> Grid:
    """Return the grid of the six most confused themes, with at most `most` pictures to show in a cell.

    The most confident mistakes are first, and the least confident correct predictions.
    """
    themes, confidence = confused_themes(predictions), predictions.probabilities.max(axis=1)
    cells = {}
    for actual in themes:
        for predicted in themes:
            members = np.flatnonzero((predictions.actual == actual) & (predictions.predicted == predicted))
            sign = 1 if actual == predicted else -1
            ranked = members[np.argsort(sign * confidence[members], kind="stable")]
            cells[actual, predicted] = Cell(len(members), [int(position) for position in ranked[:most]])
    return Grid(themes, cells)


def confused_themes(predictions: Predictions) -> list[int]:
    """Return the six themes with the most mistakes, as actual or predicted theme, in the order of the labels.

    Among themes with as many mistakes, those with more pictures are chosen.
    """
    wrong = ~predictions.correct
    label_count = len(predictions.labels)
    involved = np.concatenate([predictions.actual[wrong], predictions.predicted[wrong]])
    mistakes = np.bincount(involved, minlength=label_count)
    support = np.bincount(predictions.actual, minlength=label_count)
    # lexsort sorts by the last key first.
    order = np.lexsort((np.arange(label_count), -support, -mistakes))
    return sorted(int(index) for index in order[:MOST_THEMES])


def draw_grid(
    grid: Grid, predictions: Predictions, pictures: Mapping[int, np.ndarray], title: str, subtitle: str
) -> bytes:
    """Return the grid as PNG; `pictures` holds the pictures to show, uint8 [side, side, 3], by position."""
    heights = [row_height([grid.cells[actual, predicted] for predicted in grid.themes]) for actual in grid.themes]
    width = 2 * MARGIN + SIDE_WIDTH + len(grid.themes) * (CELL_WIDTH + GAP) - GAP
    height = 2 * MARGIN + TITLE_HEIGHT + NAMES_HEIGHT + sum(heights) + GAP * (len(heights) - 1)
    sheet = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, MARGIN), title, INK, font(28))
    draw.text((MARGIN, MARGIN + 40), fitted(subtitle, 16, width - 2 * MARGIN), MUTED, font(16))
    draw_names(draw, [predictions.labels[index] for index in grid.themes])
    top = MARGIN + TITLE_HEIGHT + NAMES_HEIGHT
    for actual, row in zip(grid.themes, heights, strict=True):
        draw.text((MARGIN, top + 8), fitted(predictions.labels[actual], 16, SIDE_WIDTH - GAP), INK, font(16))
        for column, predicted in enumerate(grid.themes):
            left = MARGIN + SIDE_WIDTH + column * (CELL_WIDTH + GAP)
            box = (left, top, left + CELL_WIDTH - 1, top + row - 1)
            draw_cell(sheet, box, grid.cells[actual, predicted], predictions, pictures)
        top += row + GAP
    return png(sheet)


def row_height(cells: Sequence[Cell]) -> int:
    """Return the height of a row of the grid in pixels."""
    lines = max(-(-len(cell.shown) // COLUMNS) for cell in cells)
    return COUNT_HEIGHT + lines * (PICTURE + CAPTION) + (GAP if lines else 0)


def draw_names(draw: ImageDraw.ImageDraw, names: Sequence[str]) -> None:
    """Draw the names of the columns, and what rows and columns stand for."""
    top = MARGIN + TITLE_HEIGHT
    draw.text((MARGIN, top), "actual / predicted", MUTED, font(14))
    for column, name in enumerate(names):
        left = MARGIN + SIDE_WIDTH + column * (CELL_WIDTH + GAP)
        draw.text((left, top - 2), fitted(name, 16, CELL_WIDTH), INK, font(16))


def draw_cell(
    sheet: Image.Image,
    box: tuple[int, int, int, int],
    cell: Cell,
    predictions: Predictions,
    pictures: Mapping[int, np.ndarray],
) -> None:
    """Draw one cell: its number of pictures, and some of them."""
    draw = ImageDraw.Draw(sheet)
    left, top, _, _ = box
    draw.rounded_rectangle(box, radius=8, fill=CARD if cell.count else PAPER, outline=OUTLINE)
    if not cell.count:
        return
    correct = predictions.correct[cell.shown[0]] if cell.shown else True
    words = f"{cell.count:,} correct" if correct else f"{cell.count:,} misclassified"
    draw.text((left + GAP, top + GAP), words, CORRECT if correct else WRONG, font(16))
    for index, position in enumerate(cell.shown):
        line, column = divmod(index, COLUMNS)
        x = left + GAP + column * (PICTURE + GAP)
        y = top + COUNT_HEIGHT + line * (PICTURE + CAPTION)
        draw_picture(sheet, (x, y), predictions, position, pictures[position])


def draw_picture(
    sheet: Image.Image, corner: tuple[int, int], predictions: Predictions, position: int, pixels: np.ndarray
) -> None:
    """Draw a picture, with its set and the model's confidence below."""
    draw, (x, y) = ImageDraw.Draw(sheet), corner
    sheet.paste(Image.fromarray(pixels).resize((PICTURE, PICTURE), Image.Resampling.LANCZOS), corner)
    share = f"{predictions.probabilities[position].max():.0%}"
    room = PICTURE - font(14).getlength(share) - 6
    draw.text((x, y + PICTURE + 3), fitted(predictions.ids[position], 14, room), MUTED, font(14))
    draw.text((x + PICTURE, y + PICTURE + 3), share, INK, font(14), anchor="ra")
