"""Draw the pictures whose label looks wrong."""

from typing import Any

import numpy as np
import pandas

from themer.reports.contact_sheet import ReadSquares, Tile, draw_sheet

MOST_TILES = 24


def draw_label_issues(issues: pandas.DataFrame, checked: int, read_squares: ReadSquares) -> bytes:
    """Return a PNG of the pictures with the most suspicious labels.

    Args:
        issues: the table of `scoring.label_issues`, as text.
        checked: how many labels were checked; 0 if cross-validation was skipped.
        read_squares: yields the pictures of sets.
    """
    shown = issues.head(MOST_TILES)
    title, subtitle = _words(len(issues), len(shown), checked)
    tiles = [_tile(row, square) for row, square in zip(shown.itertuples(), read_squares(shown["set_id"]), strict=True)]
    return draw_sheet(title, subtitle, tiles)


def _tile(row: Any, square: np.ndarray) -> Tile:
    """Return the tile of a row of the table with its picture."""
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
    return title, f"{checked:,} labels checked. Below each picture: the suggested label, then the current label."
