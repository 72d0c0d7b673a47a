"""Compute the frozen backbone's features of every picture and view, and write them to a folder of the store."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from tqdm import tqdm

from themer.base.params import SPLITS, Train
from themer.base.quiet_tensorflow import tf
from themer.features.feature_store import FeatureSummary, features_path, prepare_directory
from themer.features.tf_pictures import apply_view, read_split
from themer.features.views import Views
from themer.networks.registry import build
from themer.shards.files import read_summary

# Processors compute a matrix product in blocks of rows: 6 with AVX2, more with AVX-512. Rows of an incomplete block are
# summed in another order. With a multiple of the block size, the position in a batch changes no bit of the features.
BATCH_SIZE = 48

Embed = Callable[[tf.Tensor], tf.Tensor]


def compute_features(shards: Path, photos: Path, settings: Train, directory: Path, made_from: str) -> None:
    """Write the features of every picture from one network, unless files of the same fingerprint `made_from` are there.

    Raises:
        UserError: shards or pretrained weights are missing, or the weights do not fit.
    """
    tf.config.experimental.enable_op_determinism()
    summary = read_summary(shards)
    backbone = build(settings, summary.size, len(summary.labels)).get_layer("backbone")
    views = Views(settings.seed, settings.augmentation, settings.photo_views, summary.fill)
    width = int(backbone.output_shape[-1])
    embed = tf.function(backbone)
    prepare_directory(directory, FeatureSummary(made_from, width, settings.feature_views))
    for name, source, split in _sources(shards, photos):
        count = read_summary(source).pictures[split]
        for view in range(settings.feature_views if split == "train" else 1):
            pictures = apply_view(read_split(source, split), views, view)
            write_features(features_path(directory, name, view), embed, width, pictures, count)


def write_features(path: Path, embed: Embed, width: int, pictures: tf.data.Dataset, count: int) -> None:
    """Write `width` features for each of `count` pictures, float32 [size, size, 3], unless the file already exists."""
    if path.exists():
        return
    part = path.with_suffix(".part")
    with part.open("wb") as file, tqdm(total=count, desc=path.stem, unit=" pictures") as progress:
        header = {"descr": "<f4", "fortran_order": False, "shape": (count, width)}
        np.lib.format.write_array_header_1_0(file, header)
        for pixels in pictures.batch(BATCH_SIZE).prefetch(2):
            file.write(_batch_features(embed, pixels).tobytes())
            progress.update(len(pixels))
    part.rename(path)


def _sources(shards: Path, photos: Path) -> list[tuple[str, Path, str]]:
    """Return the name of each file of features, the directory of its pictures, and their split."""
    return [*((split, shards, split) for split in SPLITS), ("photos", photos, "train")]


def _batch_features(embed: Embed, pixels: tf.Tensor) -> np.ndarray:
    """Return the features of up to BATCH_SIZE pictures, padded to a full batch so that its size changes no bit."""
    missing = BATCH_SIZE - len(pixels)
    padded = tf.pad(pixels, [[0, missing], [0, 0], [0, 0], [0, 0]])
    return np.asarray(embed(padded))[: len(pixels)]
