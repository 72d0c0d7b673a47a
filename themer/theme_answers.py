"""Answers that step back: a theme if it is probable enough, else one above it in the tree, else "not sure".

Labels are paths such as "Star Wars / Episode I". One without " / ", a root theme or a group such as
"Technic/Bionicle", has nothing above it.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from themer.theme_paths import SEPARATOR, ancestors, lies_within

Level = Literal["label", "ancestor", "none"]
LEVELS: tuple[Level, ...] = ("label", "ancestor", "none")


@dataclass(frozen=True)
class Answer:
    """A theme and its probability; no theme, and the probability of the best label, for "not sure"."""

    theme: str | None
    confidence: float
    level: Level


def answer(probabilities_of_one: np.ndarray, labels: list[str], threshold: float) -> Answer:
    """Return the answer for one picture, whose probabilities are float [classes]; see `answers`."""
    return answers(probabilities_of_one[np.newaxis], labels, threshold)[0]


def answers(probabilities: np.ndarray, labels: list[str], threshold: float) -> list[Answer]:
    """Return an answer for each row of float [n, classes], of at least the probability `threshold`.

    The most probable label; where it falls short, the deepest theme above any label whose labels' probabilities add up
    to enough, the most probable of equally deep ones; where that does as well, none.
    """
    best, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1).astype(np.float64)
    found = [Answer(labels[index], float(value), "label") for index, value in zip(best, confidence, strict=True)]
    unsure = np.flatnonzero(confidence < threshold)
    if not unsure.size:
        return found
    above = ancestors(labels)
    chosen, sums = _deepest(_sums_below(probabilities[unsure], labels, above), above, threshold)
    for row, index, value in zip(unsure, chosen, sums, strict=True):
        found[row] = (
            Answer(None, found[row].confidence, "none") if index < 0 else Answer(above[index], float(value), "ancestor")
        )
    return found


def summary(actual: np.ndarray, given: list[Answer], labels: list[str]) -> dict[str, float | None]:
    """Return the share of answers at each level, and of those with a theme the share that is right, None of none.

    `actual` is int [n], n at least 1. A theme above the labels is right if the actual label is or lies below it.
    """
    count = Counter(one.level for one in given)
    right = Counter(one.level for one, index in zip(given, actual, strict=True) if is_right(one, labels[index]))
    shares: dict[str, float | None] = {f"{level}_share": count[level] / len(given) for level in LEVELS}
    accuracies = {
        f"{level}_accuracy": right[level] / count[level] if count[level] else None for level in ("label", "ancestor")
    }
    return shares | accuracies


def is_right(given: Answer, actual: str) -> bool:
    """Tell whether an answer is the actual label or, if it stepped back, is above it."""
    if given.theme is None:
        return False
    return given.theme == actual or (given.level == "ancestor" and lies_within(actual, given.theme))


def _sums_below(probabilities: np.ndarray, labels: list[str], above: list[str]) -> np.ndarray:
    """Return float64 [n, themes above]: the sum of the probabilities of the labels that each includes."""
    sums = np.zeros((len(probabilities), len(above)))
    for column, theme in enumerate(above):
        members = [index for index, label in enumerate(labels) if lies_within(label, theme)]
        sums[:, column] = probabilities[:, members].sum(axis=1, dtype=np.float64)
    return sums


def _deepest(sums: np.ndarray, above: list[str], threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row the column of the deepest theme that has enough, -1 if none has, and its sum."""
    if not above:
        return np.full(len(sums), -1), np.zeros(len(sums))
    depths = np.array([theme.count(SEPARATOR) for theme in above])
    # A sum is about 1 at most, so that depth counts first.
    preference = np.where(sums >= threshold, 2 * depths + sums, -1)
    chosen, rows = preference.argmax(axis=1), np.arange(len(sums))
    return np.where(preference[rows, chosen] < 0, -1, chosen), sums[rows, chosen]
