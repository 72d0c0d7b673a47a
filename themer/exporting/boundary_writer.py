"""Fit the boundary to other themes on what the served model makes of all pictures, and write it into an index."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from themer.answering.abstention import Boundary
from themer.answering.index import SHARES_NAME
from themer.answering.runtime import ModelOutputs
from themer.base.tables import write_csv
from themer.exporting.other_themes import (
    FEWEST_FAMILIES,
    FOLDS,
    Moments,
    calibrated,
    classes_of,
    fit_boundary,
    folds_of,
    total,
)
from themer.exporting.served_outputs import ServedModel, outputs_of_split, photo_views, splits_of
from themer.features.embedding import centred, view_of
from themer.shards.files import OTHER, read_summary
from themer.training.linear_head import blocks

BOUNDARY_VIEW = 1_000  # far from the views for the distance limit
# Adding one task to the moments takes as long as adding a hundred.
TASKS_AT_ONCE = 128
SHARES_COLUMNS = ["set_id", "family", "other", "share", "confidence"]


def write_boundary(
    model: ServedModel,
    shards: Path,
    pictures: pandas.DataFrame,
    families: Mapping[str, str],
    block_features: BinaryIO,
    directory: Path,
) -> None:
    """Write the boundary to other themes, and each picture's held-out probability of showing a label.

    Test pictures are left out. With too few pictures of other themes there is no boundary.

    Args:
        model: the served model.
        shards: the folder with the shards of the sets.
        pictures: a row for each picture, with set_id, label, confidence and split; those of test splits are last.
        families: the family of each set, by set number; without one, a picture is its own family.
        block_features: float32 [pictures, width], in the order of `pictures`.
        directory: the folder of the index.
    """
    chosen = pictures[~pictures["split"].str.endswith("test")].reset_index(drop=True)
    is_other = chosen["split"].str.startswith(OTHER).to_numpy()
    family = [families.get(set_id, set_id) for set_id in chosen["set_id"]]
    chosen = chosen.assign(family=family, other=np.where(is_other, "yes", "no"))
    boundary, shares = Boundary.none(), np.ones(len(chosen), np.float32)
    if chosen["family"][is_other].nunique() >= FEWEST_FAMILIES:
        features = np.memmap(block_features, np.float32, "r").reshape(-1, model.block_width)
        boundary, shares = _fitted(model, shards, chosen, features[: len(chosen)])
    boundary.write(directory)
    write_csv(chosen.assign(share=shares)[SHARES_COLUMNS], directory / SHARES_NAME)


def _fitted(
    model: ServedModel, shards: Path, pictures: pandas.DataFrame, features: np.ndarray
) -> tuple[Boundary, np.ndarray]:
    """Return the boundary of pictures and of views of them, and what `calibrated` returns for the pictures.

    The pictures have label, split, family and other; their block features are float32 [n, width].
    """
    labels, split_of = model.runtime.description.labels, pictures["split"].to_numpy()
    classes, class_count = classes_of(list(pictures["label"]), (pictures["other"] == "yes").to_numpy(), labels)
    folds = folds_of(list(pictures["family"]))
    moments = [Moments.empty(class_count, model.block_width) for _ in range(FOLDS)]
    with threadpool_limits(1):
        for block in blocks(features, classes, folds):
            _add(moments, *block)
        for split, places, views in _boundary_views(model, shards):
            of_views = np.flatnonzero(split_of == split)[places]
            _add(moments, views, classes[of_views], folds[of_views])
        whole = fit_boundary(total(moments), len(labels))
        return calibrated(whole, moments, features, classes, folds)


def _add(moments: list[Moments], features: np.ndarray, classes: np.ndarray, folds: np.ndarray) -> None:
    """Add pictures to the moments of their folds."""
    for fold, of_fold in enumerate(moments):
        of_fold.add(features[folds == fold], classes[folds == fold])


def _boundary_views(model: ServedModel, shards: Path) -> Iterator[tuple[str, slice, np.ndarray]]:
    """Yield the block features of two views of all sets outside the test splits: a split, places in it, and their rows.

    Without photograph-like views, a photo would look like another theme, because its background is unlike those of
    product pictures.
    """
    summary = read_summary(shards)
    photo = partial(view_of, photo_views(summary.fill), BOUNDARY_VIEW)
    for split in splits_of(summary.pictures):
        if summary.pictures[split] == 0 or split.endswith("test"):
            continue
        for name, draw in (("views", photo), ("centres", centred)):
            outputs = outputs_of_split(model, shards, split, draw, f"{name} of {split}")
            yield from ((split, places, rows) for places, rows in _in_blocks(outputs))


def _in_blocks(outputs: Iterator[ModelOutputs]) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield the places of many pictures at a time, and their block features."""
    end = 0
    while found := list(islice(outputs, TASKS_AT_ONCE)):
        start, end = end, end + sum(len(one.features) for one in found)
        yield slice(start, end), np.concatenate([one.block_features for one in found])
