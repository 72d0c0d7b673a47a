"""The interface between a model and the code that uses it, independent of the library that runs the model."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from themer.base.model_description import Description


@dataclass(frozen=True)
class ModelOutputs:
    """What a model computes for n pictures; all arrays are float32.

    `probabilities` is [n, labels]. `features` is [n, width], rows of length 1. `class_maps` is
    [n, height, width, labels]: what each place in the picture adds to each label's logit. It is None for a network that
    does not average its features over the picture.
    """

    probabilities: np.ndarray
    features: np.ndarray
    class_maps: np.ndarray | None


class Runtime(Protocol):
    """A loaded model, its description, and the SHA-256 of the `.keras` file that it was made from."""

    description: Description
    model_sha256: str

    def run(self, pixels: np.ndarray) -> ModelOutputs:
        """Return the model's outputs for pixels 0..255 of any number type, [n, size, size, 3]."""
