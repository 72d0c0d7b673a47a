"""Where in a picture a theme is seen."""

from collections.abc import Callable

import numpy as np
from PIL import Image

PATCHES = 7
LEAST_PROBABILITY = float(np.finfo(np.float32).tiny)


def class_activation(class_maps: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return what each place adds to a theme that several labels may make up, float32 [height, width].

    For one label this is Zhou et al. 2016, https://arxiv.org/abs/1512.04150, which equals Grad-CAM here.

    Args:
        class_maps: float32 [height, width, classes].
        shares: float [classes], how much each label counts; they add up to 1.
    """
    return np.asarray(class_maps @ shares.astype(np.float32))


def occlusion(
    pixels: np.ndarray, probabilities_of: Callable[[np.ndarray], np.ndarray], members: np.ndarray, fill: np.ndarray
) -> np.ndarray:
    """Return how far the log-odds of a theme fall when each of 7 x 7 patches is painted over, float32 [7, 7].

    For networks of any kind: Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901, section 4.2. Log-odds rather
    than probabilities, which hardly fall from 1; and the colour of the padding, so that what is painted over is gone
    rather than replaced by a grey thing.

    Args:
        pixels: uint8 [size, size, 3].
        probabilities_of: gives float32 [n, classes] for pixels [n, size, size, 3].
        members: bool [classes], the labels that make up the theme.
        fill: uint8 [3].
    """
    edges = np.linspace(0, len(pixels), PATCHES + 1).round().astype(int)
    covered = np.repeat(pixels[np.newaxis], PATCHES * PATCHES + 1, axis=0)
    for row in range(PATCHES):
        for column in range(PATCHES):
            patch = covered[1 + row * PATCHES + column]
            patch[edges[row] : edges[row + 1], edges[column] : edges[column + 1]] = fill
    odds = _log_odds(probabilities_of(covered), members)
    return np.asarray(odds[0] - odds[1:]).reshape(PATCHES, PATCHES)


def scaled(values: np.ndarray, size: int) -> np.ndarray:
    """Return values, float32 [height, width], as a heat-map: float32 [size, size], 0 where they are negative, to 1."""
    smooth = Image.fromarray(np.maximum(values, 0).astype(np.float32)).resize((size, size), Image.Resampling.BILINEAR)
    heat = np.asarray(smooth, np.float32)
    return np.asarray(heat / max(float(heat.max()), LEAST_PROBABILITY), np.float32)


def _log_odds(probabilities: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Return ln(p / (1 - p)) of the sum p of some labels' probabilities, float32 [n], from float32 [n, classes]."""
    some, others = (np.maximum(probabilities[:, one].sum(axis=1), LEAST_PROBABILITY) for one in (members, ~members))
    return np.asarray(np.log(some) - np.log(others))
