"""The pictures of an epoch: sets and photos, balanced, shuffled, each in a random view, in batches."""

import math
from pathlib import Path

import numpy as np

from themer.base.errors import UserError
from themer.base.params import Train
from themer.base.quiet_tensorflow import tf
from themer.features.tf_pictures import read_split, viewed_image
from themer.features.views import Views
from themer.shards.files import ShardSummary, read_labels, read_summary
from themer.training.balance import balance

SHUFFLED_PICTURES = 512


class TrainingPictures:
    """The pictures for training: those of sets, and the user's photos in the split "train".

    `labels` has int64 [n] for "train" and "photos"; `counts`, `copies` and `weights` have one value for each label.

    Raises:
        UserError: there are fewer than two labels, a label has no training picture, or the validation split is empty.
    """

    def __init__(self, shards: Path, photos: Path, settings: Train) -> None:
        self.sources = {"train": shards, "photos": photos}
        self.settings = settings
        self.summary = read_summary(shards)
        self.labels = {name: read_labels(directory, "train") for name, directory in self.sources.items()}
        self.counts = count_labels(shards, np.concatenate(list(self.labels.values())), self.summary)
        self.copies, self.weights = balance(self.counts, settings)
        self.views = Views(settings.seed, settings.augmentation, settings.photo_views, self.summary.fill)

    @property
    def batches_per_epoch(self) -> int:
        """The number of batches in an epoch."""
        return math.ceil(int((self.counts * self.copies).sum()) / self.settings.batch_size)

    def epoch(self, epoch: int) -> tf.data.Dataset:
        """Return an epoch's batches: pixels float32 [n, size, size, 3], labels int32 [n], weights float32 [n].

        Order and views depend on the seed and the epoch alone, so any epoch can be repeated without the earlier ones.
        """
        copies, weights = tf.constant(self.copies), tf.constant(self.weights)

        def viewed(index: tf.Tensor, one: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            return viewed_image(self.views, one["image"], epoch, index), one["label"], weights[one["label"]]

        pictures = self._mixed(epoch)
        if self.copies.max() > 1:
            pictures = pictures.flat_map(lambda one: tf.data.Dataset.from_tensors(one).repeat(copies[one["label"]]))
        shuffled = pictures.enumerate().shuffle(SHUFFLED_PICTURES, seed=self.settings.seed + epoch)
        views = shuffled.map(viewed, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        return self._batched(views, self.batches_per_epoch)

    def plain(self, split: str) -> tf.data.Dataset:
        """Return batches of a split's unchanged pictures: pixels float32 [n, size, size, 3] and labels int32 [n]."""
        pictures = read_split(self.sources["train"], split)
        plain = pictures.map(lambda one: (tf.cast(one["image"], tf.float32), one["label"]))
        return self._batched(plain, math.ceil(self.summary.pictures[split] / self.settings.batch_size))

    def _mixed(self, epoch: int) -> tf.data.Dataset:
        """Return the pictures of sets and photos, mixed evenly over the epoch."""
        filled = [name for name, labels in self.labels.items() if len(labels)]
        datasets = [read_split(self.sources[name], "train") for name in filled]
        shares = [len(self.labels[name]) / self.counts.sum() for name in filled]
        return tf.data.Dataset.sample_from_datasets(datasets, shares, seed=self.settings.seed + epoch)

    def _batched(self, pictures: tf.data.Dataset, batches: int) -> tf.data.Dataset:
        """Return the pictures in batches, with their number, which Keras would otherwise guess and warn about."""
        batched = pictures.batch(self.settings.batch_size)
        return batched.apply(tf.data.experimental.assert_cardinality(batches)).prefetch(2)


def count_labels(shards: Path, labels: np.ndarray, summary: ShardSummary) -> np.ndarray:
    """Return the number of training pictures of each label, int64 [labels]; raise UserError if one is missing."""
    if len(summary.labels) < 2:
        raise UserError(
            f"{shards}: a classifier needs at least two labels, but there is only {summary.labels}. "
            "Add a group to regroup.groups, or lower regroup.minimum_pictures."
        )
    counts = np.bincount(labels, minlength=len(summary.labels))
    missing = [label for label, count in zip(summary.labels, counts, strict=True) if count == 0]
    if missing:
        raise UserError(
            f"{shards}: no training picture has the label {', '.join(missing)}. "
            "Add pictures with this label, or raise regroup.minimum_pictures."
        )
    if summary.pictures.get("validation", 0) == 0:
        raise UserError(f"{shards}: the validation split has no pictures. Raise regroup.split.validation.")
    return counts
