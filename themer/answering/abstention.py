"""What the model says where it names no label: a theme above it, or none of these themes.

Labels may be paths in the tree of themes, such as "Star Wars / Episode I". A label without " / " has no theme above it:
a root theme, or a group such as "Technic/Bionicle".
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from themer.base.theme_paths import SEPARATOR, ancestors, lies_within

BOUNDARY_NAME = "boundary.npy"
# "other" is a theme that the model knows no label for, "none" that it is not sure.
Level = Literal["label", "ancestor", "other", "none"]


@dataclass(frozen=True)
class Choice:
    """A theme and its probability; or no theme, and the probability of the best label, when the model abstains."""

    theme: str | None
    confidence: float
    level: Level


@dataclass(frozen=True)
class Boundary:
    """The boundary between the themes that the model knows and all others: a logistic regression.

    `weights` is float32 [width + 1], for features of length 1 and, last, the bias. An empty boundary knows no other
    themes: every picture shows one of the labels.
    """

    weights: np.ndarray

    @classmethod
    def read(cls, directory: Path) -> "Boundary":
        """Read the boundary of an index; OSError or ValueError if there is none."""
        return cls(np.load(directory / BOUNDARY_NAME))

    def write(self, directory: Path) -> None:
        """Write the boundary into the folder of an index."""
        np.save(directory / BOUNDARY_NAME, self.weights)

    def probability(self, features: np.ndarray) -> np.ndarray:
        """Return the probability that pictures show one of the labels' themes, float32 [n], from [n, width]."""
        if not len(self.weights):
            return np.ones(len(features), np.float32)
        logits = features @ self.weights[:-1] + self.weights[-1]
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))), np.float32)


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
