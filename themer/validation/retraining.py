"""Repeat the whole training on other splits of the same pictures, and predict the pictures that they hold out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from themer.base.params import SPLITS, Train
from themer.base.quiet_tensorflow import keras
from themer.features.storing import store_features
from themer.shards.files import Example, ShardSummary, read_summary, write_split, write_summary
from themer.training.fit import calibrate, probabilities, train
from themer.training.training_pictures import TrainingPictures
from themer.validation.folds import folds
from themer.validation.pictures import Pictures, all_examples

PICTURES_PER_SHARD = 1024


def validation_share(shards: Path) -> float:
    """Return the share of the validation split among the training and validation pictures."""
    counts = read_summary(shards).pictures
    return counts["validation"] / (counts["train"] + counts["validation"])


def new_splits(pictures: Pictures, held_out: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Return the split of each picture, object [n]: "train", "validation", "test" or None.

    Held-out pictures are the test split. About `share` of the others are the validation split, grouped by family and
    stratified by label. A label whose families would all be in validation stays in training. A held-out picture whose
    label no other picture has gets None, since no model can predict its label.
    """
    splits = np.where(held_out, "test", "train").astype(object)
    splits[held_out & ~np.isin(pictures.actual, pictures.actual[~held_out])] = None
    labels, families = np.array(pictures.label_names)[~held_out], np.array(pictures.families)[~held_out]
    # At least two folds: a single one would leave no training pictures.
    validation = folds(labels.tolist(), families.tolist(), max(2, round(1 / share)), seed) == 0
    missing = np.setdiff1d(labels, labels[~validation])
    validation &= ~np.isin(families, families[np.isin(labels, missing)])
    splits[~held_out] = np.where(validation, "validation", "train")
    return splits


def retrained_probabilities(
    shards: Path, pictures: Pictures, splits: np.ndarray, settings: Train, folder: Path
) -> np.ndarray:
    """Repeat the whole training on new splits, without photos; return the probabilities of the new test split.

    They are float32 [test pictures, labels], in the order of the pictures. A label without training pictures gets the
    probability 0. The folder keeps the state: a later call with the same arguments resumes.
    """
    keras.utils.clear_session()  # otherwise the networks of all trainings stay in memory
    packed, photos, features = (folder / name for name in ("shards", "photo_shards", "features"))
    trained_labels = np.unique(pictures.actual[splits == "train"])
    repack(shards, splits.tolist(), trained_labels.tolist(), packed)
    write_no_photos(read_summary(packed), photos)
    store_features(packed, photos, settings, features)
    model, _, validation = train(packed, photos, features, settings, folder / "training")
    calibrate(model, validation)
    predicted, _ = probabilities(model, TrainingPictures(packed, photos, settings).plain("test"))
    found = np.zeros((len(predicted), len(pictures.labels)), np.float32)
    found[:, trained_labels] = predicted
    return found


def repack(shards: Path, splits: Sequence[str | None], labels: Sequence[int], directory: Path) -> None:
    """Write the pictures of a folder of shards to another folder in new splits, one picture at a time.

    `splits` holds the new split of each picture; None leaves it out. `labels` holds the indices of the labels to keep.
    """
    counts, summary = {}, read_summary(shards)
    for name in SPLITS:
        chosen = (
            Example(example.set_id, labels.index(example.label), example.image_png)
            for example, split in zip(all_examples(shards), splits, strict=True)
            if split == name
        )
        counts[name] = write_split(directory, name, chosen, PICTURES_PER_SHARD)
    names = [summary.labels[index] for index in labels]
    write_summary(directory, ShardSummary(names, summary.size, summary.fill, counts))


def write_no_photos(summary: ShardSummary, directory: Path) -> None:
    """Write shards of photos that hold no photo."""
    counts = {"train": write_split(directory, "train", [], PICTURES_PER_SHARD)}
    write_summary(directory, ShardSummary(summary.labels, summary.size, summary.fill, counts))
