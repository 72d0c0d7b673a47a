"""What a model sees, whichever runs it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from themer.descriptions import Description


@dataclass(frozen=True)
class Seen:
    """What a model sees in n pictures, all float32.

    Probabilities [n, classes], features of length 1 [n, width], and what each place adds to each theme
    [n, height, width, classes], None for a network that does not average over the picture's places.
    """

    probabilities: np.ndarray
    features: np.ndarray
    class_maps: np.ndarray | None


class Runtime(Protocol):
    """A model that is ready to be asked, its description, and the SHA-256 of the classifier that it was made from."""

    description: Description
    model_sha256: str

    def see(self, pixels: np.ndarray) -> Seen:
        """Return what is seen in pixels 0..255 of any number type, [n, size, size, 3]."""
