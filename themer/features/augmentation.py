"""Augmentation: random views of pictures. The same seed gives the same view on any number of threads."""

from themer.base.quiet_tensorflow import keras, tf

# The largest changes, at strength 1.
ROTATION_RADIANS = 0.4
ZOOM = 0.4
SHIFT = 0.15
BRIGHTNESS = 50.0
CONTRAST = 0.4
SATURATION = 0.6
CHANNEL_GAIN = 0.2

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


def augmented(image: tf.Tensor, seed: tf.Tensor, strength: float, fill: tuple[int, int, int]) -> tf.Tensor:
    """Return a random view of a picture: flipped, rotated, zoomed, shifted, with other light and colours.

    Args:
        image: pixels 0..255 of any number type, [size, size, 3].
        seed: int32 [2]; the same seed gives the same view.
        strength: 0..1; 0 returns the picture unchanged.
        fill: RGB of the area outside the picture.

    Returns:
        float32 [size, size, 3], 0..255.
    """
    image = tf.cast(image, tf.float32)
    if strength == 0:
        return image
    draws = tf.unstack(tf.random.stateless_uniform([11], seed, -strength, strength))
    return tf.clip_by_value(_recoloured(_moved(image, draws[:5], fill), draws[5:]), 0, 255)


def _moved(image: tf.Tensor, draws: list[tf.Tensor], fill: tuple[int, int, int]) -> tf.Tensor:
    """Flip, rotate, zoom and shift a picture about its centre, by amounts given as five numbers -1..1."""
    flip, rotation, zoom, right, down = draws
    size, flip = image.shape[0], tf.sign(flip)
    centre, angle, scale = (size - 1) / 2, rotation * ROTATION_RADIANS, tf.exp(zoom * ZOOM)
    cosine, sine = scale * tf.cos(angle), scale * tf.sin(angle)
    # Keras expects the inverse transform: from coordinates in the view to coordinates in the picture.
    x0 = centre - centre * flip * cosine + centre * sine + right * SHIFT * size
    y0 = centre - centre * flip * sine - centre * cosine + down * SHIFT * size
    transform = tf.stack([flip * cosine, -sine, x0, flip * sine, cosine, y0, 0.0, 0.0])
    return keras.ops.image.affine_transform(image - fill, transform) + fill


def _recoloured(image: tf.Tensor, draws: list[tf.Tensor]) -> tf.Tensor:
    """Change the light and the colours of a picture, by amounts given as six numbers -1..1."""
    brightness, contrast, saturation, *gains = draws
    grey = tf.tensordot(image, LUMA, 1)[..., None]
    image = grey + (image - grey) * (1 + saturation * SATURATION)
    image = image * (1 + tf.stack(gains) * CHANNEL_GAIN)
    return (image - 127.5) * (1 + contrast * CONTRAST) + 127.5 + brightness * BRIGHTNESS
