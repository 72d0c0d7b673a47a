"""The pictures in shards as a `tf.data.Dataset`, and the random views of them: augmented, or like photographs.

TensorFlow decodes the pictures and draws the views within its graph. The same seed gives the same view on any number of
threads.
"""

from dataclasses import dataclass
from pathlib import Path

from themer.base.quiet_tensorflow import keras, tf
from themer.features.photo_views import LUMA, photo_view
from themer.shards.files import read_summary, split_files

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
    fill: tuple[int, int, int]

    # Its control flow is TensorFlow's already: AutoGraph would take a second to find nothing to convert.
    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def view(self, image: tf.Tensor, epoch: int, index: tf.Tensor) -> tf.Tensor:
        """Return the view of picture number `index` in an epoch, float32 [size, size, 3], 0..255, from pixels 0..255.

        It depends on the seed, the epoch and the index alone, so any epoch can be repeated without the earlier ones.
        """
        seeds = tf.unstack(tf.random.split(tf.random.fold_in([self.seed, epoch], index), 2))
        # Building the graph of a photograph-like view takes a second in each epoch.
        if self.photo_share == 0:
            return augmented(image, seeds[1], self.strength, self.fill)
        return tf.cond(
            tf.random.stateless_uniform([], seeds[0]) < self.photo_share,
            lambda: photo_view(image, seeds[1], self.fill),
            lambda: augmented(image, seeds[1], self.strength, self.fill),
        )


def read_split(directory: Path, split: str) -> tf.data.Dataset:
    """Return a split's pictures in the order of the shards, not batched.

    Each element is {"set_id": string, "label": int32, "image": uint8 [size, size, 3]}.

    Raises:
        UserError: there is no summary, or a file of the split is missing.
    """
    size = read_summary(directory).size
    records = tf.data.TFRecordDataset([str(path) for path in split_files(directory, split)])
    # Datasets made from this one inherit the option. Autotuning gains nothing measurable here, and its thread sometimes
    # misses the end: TensorFlow 2.21 then waits as long again as the dataset was in use.
    options = tf.data.Options()
    options.autotune.enabled = False
    return records.with_options(options).map(lambda record: _parse(record, size))


def apply_view(pictures: tf.data.Dataset, views: Views, view: int) -> tf.data.Dataset:
    """Return a view of each picture, float32 [size, size, 3], from elements with "image"; view 0 is unchanged."""
    if view == 0:
        return pictures.map(lambda one: tf.cast(one["image"], tf.float32))
    return pictures.enumerate().map(
        lambda index, one: views.view(one["image"], FIRST_EPOCH + view, index),
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )


def centre(pixels: tf.Tensor) -> tf.Tensor:
    """Return the centre of pictures, enlarged to their size: float32 [n, size, size, 3]."""
    size = pixels.shape[1]
    margin = round(size * (1 - CENTRE) / 2)
    # Names that do not depend on what was built before, so that exported models have the same bytes.
    inner = keras.layers.Cropping2D(margin, name="inner")(pixels)
    return keras.layers.Resizing(size, size, name="centre")(inner)


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


def _parse(record: tf.Tensor, size: int) -> dict[str, tf.Tensor]:
    """Return the fields of one record, its picture decoded."""
    fields = {
        "set_id": tf.io.FixedLenFeature([], tf.string),
        "label": tf.io.FixedLenFeature([], tf.int64),
        "image": tf.io.FixedLenFeature([], tf.string),
    }
    values = tf.io.parse_single_example(record, fields)
    image = tf.ensure_shape(tf.io.decode_png(values["image"], channels=3), [size, size, 3])
    return {"set_id": values["set_id"], "label": tf.cast(values["label"], tf.int32), "image": image}


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
