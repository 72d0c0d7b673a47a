"""What a pretrained backbone makes of every picture: computed once, so that a classifier on it learns in seconds.

A folder holds a file for each split and view, `train-0.npy` (float32 [pictures, features], in the order of the shards),
and a summary. View 0 is the picture as it is; the others, of training pictures only, are the random views of training.
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
# A multiple of the rows that processors take of a matrix product at a time, 6 with AVX2 and more with AVX-512: the rest
# of a division would be summed in another order, so that the place in a batch changed a picture's last bits.
BATCH_SIZE = 48
# All the settings that features depend on. dvc.yaml lists the same ones, and a test compares them.
SETTINGS = {"augmentation", "feature_views", "network", "photo_views", "seed", "weights"}
FIRST_EPOCH = 1_000_000  # far from those of training, whose views these should not be


@dataclass(frozen=True)
class FeatureSummary:
    """What a folder of features was made from and how many values there are; 0 without a pretrained backbone."""

    fingerprint: str
    width: int
    views: int


def compute_features(shards: Path, photos: Path, settings: Train, directory: Path) -> None:
    """Fill a folder with the features of every picture as it is, and of further views of the training pictures.

    The user's training photos are included. Features that the folder already holds stay, if the same code made them
    from the same shards and settings. A network that learns from scratch has no features.
    """
    tf.config.experimental.enable_op_determinism()
    summary = read_summary(shards)
    backbone = (
        build(settings, summary.size, len(summary.labels)).get_layer("backbone") if settings.is_pretrained else None
    )
    views = Views(settings.seed, settings.augmentation, settings.photo_views, summary.fill)
    made_from = f"{fingerprint([shards, photos], settings, SETTINGS)}-{code_sha256()[:16]}"
    begin_features(directory, FeatureSummary(made_from, _width(backbone), settings.feature_views))
    if backbone is None:
        return
    for name, source, split in _splits(shards, photos):
        count = read_summary(source).pictures[split]
        for view in range(settings.feature_views if split == "train" else 1):
            pictures = viewed(read_split(source, split), views, view)
            write_features(features_path(directory, name, view), backbone, pictures, count)


def begin_features(directory: Path, summary: FeatureSummary) -> None:
    """Prepare a folder: what an interrupted run left of the same features stays, all else goes."""
    directory.mkdir(parents=True, exist_ok=True)
    if not _holds(directory, summary):
        for path in directory.iterdir():
            path.unlink()
    write_json(asdict(summary), directory / SUMMARY_NAME)


def read_feature_summary(directory: Path) -> FeatureSummary:
    """Read what a folder of features holds; raise UserError where there is no summary."""
    path = directory / SUMMARY_NAME
    try:
        return FeatureSummary(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{path}: not a summary of features ({error}). Run: dvc repro --force features") from None


def features_path(directory: Path, split: str, view: int) -> Path:
    """Return where a split's features of one view are kept."""
    return directory / f"{split}-{view}.npy"


def write_features(path: Path, backbone: keras.Model, pictures: tf.data.Dataset, count: int) -> None:
    """Write the features of `count` pictures, float32 [size, size, 3] each, unless the file is here already."""
    if path.exists():
        return
    part, width = path.with_suffix(".part"), backbone.output_shape[-1]
    with part.open("wb") as file, tqdm(total=count, desc=path.stem, unit=" pictures") as progress:
        header = {"descr": "<f4", "fortran_order": False, "shape": (count, width)}
        np.lib.format.write_array_header_1_0(file, header)
        for pixels in pictures.batch(BATCH_SIZE).prefetch(2):
            file.write(_on_full_batch(backbone, pixels).tobytes())
            progress.update(len(pixels))
    part.rename(path)


def read_features(path: Path) -> np.ndarray:
    """Return a file's features, float32 [pictures, width], mapped into memory: only what is used is read."""
    try:
        features: np.ndarray = np.load(path, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: no features ({error}). Run: dvc repro --force features") from None
    return features


def viewed(pictures: tf.data.Dataset, views: Views, view: int) -> tf.data.Dataset:
    """Return the pictures of a split (elements with "image") as they are, view 0, or as random views see them."""
    if view == 0:
        return pictures.map(lambda one: tf.cast(one["image"], tf.float32))
    return pictures.enumerate().map(
        lambda index, one: views.view(one["image"], FIRST_EPOCH + view, index),
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )


def _holds(directory: Path, summary: FeatureSummary) -> bool:
    """Tell whether a folder's features are those of a summary; one that can't be read is of others."""
    try:
        return read_feature_summary(directory) == summary
    except UserError:
        return False


def _width(backbone: keras.Model | None) -> int:
    """Return the number of features, 0 for a network that learns from scratch and so has none yet."""
    return 0 if backbone is None else int(backbone.output_shape[-1])


def _splits(shards: Path, photos: Path) -> list[tuple[str, Path, str]]:
    """Return each split's name among the features, its directory and its name there."""
    return [*((split, shards, split) for split in SPLITS), ("photos", photos, "train")]


def _on_full_batch(backbone: keras.Model, pixels: tf.Tensor) -> np.ndarray:
    """Return the features of at most one batch, computed in a full one so that company changes no bit."""
    missing = BATCH_SIZE - len(pixels)
    padded = tf.pad(pixels, [[0, missing], [0, 0], [0, 0], [0, 0]])
    return np.asarray(backbone.predict_on_batch(padded), np.float32)[: len(pixels)]
