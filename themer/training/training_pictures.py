"""The pictures of an epoch: sets and photos, balanced, shuffled, each in a random view, in batches."""

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from themer.base.engines import local_threads
from themer.base.errors import UserError
from themer.base.params import Train
from themer.features.embedding import Embed, Picture, embed, numbered, tasks, unchanged, view_of
from themer.features.views import Views
from themer.shards.files import Rows, ShardSummary, read_examples, read_labels, read_summary
from themer.training.balance import balance


class Batch(NamedTuple):
    """Some pictures: the outputs of each network's frozen blocks, or pixels, labels int [n], weights float32 [n]."""

    inputs: list[np.ndarray]
    labels: np.ndarray
    weights: np.ndarray


class TrainingPictures:
    """The pictures for training: those of sets, and the user's photos in the split "train".

    `labels` has int64 [n] for "train" and "photos"; `counts`, `copies` and `weights` have one value for each label.

    Raises:
        UserError: there are fewer than two labels, a label has no training picture, or the validation split is empty.
    """

    def __init__(self, shards: Path, photos: Path, settings: Train) -> None:
        self.shards, self.settings = shards, settings
        self.summary = read_summary(shards)
        sources = {"train": shards, "photos": photos}
        self.labels = {name: read_labels(directory, "train") for name, directory in sources.items()}
        self.counts = count_labels(shards, np.concatenate(list(self.labels.values())), self.summary)
        self.copies, self.weights = balance(self.counts, settings)
        self.views = Views(settings.seed, settings.augmentation, settings.photo_views, self.summary.fill)
        self._rows = [Rows(directory, "train") for directory in sources.values()]

    @property
    def views_per_epoch(self) -> int:
        """The number of pictures in an epoch, each as often as it is repeated."""
        return int((self.counts * self.copies).sum())

    @property
    def batch_size(self) -> int:
        """The number of pictures in a batch: at most an epoch's."""
        return min(self.settings.batch_size, self.views_per_epoch)

    @property
    def batches_per_epoch(self) -> int:
        """The number of batches in an epoch."""
        return math.ceil(self.views_per_epoch / self.batch_size)

    def epoch(self, epoch: int, frozen: Sequence[bytes] = ()) -> Iterator[Batch]:
        """Yield an epoch's batches: pixels uint8 [n, size, size, 3], or what models of frozen blocks make of them.

        Order and views depend on the seed and the epoch alone, so any epoch can be repeated without the earlier ones.
        """
        labels = np.concatenate(list(self.labels.values()))
        rows = np.repeat(np.arange(len(labels)), self.copies[labels])
        shuffled = np.random.default_rng([self.settings.seed, epoch]).permutation(len(rows))
        # The last batch is filled up with the first views, so that all batches have the same size.
        order = np.resize(shuffled, self.batches_per_epoch * self.batch_size)
        pictures = (Picture(self._png(rows[number]), int(number)) for number in order)
        draw = partial(view_of, self.views, epoch)
        yield from self._batches(pictures, labels[rows[order]], partial(embed, frozen, draw))

    def plain(self, split: str, frozen: Sequence[bytes] = ()) -> Iterator[Batch]:
        """Yield batches of a split's unchanged pictures."""
        pictures = numbered(read_examples(self.shards, split))
        return self._batches(pictures, read_labels(self.shards, split), partial(embed, frozen, unchanged))

    def _batches(self, pictures: Iterable[Picture], labels: np.ndarray, embed: Embed) -> Iterator[Batch]:
        """Yield the pictures in batches, with their labels, int [n]."""
        results = local_threads().ordered_map(embed, tasks(pictures))
        rows = (row for outputs in results for row in zip(*outputs, strict=True))
        for start in range(0, len(labels), self.batch_size):
            of_batch = labels[start : start + self.batch_size]
            inputs = [np.stack(part) for part in zip(*islice(rows, len(of_batch)), strict=True)]
            yield Batch(inputs, of_batch, self.weights[of_batch])

    def _png(self, row: int) -> bytes:
        """Return a picture's PNG; the rows of the photos follow those of the sets."""
        sets, photos = self._rows
        return (sets[row] if row < len(sets) else photos[row - len(sets)]).image_png


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
