"""The boundary between the themes that the model knows and all other themes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

BOUNDARY_NAME = "boundary.npy"


@dataclass(frozen=True)
class Boundary:
    """A logistic regression on features of length 1: float32 [width + 1], its weights and, last, its bias.

    An empty one knows no other themes: every picture shows one of the labels.
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
