"""The sheet of pictures whose label looks wrong."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas

from themer.reports.contact_sheet import Tile, draw_sheet

MOST_TILES = 24

ReadSquares = Callable[[Iterable[str]], Iterator[np.ndarray]]


def draw_label_issues(issues: pandas.DataFrame, checked: int, read_squares: ReadSquares) -> bytes:
    """Return a PNG of the most suspicious labels with their pictures.

    Args:
        issues: the table that `scoring.label_issues` makes, as text.
        checked: how many labels were checked; 0 if cross-validation was skipped.
        read_squares: gives the pictures of sets, uint8 [side, side, 3].
    """
    shown = issues.head(MOST_TILES)
    title, subtitle = _words(len(issues), len(shown), checked)
    tiles = [_tile(row, square) for row, square in zip(shown.itertuples(), read_squares(shown["set_id"]), strict=True)]
    return draw_sheet(title, subtitle, tiles)


def _tile(row: tuple, square: np.ndarray) -> Tile:
    """Return a row of the label issues with its picture."""
    return Tile(
        picture=square,
        set_id=row.set_id,
        label=row.label,
        suggested=row.suggested,
        label_probability=float(row.label_probability),
        suggested_probability=float(row.suggested_probability),
    )


def _words(issues: int, shown: int, checked: int) -> tuple[str, str]:
    """Return the title and the subtitle of the sheet."""
    if checked == 0:
        return "No label was checked", "Cross-validation was skipped."
    if issues == 0:
        return "No label looks wrong", f"Held-out predictions contradict none of the {checked:,} labels."
    counted = "1 label looks wrong" if issues == 1 else f"{issues:,} labels look wrong"
    title = counted if shown == issues else f"{counted}: the {shown} most suspicious"
    return title, f"Out of {checked:,} pictures. The suggested label above, the present label below."
