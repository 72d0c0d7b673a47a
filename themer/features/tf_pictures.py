"""The pictures in shards as a `tf.data.Dataset`, and views of them."""

from pathlib import Path

from themer.base.quiet_tensorflow import tf
from themer.features.views import FIRST_EPOCH, Views
from themer.shards.files import read_summary, split_files


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
        lambda index, one: viewed_image(views, one["image"], FIRST_EPOCH + view, index),
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )


def viewed_image(views: Views, image: tf.Tensor, epoch: tf.Tensor | int, index: tf.Tensor) -> tf.Tensor:
    """Return the view of picture number `index` in an epoch, float32 [size, size, 3], from uint8."""
    view = tf.numpy_function(views.view, [image, epoch, index], tf.uint8)
    return tf.cast(tf.ensure_shape(view, image.shape), tf.float32)


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
