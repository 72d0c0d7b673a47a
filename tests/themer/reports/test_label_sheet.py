from collections.abc import Iterable, Iterator

import numpy as np
import pandas
import pytest

from themer.reports.contact_sheet import Tile, draw_sheet
from themer.reports.label_sheet import MOST_TILES, draw_label_issues

SUBTITLE = "100 labels checked. Below each picture: the suggested label, then the current label."


def square_of(set_id: str) -> np.ndarray:
    """Return a picture in a colour of its own."""
    return np.full((8, 8, 3), (10 * int(set_id[:-2]) % 256, 0, 100), np.uint8)


def read_squares(set_ids: Iterable[str]) -> Iterator[np.ndarray]:
    yield from map(square_of, set_ids)


def issues(count: int) -> pandas.DataFrame:
    """Return a table of label issues, as text."""
    rows = {"set_id": [f"{number}-1" for number in range(count)], "label": "City", "suggested": "Duplo"}
    return pandas.DataFrame(rows | {"label_probability": "0.1", "suggested_probability": "0.75"})


@pytest.mark.parametrize(
    ("count", "title"),
    [
        (0, "No label looks wrong"),
        (1, "1 label looks wrong"),
        (2, "2 labels look wrong"),
        (30, "30 labels look wrong: the 24 most suspicious"),
    ],
)
def test_the_sheet_shows_the_most_suspicious_labels_under_a_title(count, title):
    shown = [f"{number}-1" for number in range(min(count, MOST_TILES))]
    tiles = [Tile(square_of(set_id), set_id, "City", "Duplo", 0.1, 0.75) for set_id in shown]
    subtitle = SUBTITLE if count else "Held-out predictions contradict none of the 100 labels."
    assert draw_label_issues(issues(count), 100, read_squares) == draw_sheet(title, subtitle, tiles)


def test_without_cross_validation_the_sheet_says_that_nothing_was_checked():
    expected = draw_sheet("No label was checked", "Cross-validation was skipped.", [])
    assert draw_label_issues(issues(0), 0, read_squares) == expected
