"""Repeat the whole training on other splits of the same pictures, and predict the pictures that they hold out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from themer.base.errors import UserError
from themer.base.params import SPLITS, Train
from themer.base.quiet_tensorflow import keras, tf
from themer.base.tables import read_csv
from themer.dataset.shards import Example, ShardSummary, read_records, read_summary, write_split, write_summary
from themer.features.backbone_features import compute_features
from themer.training.calibrate import calibrate
from themer.training.fit import probabilities, train
from themer.training.training_pictures import TrainingPictures
from themer.validation.folds import folds

PICTURES_PER_SHARD = 1024


@dataclass(frozen=True)
class Pictures:
    """The pictures of all splits, in the order of the shards; `actual` is int64 [n], the index of each label."""

    set_ids: list[str]
    actual: np.ndarray
    families: list[str]
    labels: list[str]

    @property
    def label_names(self) -> list[str]:
        """The name of each picture's label."""
        return [self.labels[index] for index in self.actual]


def read_pictures(shards: Path, family_of: Mapping[str, str]) -> Pictures:
    """Return the set, label and family of each picture in the shards.

    Raises:
        UserError: a set has no family, or a file of the shards is missing.
    """
    summary = read_summary(shards)
    pairs = [(example.set_id, example.label) for example in read_examples(shards)]
    unknown = [set_id for set_id, _ in pairs if set_id not in family_of]
    if unknown:
        raise UserError(
            f"{shards}: {len(unknown)} of {len(pairs)} pictures have no family in the dataset, such as set "
            f"{unknown[0]}. The shards were made from another dataset. Make them again: dvc repro"
        )
    set_ids = [set_id for set_id, _ in pairs]
    actual = np.array([label for _, label in pairs], np.int64)
    return Pictures(set_ids, actual, [family_of[set_id] for set_id in set_ids], summary.labels)


def column_by_set(path: Path, name: str) -> dict[str, str]:
    """Return a column of a table of sets, by set number."""
    return {str(set_id): str(value) for set_id, value in read_csv(path).set_index("set_id")[name].items()}


def read_examples(shards: Path) -> Iterator[Example]:
    """Yield the records of all splits in order, one at a time, without decoding their pictures."""
    for split in SPLITS:
        for record in read_records(shards, split).as_numpy_iterator():
            values = tf.train.Example.FromString(record).features.feature
            set_id, image = (values[name].bytes_list.value[0] for name in ("set_id", "image"))
            yield Example(set_id.decode(), values["label"].int64_list.value[0], image)


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
    compute_features(packed, photos, settings, features)
    model, _ = train(packed, photos, features, settings, folder / "training")
    prepared = TrainingPictures(packed, photos, settings)
    calibrate(model, prepared)
    predicted, _ = probabilities(model, prepared.plain("test"))
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
            for example, split in zip(read_examples(shards), splits, strict=True)
            if split == name
        )
        counts[name] = write_split(directory, name, chosen, PICTURES_PER_SHARD)
    names = [summary.labels[index] for index in labels]
    write_summary(directory, ShardSummary(names, summary.size, summary.fill, counts))


def write_no_photos(summary: ShardSummary, directory: Path) -> None:
    """Write shards of photos that hold no photo."""
    counts = {"train": write_split(directory, "train", [], PICTURES_PER_SHARD)}
    write_summary(directory, ShardSummary(summary.labels, summary.size, summary.fill, counts))
