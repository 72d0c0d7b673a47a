"""Heat-maps as overlays for the picture that they explain."""

import numpy as np
from PIL import Image

# From transparent through violet and orange to yellow. Lightness rises, so the scale also works in greyscale.
STOPS = (0.0, 0.25, 0.5, 0.75, 1.0)
COLOURS = ((40, 10, 90), (120, 28, 109), (200, 60, 70), (245, 130, 30), (252, 240, 110))
LARGEST_OPACITY = 0.8


def coloured(heat: np.ndarray) -> Image.Image:
    """Return heat, float [height, width] within 0..1, as an RGBA picture; the hotter, the more opaque."""
    channels = [np.interp(heat, STOPS, values) for values in zip(*COLOURS, strict=True)]
    layers = np.stack([*channels, 255 * LARGEST_OPACITY * heat], axis=-1)
    return Image.fromarray(np.rint(layers).astype(np.uint8), "RGBA")
