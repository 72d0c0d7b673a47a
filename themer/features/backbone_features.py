"""A pretrained backbone's features of every picture, stored so that a classifier trains on them in seconds.

A folder has a summary and one file for each split and view: `train-0.npy` is float32 [pictures, width], in the order
of the shards. View 0 is the unchanged picture. The other views are random, and only training pictures have them.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from themer.base.errors import UserError
from themer.base.files import write_json
from themer.base.params import SPLITS, Train
from themer.base.quiet_tensorflow import keras, tf
from themer.dataset.shards import read_split, read_summary
from themer.features.fingerprint import code_sha256, fingerprint
from themer.features.views import Views
from themer.networks.registry import build

SUMMARY_NAME = "features.json"
# Processors compute a matrix product in blocks of rows: 6 with AVX2, more with AVX-512. Rows of an incomplete block are
# summed in another order. With a multiple of the block size, the position in a batch changes no bit of the features.
BATCH_SIZE = 48
# Every setting that features depend on. dvc.yaml lists them too, and a test compares both.
SETTINGS = {"augmentation", "feature_views", "network", "photo_views", "seed", "weights"}
FIRST_EPOCH = 1_000_000  # far from the epochs of training, which have views of their own


@dataclass(frozen=True)
class FeatureSummary:
    """The fingerprint, width and number of views of stored features; the width is 0 without a pretrained backbone."""

    fingerprint: str
    width: int
    views: int


def compute_features(shards: Path, photos: Path, settings: Train, directory: Path) -> None:
    """Write the features of every unchanged picture, and of random views of the training pictures, to a folder.

    The user's training photos are included. Stored features stay if the same code made them from the same shards and
    settings. A network that is trained from scratch has no features.

    Raises:
        UserError: shards or pretrained weights are missing, or the weights do not fit.
    """
    tf.config.experimental.enable_op_determinism()
    summary = read_summary(shards)
    backbone = (
        build(settings, summary.size, len(summary.labels)).get_layer("backbone") if settings.is_pretrained else None
    )
    views = Views(settings.seed, settings.augmentation, settings.photo_views, summary.fill)
    made_from = f"{fingerprint([shards, photos], settings, SETTINGS)}-{code_sha256()[:16]}"
    prepare_directory(directory, FeatureSummary(made_from, _width(backbone), settings.feature_views))
    if backbone is None:
        return
    for name, source, split in _sources(shards, photos):
        count = read_summary(source).pictures[split]
        for view in range(settings.feature_views if split == "train" else 1):
            pictures = apply_view(read_split(source, split), views, view)
            write_features(features_path(directory, name, view), backbone, pictures, count)


def prepare_directory(directory: Path, summary: FeatureSummary) -> None:
    """Prepare a folder: keep the files that an interrupted run wrote for the same summary, and delete all others."""
    directory.mkdir(parents=True, exist_ok=True)
    if not _matches(directory, summary):
        for path in directory.iterdir():
            path.unlink()
    write_json(asdict(summary), directory / SUMMARY_NAME)


def read_feature_summary(directory: Path) -> FeatureSummary:
    """Read the summary of a folder of features; raise UserError if it is missing or unreadable."""
    path = directory / SUMMARY_NAME
    try:
        return FeatureSummary(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{path}: not a summary of features ({error}). Run: dvc repro --force features") from None


def features_path(directory: Path, split: str, view: int) -> Path:
    """Return the path of a split's features of one view."""
    return directory / f"{split}-{view}.npy"


def write_features(path: Path, backbone: keras.Model, pictures: tf.data.Dataset, count: int) -> None:
    """Write the features of `count` pictures, float32 [size, size, 3] each, unless the file already exists."""
    if path.exists():
        return
    part, width = path.with_suffix(".part"), backbone.output_shape[-1]
    with part.open("wb") as file, tqdm(total=count, desc=path.stem, unit=" pictures") as progress:
        header = {"descr": "<f4", "fortran_order": False, "shape": (count, width)}
        np.lib.format.write_array_header_1_0(file, header)
        for pixels in pictures.batch(BATCH_SIZE).prefetch(2):
            file.write(_batch_features(backbone, pixels).tobytes())
            progress.update(len(pixels))
    part.rename(path)


def read_features(path: Path) -> np.ndarray:
    """Return a file's features, float32 [pictures, width], mapped into memory; raise UserError if unreadable."""
    try:
        features: np.ndarray = np.load(path, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: no features here ({error}). Run: dvc repro --force features") from None
    return features


def apply_view(pictures: tf.data.Dataset, views: Views, view: int) -> tf.data.Dataset:
    """Return a view of each picture, float32 [size, size, 3], from elements with "image"; view 0 is unchanged."""
    if view == 0:
        return pictures.map(lambda one: tf.cast(one["image"], tf.float32))
    return pictures.enumerate().map(
        lambda index, one: views.view(one["image"], FIRST_EPOCH + view, index),
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )


def _matches(directory: Path, summary: FeatureSummary) -> bool:
    """Return whether a folder has this summary; an unreadable summary does not match."""
    try:
        return read_feature_summary(directory) == summary
    except UserError:
        return False


def _width(backbone: keras.Model | None) -> int:
    """Return the number of features, 0 for a network that is trained from scratch."""
    return 0 if backbone is None else int(backbone.output_shape[-1])


def _sources(shards: Path, photos: Path) -> list[tuple[str, Path, str]]:
    """Return the name of each file of features, the directory of its pictures, and their split."""
    return [*((split, shards, split) for split in SPLITS), ("photos", photos, "train")]


def _batch_features(backbone: keras.Model, pixels: tf.Tensor) -> np.ndarray:
    """Return the features of up to BATCH_SIZE pictures, padded to a full batch so that its size changes no bit."""
    missing = BATCH_SIZE - len(pixels)
    padded = tf.pad(pixels, [[0, missing], [0, 0], [0, 0], [0, 0]])
    return np.asarray(backbone.predict_on_batch(padded), np.float32)[: len(pixels)]
