"""Compute the frozen backbone's block features of every picture and view, and write them to a folder of the store."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from themer.base.arrays import holds_array
from themer.base.engines import engine
from themer.base.params import Train
from themer.features.embedding import Embed, embed, numbered, tasks, unchanged, view_of
from themer.features.feature_store import FeatureSummary, feature_files, prepare_directory
from themer.features.views import FIRST_EPOCH, Views
from themer.networks.backbones import BLOCK_FEATURES
from themer.networks.lite import lite_model
from themer.networks.registry import build
from themer.shards.files import Example, read_examples, read_summary


def compute_features(shards: Path, photos: Path, settings: Train, directory: Path, made_from: str) -> None:
    """Write the features of every picture from one network. Files of the same fingerprint `made_from` stay.

    Raises:
        UserError: shards or pretrained weights are missing, or the weights do not fit.
    """
    summary = read_summary(shards)
    not_fine_tuned = settings.model_copy(update={"epochs": 0})
    backbone = build(not_fine_tuned, summary.size, len(summary.labels)).get_layer("backbone")
    views = Views(settings.seed, settings.augmentation, settings.photo_views, summary.fill)
    width, last = (int(one.shape[-1]) for one in (backbone.output, backbone.get_layer(BLOCK_FEATURES).input[-1]))
    models = [engine().shared(lite_model(backbone))]
    prepare_directory(directory, FeatureSummary(made_from, width, last, settings.feature_views))
    for path, source, split, number in feature_files(directory, shards, photos, settings.feature_views):
        draw = partial(view_of, views, FIRST_EPOCH + number) if number else unchanged
        count, examples = read_summary(source).pictures[split], read_examples(source, split)
        write_features(path, partial(embed, models, draw), width, examples, count)


def write_features(path: Path, embed: Embed, width: int, examples: Iterable[Example], count: int) -> None:
    """Write `width` features for each of `count` pictures, float32, unless the file already holds as many."""
    if holds_array(path, (count, width)):
        return
    part = path.with_suffix(".part")
    with part.open("wb") as file, tqdm(total=count, desc=path.stem, unit=" pictures") as progress:
        # np.save would need all rows in memory.
        header = {"descr": "<f4", "fortran_order": False, "shape": (count, width)}
        np.lib.format.write_array_header_1_0(file, header)
        for [features] in engine().ordered_map(embed, tasks(numbered(examples))):
            file.write(features.tobytes())
            progress.update(len(features))
    part.rename(path)
