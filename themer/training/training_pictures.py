"""What a network is shown in an epoch: sets and photos, balanced, shuffled, seen in another view, and batched."""

import math
from pathlib import Path

import numpy as np

from themer.base.errors import UserError
from themer.base.params import Train
from themer.base.quiet_tensorflow import tf
from themer.dataset.shards import ShardSummary, read_labels, read_split, read_summary
from themer.features.views import Views

SHUFFLED_PICTURES = 512
MOST_VIEWS_PER_PICTURE = 3


class TrainingPictures:
    """The pictures that training needs: those of sets, and the user's own photos of the split "train".

    Raises:
        UserError: there are fewer than two labels, a label without training pictures, or no validation pictures.
    """

    def __init__(self, shards: Path, photos: Path, settings: Train) -> None:
        self.sources = {"train": shards, "photos": photos}
        self.settings = settings
        self.summary = read_summary(shards)
        self.labels = {name: labels_of(directory, "train") for name, directory in self.sources.items()}
        self.counts = class_counts(shards, np.concatenate(list(self.labels.values())), self.summary)
        self.copies, self.weights = balance(self.counts, settings)
        self.views = Views(settings.seed, settings.augmentation, settings.photo_views, self.summary.fill)

    @property
    def batches_per_epoch(self) -> int:
        """The number of batches that `epoch` gives."""
        return math.ceil(int((self.counts * self.copies).sum()) / self.settings.batch_size)

    def epoch(self, epoch: int) -> tf.data.Dataset:
        """Return an epoch's batches: pixels float32 [n, size, size, 3], labels int32 [n], weights float32 [n].

        Order and views follow from the seed and the epoch alone, so that any epoch can be repeated by itself.
        """
        copies, weights = tf.constant(self.copies), tf.constant(self.weights)

        def seen(index: tf.Tensor, one: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            return self.views.view(one["image"], epoch, index), one["label"], weights[one["label"]]

        pictures = self._mixed(epoch)
        if self.copies.max() > 1:
            pictures = pictures.flat_map(lambda one: tf.data.Dataset.from_tensors(one).repeat(copies[one["label"]]))
        shuffled = pictures.enumerate().shuffle(SHUFFLED_PICTURES, seed=self.settings.seed + epoch)
        views = shuffled.map(seen, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        return self._batched(views, self.batches_per_epoch)

    def plain(self, split: str) -> tf.data.Dataset:
        """Return a split's sets as they are: pixels float32 [n, size, size, 3] and labels int32 [n]."""
        pictures = read_split(self.sources["train"], split)
        plain = pictures.map(lambda one: (tf.cast(one["image"], tf.float32), one["label"]))
        return self._batched(plain, math.ceil(self.summary.pictures[split] / self.settings.batch_size))

    def _mixed(self, epoch: int) -> tf.data.Dataset:
        """Return sets and photos, mixed evenly over the epoch."""
        filled = [name for name, labels in self.labels.items() if len(labels)]
        datasets = [read_split(self.sources[name], "train") for name in filled]
        shares = [len(self.labels[name]) / self.counts.sum() for name in filled]
        return tf.data.Dataset.sample_from_datasets(datasets, shares, seed=self.settings.seed + epoch)

    def _batched(self, pictures: tf.data.Dataset, batches: int) -> tf.data.Dataset:
        """Return the pictures in batches, whose number Keras would otherwise guess and warn about."""
        batched = pictures.batch(self.settings.batch_size)
        return batched.apply(tf.data.experimental.assert_cardinality(batches)).prefetch(2)


def labels_of(shards: Path, split: str) -> np.ndarray:
    """Return the labels of a split's pictures, int64 [n], in the order of the shards."""
    return np.array(list(read_labels(shards, split).as_numpy_iterator()), np.int64)


def class_counts(shards: Path, labels: np.ndarray, summary: ShardSummary) -> np.ndarray:
    """Return the number of training pictures of each label, int64 [classes], or raise UserError."""
    if len(summary.labels) < 2:
        raise UserError(f"{shards}: a classifier needs at least two labels, but here are: {summary.labels}.")
    counts = np.bincount(labels, minlength=len(summary.labels))
    missing = [label for label, count in zip(summary.labels, counts, strict=True) if count == 0]
    if missing:
        raise UserError(
            f"{shards}: no training picture is labelled {', '.join(missing)}. "
            "Get pictures for it, or raise regroup.minimum_pictures."
        )
    if summary.pictures.get("validation", 0) == 0:
        raise UserError(f"{shards}: the validation split has no pictures. Raise regroup.split.validation.")
    return counts


def balance(counts: np.ndarray, settings: Train) -> tuple[np.ndarray, np.ndarray]:
    """Return how often an epoch shows a picture of each label, and what each time counts for, as the settings have it.

    Both are of the labels: int64 [classes] and float32 [classes].
    """
    once, alike = np.ones_like(counts), np.ones(len(counts), np.float32)
    copies = class_copies(counts) if settings.imbalance == "balanced_sampling" else once
    return copies, class_weights(counts) if settings.imbalance == "class_weights" else alike


def class_weights(counts: np.ndarray) -> np.ndarray:
    """Return what a picture of each label counts for in the loss, float32 [classes]: the rarer, the more.

    All labels weigh the same in sum, and 1 is the mean over the pictures (scikit-learn's class_weight="balanced").
    """
    return np.asarray(counts.sum() / (len(counts) * counts), np.float32)


def class_copies(counts: np.ndarray) -> np.ndarray:
    """Return how many views of each picture of a label an epoch shows, int64 [classes].

    Whole numbers, so every label comes between two thirds and four thirds as often as the most frequent one. Where
    there are so many rare labels that an epoch would be longer than three times the pictures, the labels are levelled
    by a lower power of their ratio, as far as that length allows.
    """
    powers = np.linspace(1, 0, 21)[:, np.newaxis]
    copies = np.asarray(np.rint((counts.max() / counts) ** powers), np.int64)
    short_enough = (copies * counts).sum(axis=1) <= MOST_VIEWS_PER_PICTURE * counts.sum()
    return np.asarray(copies[short_enough.argmax()])
