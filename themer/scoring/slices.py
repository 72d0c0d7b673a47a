"""How well pictures of one kind are answered: by decade, shape, size and background."""

from collections.abc import Iterable

import numpy as np
import pandas

from themer.pictures.images import frame
from themer.scoring.intervals import accuracy_interval

LEAST_PICTURES = 10
BORDER_SHARE = 0.03
WHITE_FROM, PLAIN_DEVIATION = 245, 24


def decade(year: str) -> str:
    """Return "1990s" for "1998"."""
    return f"{year[:3]}0s" if len(year) == 4 and year.isdecimal() else "unknown"


def shape(width: int, height: int) -> str:
    """Return whether a picture is tall, about square or wide."""
    ratio = width / height
    return "tall (below 3:4)" if ratio < 0.75 else "wide (above 4:3)" if ratio > 4 / 3 else "about square"


def size(width: int, height: int) -> str:
    """Return how large a picture is, by its longer side in pixels."""
    side = max(width, height)
    return "below 300 px" if side < 300 else "300 to 499 px" if side < 500 else "500 px and more"


def background(pixels: np.ndarray, width: int, height: int) -> str:
    """Return what is behind the set in a padded square, uint8 [side, side, 3], of a picture so wide and high.

    "white" and "plain" have a border of nearly one colour; "busy" is anything else, such as a scene or a box.
    """
    left, top, inner_width, inner_height = frame((width, height), len(pixels))
    content = pixels[top : top + inner_height, left : left + inner_width]
    edge = max(1, round(BORDER_SHARE * len(pixels)))
    border = np.concatenate(
        [part.reshape(-1, 3) for part in (content[:edge], content[-edge:], content[:, :edge], content[:, -edge:])]
    )
    middle = np.median(border, axis=0)
    # A set may reach the edge here and there, which must not count as a busy background.
    deviation = np.quantile(np.abs(border - middle).max(axis=1), 0.75)
    if deviation > PLAIN_DEVIATION:
        return "busy"
    return "white" if middle.min() >= WHITE_FROM else "plain"


def picture_kinds(sets: pandas.DataFrame, squares: Iterable[np.ndarray]) -> pandas.DataFrame:
    """Return decade, shape, size and background of each picture.

    Args:
        sets: year, width and height of each picture.
        squares: each picture padded to a square, uint8 [side, side, 3], one at a time.
    """
    sides = list(zip(sets["width"], sets["height"], strict=True))
    return pandas.DataFrame(
        {
            "decade": [decade(year) for year in sets["year"]],
            "shape": [shape(*one) for one in sides],
            "size": [size(*one) for one in sides],
            "background": [background(square, *one) for square, one in zip(squares, sides, strict=True)],
        }
    )


def slice_table(
    correct: np.ndarray, families: list[str], kinds: pandas.DataFrame, confidence_level: float
) -> pandas.DataFrame:
    """Return attribute, slice, pictures, accuracy, low and high, a row for each value of each column of `kinds`.

    `correct` is bool [n], and `kinds` has n rows of text. The interval is that of `scores.accuracy_interval`.
    """
    rows = []
    for attribute in kinds.columns:
        for value in sorted(kinds[attribute].unique()):
            chosen = (kinds[attribute] == value).to_numpy()
            members = [family for family, one in zip(families, chosen, strict=True) if one]
            low, high = accuracy_interval(correct[chosen], members, confidence_level)
            rows.append((attribute, value, int(chosen.sum()), float(correct[chosen].mean()), low, high))
    columns = ["attribute", "slice", "pictures", "accuracy", "low", "high"]
    return pandas.DataFrame(rows, columns=columns).round(6)


def worst_slice(table: pandas.DataFrame) -> dict[str, object]:
    """Return the slice of at least ten pictures with the lowest accuracy, of equals that with the lower interval.

    Its name is None where every slice is smaller.
    """
    large = table[table["pictures"] >= LEAST_PICTURES].sort_values(["accuracy", "low"], kind="stable")
    if large.empty:
        return {"worst_slice": None, "worst_slice_accuracy": None, "worst_slice_pictures": None}
    row = large.iloc[0]
    return {
        "worst_slice": f"{row['attribute']}: {row['slice']}",
        "worst_slice_accuracy": float(row["accuracy"]),
        "worst_slice_pictures": int(row["pictures"]),
    }
