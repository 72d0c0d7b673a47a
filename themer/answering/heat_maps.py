"""Heat-maps: which places in a picture speak for a theme."""

from collections.abc import Callable

import numpy as np
from PIL import Image

PATCHES = 7
LEAST_PROBABILITY = float(np.finfo(np.float32).tiny)


def class_activation(class_maps: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return how much more each place adds to a theme than to the mean label, float32 [height, width].

    A theme may include several labels. For a single label, the first term is the class activation map of Zhou et al.
    2016, https://arxiv.org/abs/1512.04150; here it equals Grad-CAM. What a place adds to all labels decides nothing, so
    it is subtracted. As the maps include the bias, some place always speaks for the most probable label.

    Args:
        class_maps: float32 [height, width, labels].
        shares: float [labels], the weight of each label; they add up to 1.
    """
    return np.asarray(class_maps @ shares.astype(np.float32) - class_maps.mean(axis=-1))


def occlusion(
    pixels: np.ndarray, probabilities_of: Callable[[np.ndarray], np.ndarray], members: np.ndarray, fill: np.ndarray
) -> np.ndarray:
    """Return how far the log-odds of a theme fall when one of 7 x 7 patches is covered, float32 [7, 7].

    This works for any network: Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901, section 4.2. It compares
    log-odds because a probability near 1 hardly falls. It covers patches with the padding colour, which removes their
    content; grey would add an object.

    Args:
        pixels: uint8 [size, size, 3].
        probabilities_of: returns float32 [n, labels] for pixels [n, size, size, 3].
        members: bool [labels], whether the theme includes each label.
        fill: uint8 [3], the padding colour.
    """
    edges = np.linspace(0, len(pixels), PATCHES + 1).round().astype(int)
    # The first copy stays uncovered, to compare the others with.
    covered = np.repeat(pixels[np.newaxis], PATCHES * PATCHES + 1, axis=0)
    for row in range(PATCHES):
        for column in range(PATCHES):
            patch = covered[1 + row * PATCHES + column]
            patch[edges[row] : edges[row + 1], edges[column] : edges[column + 1]] = fill
    odds = _log_odds(probabilities_of(covered), members)
    return np.asarray(odds[0] - odds[1:]).reshape(PATCHES, PATCHES)


def scaled(values: np.ndarray, size: int) -> np.ndarray:
    """Return a heat-map, float32 [size, size] from 0 to 1, of values, float32 [height, width]; negative ones give 0."""
    smooth = Image.fromarray(np.maximum(values, 0).astype(np.float32)).resize((size, size), Image.Resampling.BILINEAR)
    heat = np.asarray(smooth, np.float32)
    return np.asarray(heat / max(float(heat.max()), LEAST_PROBABILITY), np.float32)


def _log_odds(probabilities: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Return ln(p / (1 - p)), float32 [n], where p is the sum of the members' probabilities, float32 [n, labels]."""
    sums = (probabilities[:, chosen].sum(axis=1) for chosen in (members, ~members))
    inside, outside = (np.maximum(total, LEAST_PROBABILITY) for total in sums)
    return np.asarray(np.log(inside) - np.log(outside))
