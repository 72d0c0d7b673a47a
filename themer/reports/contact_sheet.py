"""Draw pictures with their labels on one sheet; also the colours, text and PNG that all sheets share."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

COLUMNS = 6
PICTURE, PADDING, GAP, MARGIN = 192, 12, 16, 32
TILE_WIDTH, TILE_HEIGHT = PICTURE + 2 * PADDING, PICTURE + 2 * PADDING + 80
TITLE_HEIGHT, MINIMUM_WIDTH = 76, 4 * (TILE_WIDTH + GAP) - GAP + 2 * MARGIN
TEXT_SIZE, SMALLEST_TEXT_SIZE = 16, 12

PAPER, CARD, OUTLINE = "#f3f4f6", "#ffffff", "#dcdfe4"
INK, MUTED, CORRECT, WRONG = "#1c2026", "#5f6773", "#006b5a", "#b02a00"

# Yields the pictures of sets by set_id, each uint8 [side, side, 3].
ReadSquares = Callable[[Iterable[str]], Iterator[np.ndarray]]


@dataclass(frozen=True)
class Tile:
    """A picture, uint8 [side, side, 3], with its present label, a suggested one, and the probability of each."""

    picture: np.ndarray
    set_id: str
    label: str
    suggested: str
    label_probability: float
    suggested_probability: float


def draw_sheet(title: str, subtitle: str, tiles: Sequence[Tile]) -> bytes:
    """Return a PNG with a title above the tiles, which fill rows of six from left to right."""
    columns = min(COLUMNS, max(1, len(tiles)))
    rows = -(-len(tiles) // COLUMNS)
    width = max(MINIMUM_WIDTH, columns * (TILE_WIDTH + GAP) - GAP + 2 * MARGIN)
    height = MARGIN + TITLE_HEIGHT + rows * (TILE_HEIGHT + GAP) - GAP + MARGIN
    sheet = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, MARGIN), title, INK, font(28))
    draw.text((MARGIN, MARGIN + 40), subtitle, MUTED, font(TEXT_SIZE))
    for index, tile in enumerate(tiles):
        row, column = divmod(index, COLUMNS)
        corner = (MARGIN + column * (TILE_WIDTH + GAP), MARGIN + TITLE_HEIGHT + row * (TILE_HEIGHT + GAP))
        draw_tile(sheet, draw, corner, tile)
    return png(sheet)


def draw_tile(sheet: Image.Image, draw: ImageDraw.ImageDraw, corner: tuple[int, int], tile: Tile) -> None:
    """Draw one tile with its top left corner at `corner`."""
    left, top = corner
    box = (left, top, left + TILE_WIDTH - 1, top + TILE_HEIGHT - 1)
    draw.rounded_rectangle(box, radius=8, fill=CARD, outline=OUTLINE)
    picture = Image.fromarray(tile.picture).resize((PICTURE, PICTURE), Image.Resampling.LANCZOS)
    sheet.paste(picture, (left + PADDING, top + PADDING))
    line = top + PADDING + PICTURE + 8
    draw_line(draw, left + PADDING, line, tile.suggested, tile.suggested_probability, WRONG)
    draw_line(draw, left + PADDING, line + 24, f"labelled {tile.label}", tile.label_probability, INK)
    draw_line(draw, left + PADDING, line + 48, f"set {tile.set_id}", None, MUTED)


def draw_line(
    draw: ImageDraw.ImageDraw, left: int, top: int, text: str, probability: float | None, colour: str
) -> None:
    """Draw text on the left, smaller or shortened if it is too long, and a probability on the right."""
    figure = "" if probability is None else f"{probability:.0%}"
    room = PICTURE - font(TEXT_SIZE).getlength(figure) - (8 if figure else 0)
    sizes = (size for size in range(TEXT_SIZE, SMALLEST_TEXT_SIZE, -1) if font(size).getlength(text) <= room)
    size = next(sizes, SMALLEST_TEXT_SIZE)
    draw.text((left, top + TEXT_SIZE), fitted(text, size, room), colour, font(size), anchor="ls")
    draw.text((left + PICTURE, top + TEXT_SIZE), figure, colour, font(TEXT_SIZE), anchor="rs")


def fitted(text: str, size: int, room: float) -> str:
    """Return the text, shortened with an ellipsis until it is no wider than `room` pixels."""
    shortened = text
    while font(size).getlength(shortened) > room and len(text) > 1:
        text = text[:-1]
        shortened = text.rstrip() + "…"
    return shortened


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return Pillow's built-in font, the same on every machine, at a size in pixels."""
    built_in = ImageFont.load_default(size)
    # Where Pillow was built without FreeType, it has only a bitmap font.
    assert isinstance(built_in, ImageFont.FreeTypeFont)
    return built_in


def png(image: Image.Image) -> bytes:
    """Return the image as PNG."""
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()
