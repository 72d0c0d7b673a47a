"""Step back if the best label is too uncertain: predict a theme above it, or abstain.

Labels may be paths in the tree of themes, such as "Star Wars / Episode I". A label without " / " has no theme above it:
a root theme, or a group such as "Technic/Bionicle".
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from themer.base.theme_paths import SEPARATOR, ancestors, lies_within

# "other" is a theme that the model knows no label for, "none" that it is not sure.
Level = Literal["label", "ancestor", "other", "none"]


@dataclass(frozen=True)
class Choice:
    """A theme and its probability; or no theme, and the probability of the best label, when the model abstains."""

    theme: str | None
    confidence: float
    level: Level


def step_back(probabilities: np.ndarray, labels: list[str], threshold: float) -> Choice:
    """Return the most specific theme that reaches the threshold.

    This is the most probable label, if its probability reaches the threshold. Otherwise it is the deepest theme above
    any label whose labels together reach the threshold; among equally deep themes, the most probable one. If no theme
    reaches it, the model abstains.

    Args:
        probabilities: float [labels], of one picture.
        labels: the label of each column.
        threshold: 0 or more; above 1 the model always abstains.
    """
    best = int(probabilities.argmax())
    confidence = float(probabilities[best])
    if confidence >= threshold:
        return Choice(labels[best], confidence, "label")
    # A sum is about 1 at most, so depth decides first.
    sums = {theme: _sum_within(probabilities, labels, theme) for theme in ancestors(labels)}
    enough = [theme for theme, total in sums.items() if total >= threshold]
    if not enough:
        return Choice(None, confidence, "none")
    deepest = max(enough, key=lambda theme: 2 * theme.count(SEPARATOR) + sums[theme])
    return Choice(deepest, sums[deepest], "ancestor")


def _sum_within(probabilities: np.ndarray, labels: list[str], theme: str) -> float:
    """Return the sum of the probabilities of the labels that a theme includes."""
    members = [index for index, label in enumerate(labels) if lies_within(label, theme)]
    return float(probabilities[members].sum(dtype=np.float64))
