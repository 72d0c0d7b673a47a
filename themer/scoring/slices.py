"""Accuracy on slices of the pictures: by decade, shape, size, background, and whether other sets share the name."""

from collections.abc import Iterable

import numpy as np
import pandas

from themer.base.tables import has_several
from themer.pictures.images import frame
from themer.scoring.intervals import accuracy_interval

LEAST_PICTURES = 10
BORDER_SHARE = 0.03
WHITE_FROM, PLAIN_DEVIATION = 245, 24


def decade(year: str) -> str:
    """Return "1990s" for "1998", and "unknown" for anything but four digits."""
    return f"{year[:3]}0s" if len(year) == 4 and year.isdecimal() else "unknown"


def shape(width: int, height: int) -> str:
    """Return whether a picture of a size in pixels is tall, about square or wide."""
    ratio = width / height
    return "tall (below 3:4)" if ratio < 0.75 else "wide (above 4:3)" if ratio > 4 / 3 else "about square"


def size(width: int, height: int) -> str:
    """Return the range of a picture's longer side, in pixels."""
    side = max(width, height)
    return "below 300 px" if side < 300 else "300 to 499 px" if side < 500 else "500 px and more"


def background(pixels: np.ndarray, width: int, height: int) -> str:
    """Return the kind of background of a picture: "white", "plain" or "busy".

    White and plain pictures have a border of nearly one colour. Anything else is busy, such as a scene or a box.

    Args:
        pixels: the picture padded to a square, uint8 [side, side, 3].
        width: of the picture before padding, in pixels.
        height: of the picture before padding, in pixels.
    """
    left, top, inner_width, inner_height = frame((width, height), len(pixels))
    content = pixels[top : top + inner_height, left : left + inner_width]
    edge = max(1, round(BORDER_SHARE * len(pixels)))
    border = np.concatenate(
        [part.reshape(-1, 3) for part in (content[:edge], content[-edge:], content[:, :edge], content[:, -edge:])]
    )
    colour = np.median(border, axis=0)
    # The upper quartile ignores the places where a set reaches the edge.
    deviation = np.quantile(np.abs(border - colour).max(axis=1), 0.75)
    if deviation > PLAIN_DEVIATION:
        return "busy"
    return "white" if colour.min() >= WHITE_FROM else "plain"


def namesakes(sets: pandas.DataFrame) -> list[str]:
    """Return in words whether sets of another family have the name and the year of each set.

    They may show the same thing, so a picture in the training split may give the answer away.

    Args:
        sets: name, year and family of each set, of all splits.
    """
    return ["in several families" if one else "in one family" for one in has_several(sets, ["name", "year"], "family")]


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
            "shape": [shape(width, height) for width, height in sides],
            "size": [size(width, height) for width, height in sides],
            "background": [background(square, *pair) for square, pair in zip(squares, sides, strict=True)],
        }
    )


def slice_table(
    correct: np.ndarray, families: list[str], kinds: pandas.DataFrame, confidence_level: float
) -> pandas.DataFrame:
    """Return attribute, slice, pictures, accuracy, low and high: a row for each value of each column of `kinds`.

    Args:
        correct: bool [n].
        families: the family of each picture.
        kinds: a column of text for each attribute, n rows.
        confidence_level: of `accuracy_interval`, from low to high.
    """
    rows = []
    for attribute in kinds.columns:
        for value in sorted(kinds[attribute].unique()):
            chosen = (kinds[attribute] == value).to_numpy()
            members = [family for family, is_member in zip(families, chosen, strict=True) if is_member]
            low, high = accuracy_interval(correct[chosen], members, confidence_level)
            rows.append((attribute, value, int(chosen.sum()), float(correct[chosen].mean()), low, high))
    columns = ["attribute", "slice", "pictures", "accuracy", "low", "high"]
    return pandas.DataFrame(rows, columns=columns).round(6)


def worst_slice(table: pandas.DataFrame) -> dict[str, object]:
    """Return the slice with the lowest accuracy among those of at least ten pictures; None values without any.

    At equal accuracy, it is the slice whose interval begins lower.
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
