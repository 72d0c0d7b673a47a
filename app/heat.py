"""Heat-maps as pictures that can be laid over the picture they explain."""

import numpy as np
from PIL import Image

# From nothing over violet and orange to yellow: lightness rises, so that it reads in grey as well.
STOPS = (0.0, 0.25, 0.5, 0.75, 1.0)
COLOURS = ((40, 10, 90), (120, 28, 109), (200, 60, 70), (245, 130, 30), (252, 240, 110))
MOST_OPAQUE = 0.8


def coloured(heat: np.ndarray) -> Image.Image:
    """Return an RGBA picture, the more opaque the hotter, of heat, float [height, width] within 0..1."""
    channels = [np.interp(heat, STOPS, values) for values in zip(*COLOURS, strict=True)]
    layers = np.stack([*channels, 255 * MOST_OPAQUE * heat], axis=-1)
    return Image.fromarray(np.rint(layers).astype(np.uint8), "RGBA")
