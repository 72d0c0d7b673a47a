"""What the model says where it names no label: a theme above it, or none of these themes.

Labels may be paths in the tree of themes, such as "Star Wars / Episode I". A label without " / " has no theme above it:
a root theme, or a group such as "Technic/Bionicle".
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from themer.base.arrays import read_array
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
    """The boundary between the themes that the model knows and all others: a linear classifier of both.

    `weights` is float32 [classes, width + 1], for the roots of block features and, last, the bias. The first
    `label_count` classes are the model's labels, the others are other themes. Without any class, every picture shows a
    label.
    """

    weights: np.ndarray
    label_count: int

    @classmethod
    def none(cls) -> "Boundary":
        """Return the boundary that knows no other themes."""
        return cls(np.empty((0, 0), np.float32), 0)

    @classmethod
    def read(cls, directory: Path, label_count: int) -> "Boundary":
        """Read the boundary of an index; OSError or ValueError if there is none."""
        return cls(read_array(directory / BOUNDARY_NAME), label_count)

    def write(self, directory: Path) -> None:
        """Write the boundary into the folder of an index."""
        np.save(directory / BOUNDARY_NAME, self.weights)

    def suits(self, width: int) -> bool:
        """Return whether it is one for features of this width."""
        if self.weights.ndim != 2:
            return False
        classes, columns = self.weights.shape
        return bool(classes == 0 or (classes >= self.label_count and columns == width + 1))

    def probability(self, features: np.ndarray) -> np.ndarray:
        """Return the probability that pictures show one of the labels' themes, float32 [n], from [n, width]."""
        return self.share(self.logits(features)) if len(self.weights) else np.ones(len(features), np.float32)

    def logits(self, features: np.ndarray) -> np.ndarray:
        """Return the logits of all classes, float32 [n, classes], from block features float32 [n, width]."""
        return np.asarray(rooted(features) @ self.weights[:, :-1].T + self.weights[:, -1])

    def share(self, logits: np.ndarray) -> np.ndarray:
        """Return the labels' part of the probability, float32 [n], from logits float32 [n, classes]."""
        # Without the subtraction, large logits would overflow.
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(shares[:, : self.label_count].sum(axis=1) / shares.sum(axis=1), np.float32)


def rooted(features: np.ndarray) -> np.ndarray:
    """Return the square root of each feature, with its sign: a few large features then count less."""
    return np.asarray(np.sign(features) * np.sqrt(np.abs(features)))


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
