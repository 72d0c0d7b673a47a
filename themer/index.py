"""What a trained classifier sees in every picture: finds the sets nearest to a picture, and tells what is like none.

A folder holds `features.npy` (float16 [pictures, width], rows of length 1), `pictures.csv` (set_id, label and split of
each row) and a summary. Photos come first, then the splits train, validation and test, so that all pictures that the
classifier learned from lie together, and all sets do.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
from tqdm import tqdm

from themer.errors import UserError
from themer.files import read_csv, write_csv, write_json
from themer.model_files import Classifier, load_classifier
from themer.params import SPLITS
from themer.quiet_tensorflow import keras, tf
from themer.shards import ShardSummary, read_split, read_summary
from themer.views import Views

FEATURES_NAME, PICTURES_NAME, SUMMARY_NAME = "features.npy", "pictures.csv", "index.json"
PHOTOS = "photos"
LEARNED = (PHOTOS, "train")
PICTURES_PER_BATCH = 8
ROWS_AT_ONCE = 4096

# Chosen by trying: they refused 2 % of 267 photographs of real sets, and 82 % of 119 pictures of other things.
NEIGHBOURS = 5
QUANTILE = 0.98
PHOTO_VIEWS = 4


@dataclass(frozen=True)
class IndexSummary:
    """Whose features an index holds, and from which cosine distance on a picture is like none that was learned from.

    The distance is that to the nearest but `neighbours` - 1; `quantile` of the validation views lie within the limit.
    """

    model_sha256: str
    width: int
    neighbours: int
    quantile: float
    limit: float


@dataclass(frozen=True)
class NearSet:
    """A set, its theme and the cosine distance of its picture, 0 to 2."""

    set_id: str
    theme: str
    distance: float


class Index:
    """The features of all pictures, mapped into memory: only what is used is read.

    Raises:
        UserError: the folder holds no index, or one whose parts do not belong together.
    """

    def __init__(self, directory: Path) -> None:
        try:
            self.summary = IndexSummary(**json.loads((directory / SUMMARY_NAME).read_text(encoding="utf-8")))
            self.pictures = read_csv(directory / PICTURES_NAME)
            self.features: np.ndarray = np.load(directory / FEATURES_NAME, mmap_mode="r")
            _require(self.features.shape == (len(self.pictures), self.summary.width), "its files differ in length")
        except (OSError, ValueError, TypeError) as error:
            raise UserError(f"{directory}: no index of features ({error}). Run: dvc repro --force index") from None
        self._photos, self._learned = _count(self.pictures, PHOTOS), _count(self.pictures, *LEARNED)

    def distances(self, features: np.ndarray) -> np.ndarray:
        """Return how unlike anything learned from each row is, float32 [n], from features float32 [n, width].

        The method is deep nearest neighbours: Sun et al. 2022, https://arxiv.org/abs/2204.06507.
        """
        return nearest(features, self.features[: self._learned], self.summary.neighbours)[0][:, -1]

    def nearest_sets(self, features_of_one: np.ndarray, count: int) -> list[NearSet]:
        """Return the sets of any split whose pictures are most like one, of features float32 [width]."""
        distances, rows = nearest(features_of_one[np.newaxis], self.features[self._photos :], count)
        found = self.pictures.iloc[self._photos + rows[0]]
        return [NearSet(*one) for one in zip(found["set_id"], found["label"], distances[0].tolist(), strict=True)]


def nearest(queries: np.ndarray, rows: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the cosine distances of the nearest rows, float32 [n, count], rising, and their numbers, int64 [n, count].

    Both queries, float32 [n, width], and rows, [m, width] of any float type, are of length 1. Of equal distances the
    earlier row comes first. Fewer are returned where there are fewer rows.
    """
    distances, numbers = np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = np.asarray(rows[start : start + ROWS_AT_ONCE], np.float32)
        # Rounding takes the distance from a picture to itself a little below 0.
        distances = np.concatenate([distances, np.maximum(1 - queries @ block.T, 0)], axis=1)
        here = np.broadcast_to(np.arange(start, start + len(block)), (len(queries), len(block)))
        numbers = np.concatenate([numbers, here], axis=1)
        order = np.argsort(distances, axis=1, kind="stable")[:, :count]
        distances, numbers = np.take_along_axis(distances, order, 1), np.take_along_axis(numbers, order, 1)
    return distances, numbers


def with_features(model: keras.Model) -> keras.Model:
    """Return a classifier that gives its probabilities and, from the same pass, what its last layer is given."""
    head = model.get_layer("probabilities")
    return keras.Model(model.inputs, [head.output, head.input])


def seen_in(model: keras.Model, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the probabilities, float32 [n, classes], and features of length 1, float32 [n, width], of some pictures.

    A picture's answer does not depend on its company: every batch has the same shape, the last one filled up.

    Args:
        model: what `with_features` returned.
        pixels: 0..255 of any number type, [n, size, size, 3].
    """
    parts = []
    for start in range(0, max(1, len(pixels)), PICTURES_PER_BATCH):
        some = pixels[start : start + PICTURES_PER_BATCH]
        batch = np.zeros((PICTURES_PER_BATCH, *pixels.shape[1:]), np.float32)
        batch[: len(some)] = some
        parts.append([np.asarray(output, np.float32)[: len(some)] for output in model.predict_on_batch(batch)])
    probabilities, features = (np.concatenate(outputs) for outputs in zip(*parts, strict=True))
    return probabilities, features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)


def build_index(model_path: Path, shards: Path, photos: Path, directory: Path) -> IndexSummary:
    """Write the index of a classifier for all sets, and for the photos that it learned from; return its summary.

    Raises:
        UserError: there is no classifier or no shards, or they do not belong together.
    """
    tf.config.experimental.enable_op_determinism()
    classifier, summary = load_classifier(model_path), read_summary(shards)
    _require_fit(classifier, model_path, summary, shards)
    model = with_features(classifier.model)
    sources = [(PHOTOS, photos, "train"), *((split, shards, split) for split in SPLITS)]
    pictures = _write_pictures(model, sources, summary.labels, directory)
    limit = _novelty_limit(model, shards, directory, pictures)
    width = int(model.outputs[1].shape[-1])
    found = IndexSummary(file_sha256(model_path), width, NEIGHBOURS, QUANTILE, limit)
    write_json(asdict(found), directory / SUMMARY_NAME)
    return found


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_pictures(
    model: keras.Model, sources: list[tuple[str, Path, str]], labels: list[str], directory: Path
) -> pandas.DataFrame:
    """Write the features of all pictures and the table of these, and return the table."""
    directory.mkdir(parents=True, exist_ok=True)
    # Last to come, first to go: what an interrupted run leaves is no index.
    (directory / SUMMARY_NAME).unlink(missing_ok=True)
    count = sum(read_summary(source).pictures[split] for _, source, split in sources)
    written: list[tuple[str, str, str]] = []
    with (directory / FEATURES_NAME).open("wb") as file:
        header = {"descr": "<f2", "fortran_order": False, "shape": (count, int(model.outputs[1].shape[-1]))}
        np.lib.format.write_array_header_1_0(file, header)
        for name, source, split in sources:
            pictures = read_split(source, split)
            for batch, features in _features_of(model, pictures, read_summary(source).pictures[split], name):
                file.write(features.astype("<f2").tobytes())
                ids = [set_id.decode() for set_id in batch["set_id"]]
                written.extend((one, labels[label], name) for one, label in zip(ids, batch["label"], strict=True))
    table = pandas.DataFrame(written, columns=["set_id", "label", "split"])
    write_csv(table, directory / PICTURES_NAME)
    return table


def _features_of(
    model: keras.Model, pictures: tf.data.Dataset, total: int, name: str
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
    """Yield the elements of a dataset with "image", batch by batch, each with the features of its pictures."""
    with tqdm(total=total, desc=name, unit=" pictures") as progress:
        for batch in pictures.batch(PICTURES_PER_BATCH).prefetch(2).as_numpy_iterator():
            yield batch, seen_in(model, batch["image"])[1]
            progress.update(len(batch["image"]))


def _novelty_limit(model: keras.Model, shards: Path, directory: Path, table: pandas.DataFrame) -> float:
    """Return the distance from the pictures learned from that the validation pictures, and photographs of them, keep.

    A split of its own, since pictures that were learned from are nearer to each other than others ever are; made to
    look like photographs too, since a product picture is nearer to product pictures than a photo of the same set is.
    """
    rows = np.load(directory / FEATURES_NAME, mmap_mode="r")
    learned, total = rows[: _count(table, *LEARNED)], _count(table, "validation") * (1 + PHOTO_VIEWS)
    views = with_photo_views(read_split(shards, "validation"), read_summary(shards).fill)
    with threadpool_limits(1):
        found = [
            nearest(features, learned, NEIGHBOURS)[0][:, -1]
            for _, features in _features_of(model, views, total, "novelty limit")
        ]
    return float(np.quantile(np.concatenate(found), QUANTILE))


def with_photo_views(pictures: tf.data.Dataset, fill: tuple[int, int, int]) -> tf.data.Dataset:
    """Return elements with the "image", float32, of each picture, and then of each in several photograph-like views."""
    views = Views(seed=0, strength=0.0, photo_share=1.0, fill=fill)

    def photographed(view: tf.Tensor) -> tf.data.Dataset:
        return pictures.enumerate().map(
            lambda number, one: {"image": views.view(one["image"], view, number)},
            num_parallel_calls=tf.data.AUTOTUNE,
            deterministic=True,
        )

    plain = pictures.map(lambda one: {"image": tf.cast(one["image"], tf.float32)})
    return plain.concatenate(tf.data.Dataset.range(1, PHOTO_VIEWS + 1, output_type=tf.int32).flat_map(photographed))


def _require_fit(classifier: Classifier, model_path: Path, summary: ShardSummary, shards: Path) -> None:
    """Raise UserError unless a classifier takes the shards' pictures and knows their labels."""
    known, given = classifier.description, summary
    if (known.labels, known.size) != (given.labels, given.size):
        raise UserError(
            f"{model_path} knows the themes {', '.join(known.labels)} on {known.size} px, but {shards} holds "
            f"{', '.join(given.labels)} on {given.size} px. Train again: dvc repro"
        )


def _count(pictures: pandas.DataFrame, *splits: str) -> int:
    """Return how many pictures are in some splits."""
    return int(pictures["split"].isin(splits).sum())


def _require(condition: bool, otherwise: str) -> None:
    """Raise ValueError unless a condition holds."""
    if not condition:
        raise ValueError(otherwise)
