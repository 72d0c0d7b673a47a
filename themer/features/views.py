"""Random views of pictures: augmented, or like photographs.

The same seed gives the same view, in any order and in any thread. Needs no TensorFlow.
"""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from themer.features.photo_views import BILINEAR, Colour, photo_view, recoloured

# The largest changes of an augmented view, at strength 1.
ROTATION_RADIANS = 0.4
ZOOM = 0.4
SHIFT = 0.15
BRIGHTNESS = 50.0
CONTRAST = 0.4
SATURATION = 0.6
CHANNEL_GAIN = 0.2

CENTRE = 0.8  # of each side

FIRST_EPOCH = 1_000_000  # far from the epochs of training, which have views of their own


@dataclass(frozen=True)
class Views:
    """How views are drawn.

    Args:
        seed: 0 or more.
        strength: of the augmentation, 0..1.
        photo_share: the share of photograph-like views, 0..1.
        fill: RGB of the padding, and of the area outside the picture.
    """

    seed: int
    strength: float
    photo_share: float
    fill: Colour

    def view(self, image: np.ndarray, epoch: int, index: int) -> np.ndarray:
        """Return the view of picture number `index` in an epoch; both are uint8 [size, size, 3].

        It depends on the seed, the epoch and the index alone, so any epoch can be repeated without the earlier ones.
        """
        generator = np.random.Generator(np.random.PCG64([self.seed, epoch, index]))
        if generator.random() < self.photo_share:
            return photo_view(image, generator, self.fill)
        return augmented(image, generator, self.strength, self.fill)


def augmented(image: np.ndarray, generator: np.random.Generator, strength: float, fill: Colour) -> np.ndarray:
    """Return a random view of a picture: flipped, rotated, zoomed, shifted, with other light and colours.

    Args:
        image: uint8 [size, size, 3].
        generator: of the random numbers.
        strength: 0..1; 0 returns the picture unchanged.
        fill: RGB of the area outside the picture.

    Returns:
        uint8 [size, size, 3].
    """
    if strength == 0:
        return image
    draws = generator.uniform(-strength, strength, 11).tolist()
    brightness, contrast, saturation, *gains = draws[5:]
    moved = _moved(Image.fromarray(image), draws[:5], fill)
    factors = [1 + gain * CHANNEL_GAIN for gain in gains]
    return np.asarray(recoloured(moved, saturation * SATURATION, factors, contrast * CONTRAST, brightness * BRIGHTNESS))


def centre(image: np.ndarray) -> np.ndarray:
    """Return the centre of a picture, enlarged to its size: both are uint8 [size, size, 3]."""
    picture = Image.fromarray(image)
    margin = round(picture.width * (1 - CENTRE) / 2)
    box = (margin, margin, picture.width - margin, picture.height - margin)
    return np.asarray(picture.crop(box).resize(picture.size, BILINEAR))


def _moved(picture: Image.Image, draws: list[float], fill: Colour) -> Image.Image:
    """Flip, rotate, zoom and shift a picture about its centre, by amounts given as five numbers -1..1."""
    flip, rotation, zoom, right, down = draws
    flip, angle, scale = math.copysign(1, flip), rotation * ROTATION_RADIANS, math.exp(zoom * ZOOM)
    middle, cosine, sine = picture.width / 2, scale * math.cos(angle), scale * math.sin(angle)
    # Pillow expects the inverse transform: from coordinates in the view to coordinates in the picture.
    x0 = middle - middle * flip * cosine + middle * sine + right * SHIFT * picture.width
    y0 = middle - middle * flip * sine - middle * cosine + down * SHIFT * picture.width
    transform = (flip * cosine, -sine, x0, flip * sine, cosine, y0)
    return picture.transform(picture.size, Image.Transform.AFFINE, transform, BILINEAR, fillcolor=fill)
