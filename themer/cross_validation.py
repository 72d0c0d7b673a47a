"""Answers for every picture by a classifier that never saw it, nor another of its family.

Folds hold pictures out in turn. Either a linear classifier on the cached features answers them, or a network that has
gone through the whole training anew for each fold.
"""

import hashlib
import io
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import pandas
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
from tqdm import tqdm

from themer import scores
from themer.confidence import calibrate
from themer.epochs import TrainingPictures, balance
from themer.errors import UserError
from themer.features import compute_features, features_path, read_features
from themer.files import write_bytes
from themer.folds import folds
from themer.heads import Rows, blocks, fit_head, linear_classifier
from themer.losses import loss_for
from themer.merges import theme_pairs
from themer.params import SPLITS, Train
from themer.quiet_tensorflow import keras, tf
from themer.shards import Example, ShardSummary, read_records, read_summary, write_split, write_summary
from themer.training import fingerprint, probabilities, train

PICTURES_PER_SHARD = 1024
FIGURES = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "log_loss")


@dataclass(frozen=True)
class Pictures:
    """All pictures of sets in the order of the shards, split after split; `actual` is int64 [n], indices of labels."""

    set_ids: list[str]
    actual: np.ndarray
    families: list[str]
    labels: list[str]

    @property
    def given(self) -> list[str]:
        """The label of each picture, by name."""
        return [self.labels[index] for index in self.actual]


def read_pictures(shards: Path, family_of: Mapping[str, str]) -> Pictures:
    """Read what the pictures of all splits are, but not the pictures.

    Raises:
        UserError: a set has no family, or a file of the shards is missing.
    """
    summary = read_summary(shards)
    found = [(example.set_id, example.label) for example in read_examples(shards)]
    unknown = [set_id for set_id, _ in found if set_id not in family_of]
    if unknown:
        raise UserError(
            f"{shards}: {len(unknown)} of {len(found)} pictures have no family in the dataset, set {unknown[0]} among "
            "them. The shards were made from another one; make them again: dvc repro"
        )
    set_ids = [set_id for set_id, _ in found]
    actual = np.array([label for _, label in found], np.int64)
    return Pictures(set_ids, actual, [family_of[set_id] for set_id in set_ids], summary.labels)


def read_examples(shards: Path) -> Iterator[Example]:
    """Yield the records of all splits in order, one at a time, their pictures as the PNG that they are."""
    for split in SPLITS:
        for record in read_records(shards, split).as_numpy_iterator():
            values = tf.train.Example.FromString(record).features.feature
            set_id, image = (values[name].bytes_list.value[0] for name in ("set_id", "image"))
            yield Example(set_id.decode(), values["label"].int64_list.value[0], image)


def plain_features(directory: Path, shards: Path) -> list[np.ndarray]:
    """Return the features of each split's pictures as they are, float32 [pictures, width], mapped into memory.

    Raises:
        UserError: they are of another number of pictures than the shards hold.
    """
    counts = read_summary(shards).pictures
    parts = [read_features(features_path(directory, split, 0)) for split in SPLITS]
    for split, part in zip(SPLITS, parts, strict=True):
        if len(part) != counts[split]:
            raise UserError(
                f"{directory}: features of {len(part)} pictures of the split {split!r}, but {shards} holds "
                f"{counts[split]}. Run: dvc repro --force features"
            )
    return parts


def split_by(parts: Sequence[np.ndarray], values: np.ndarray) -> list[np.ndarray]:
    """Return the values of all pictures cut into those of each part."""
    return np.split(values, np.cumsum([len(part) for part in parts])[:-1])


def linear_answers(
    features: list[np.ndarray], actual: np.ndarray, fold_of: np.ndarray, settings: Train, classes: int
) -> np.ndarray:
    """Return probabilities, float32 [n, classes], by a linear classifier on the other folds' features for each fold.

    `features` are float32 [pictures, width] of the splits, `actual` int [n] and `fold_of` int [n] of all pictures.
    """
    parts = list(zip(features, split_by(features, actual), split_by(features, fold_of), strict=True))
    answers = np.empty((len(actual), classes), np.float32)
    for fold in range(fold_of.max() + 1):
        counts = learned_counts(actual[fold_of != fold], classes)
        head = linear_classifier(features[0].shape[1], classes)
        copies, weights = balance(counts, settings)
        rows, pictures = partial(_learned_rows, parts, fold, copies * weights), int(np.sum(fold_of != fold))
        # On one thread, since sums in another order would end in other bytes.
        with threadpool_limits(1):
            fit_head(head, rows, pictures, loss_for(settings, counts))
        answers[fold_of == fold] = _held_out_answers(parts, fold, head)
    return answers


def learned_counts(actual: np.ndarray, classes: int) -> np.ndarray:
    """Return how many pictures each label has, int64 [classes], at least 1: no label may weigh infinitely much."""
    return np.maximum(np.bincount(actual, minlength=classes), 1)


def fine_tuned_answers(
    shards: Path, pictures: Pictures, fold_of: np.ndarray, settings: Train, seed: int, checkpoint: Path
) -> np.ndarray:
    """Return probabilities, float32 [n, classes], by a network that was trained from the start for each fold.

    Finished folds, and finished epochs of the one that was stopped, are kept in a folder in `checkpoint`, from which a
    later call with the same settings, shards and folds goes on to the same answers. See `remove_folds`.

    Raises:
        UserError: a fold holds all pictures of a label, so that nothing is left to learn it from.
    """
    require_every_label(pictures, fold_of)
    folder = checkpoint / f"folds-{_folds_fingerprint(shards, settings, fold_of, seed)}"
    remove_folds(checkpoint, kept=folder)
    answers = np.empty((len(fold_of), len(pictures.labels)), np.float32)
    for fold in tqdm(range(fold_of.max() + 1), desc="folds", unit="fold"):
        path, held_out = folder / f"fold-{fold}.npy", fold_of == fold
        if not path.exists():
            splits = new_splits(pictures, held_out, validation_share(shards), seed)
            _write_array(_answers_of_training(shards, splits, settings, folder / f"fold-{fold}"), path)
        shutil.rmtree(folder / f"fold-{fold}", ignore_errors=True)
        answers[held_out] = np.load(path)
    return answers


def remove_folds(checkpoint: Path, kept: Path | None = None) -> None:
    """Delete what `fine_tuned_answers` keeps in a folder, and the folder when nothing else is in it."""
    for path in checkpoint.glob("folds-*"):
        if path != kept:
            shutil.rmtree(path)
    with suppress(OSError):
        checkpoint.rmdir()


def require_every_label(pictures: Pictures, fold_of: np.ndarray) -> None:
    """Raise UserError naming a label that is in one fold alone."""
    for index, label in enumerate(pictures.labels):
        holding = np.unique(fold_of[pictures.actual == index])
        if len(holding) < 2:
            raise UserError(
                f'cross_validate: all {np.sum(pictures.actual == index)} pictures of "{label}" are in one fold, and '
                "nothing is left to learn it from. Get pictures of it, raise regroup.minimum_pictures, try another "
                "cross_validate.seed, or set cross_validate.fine_tuned to false."
            )


def validation_share(shards: Path) -> float:
    """Return the share of the validation split among the pictures that a training is given."""
    counts = read_summary(shards).pictures
    return counts["validation"] / (counts["train"] + counts["validation"])


def new_splits(pictures: Pictures, held_out: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Return the split of each picture: test where it is held out, else train or, about `share` of them, validation.

    By family and label, as the folds are; a label that would have no family left to learn from stays in train.
    """
    splits = np.where(held_out, "test", "train").astype(object)
    labels, families = np.array(pictures.given)[~held_out], np.array(pictures.families)[~held_out]
    validation = folds(labels.tolist(), families.tolist(), max(2, round(1 / share)), seed) == 0
    unlearned = np.setdiff1d(labels, labels[~validation])
    validation &= ~np.isin(families, families[np.isin(labels, unlearned)])
    splits[~held_out] = np.where(validation, "validation", "train")
    return splits


def repack(shards: Path, splits: Sequence[str], directory: Path) -> None:
    """Write all pictures of a directory of shards into another one, each into its new split, one at a time."""
    counts = {}
    for name in SPLITS:
        chosen = (example for example, split in zip(read_examples(shards), splits, strict=True) if split == name)
        counts[name] = write_split(directory, name, chosen, PICTURES_PER_SHARD)
    summary = read_summary(shards)
    write_summary(directory, ShardSummary(summary.labels, summary.size, summary.fill, counts))


def write_no_photos(summary: ShardSummary, directory: Path) -> None:
    """Write shards of photos to train on, without any in them."""
    counts = {"train": write_split(directory, "train", [], PICTURES_PER_SHARD)}
    write_summary(directory, ShardSummary(summary.labels, summary.size, summary.fill, counts))


def figures(pictures: Pictures, answers: np.ndarray, confidence_level: float) -> dict[str, float]:
    """Return how good the answers are, as `scores.headline` counts it, and among the first five of many labels."""
    all_figures = scores.headline(pictures.actual, answers, pictures.families, 0, confidence_level)
    chosen = {"pictures": len(answers), **{name: all_figures[name] for name in FIGURES}}
    if len(pictures.labels) > scores.MOST_LABELS_WITHOUT_TOP_5:
        chosen["top_5_accuracy"] = scores.top_k_accuracy(pictures.actual, answers, 5)
    return chosen


def no_figures(labels: int) -> dict[str, None]:
    """Return the same keys where nothing was answered."""
    top_5 = ["top_5_accuracy"] if labels > scores.MOST_LABELS_WITHOUT_TOP_5 else []
    return dict.fromkeys(["pictures", *FIGURES, *top_5])


def answer_table(pictures: Pictures, fold_of: np.ndarray, answers: np.ndarray) -> pandas.DataFrame:
    """Return set_id, fold, label, predicted, confidence and probability_of_label of each picture, by set_id."""
    table = pandas.DataFrame(
        {
            "set_id": pictures.set_ids,
            "fold": fold_of,
            "label": pictures.given,
            "predicted": [pictures.labels[index] for index in answers.argmax(axis=1)],
            "confidence": answers.max(axis=1, initial=0).astype(np.float64),
            "probability_of_label": answers[np.arange(len(answers)), pictures.actual].astype(np.float64),
        }
    )
    return table.round(6).sort_values("set_id", kind="stable").reset_index(drop=True)


def pairs_of(pictures: Pictures, answers: np.ndarray, features: list[np.ndarray]) -> pandas.DataFrame:
    """Return `theme_pairs` of out-of-fold answers; without features, of a network from scratch, no distances."""
    batches = chain.from_iterable(map(blocks, features, split_by(features, pictures.actual)))
    return theme_pairs(pictures.actual, answers, batches, pictures.labels)


def worthwhile_pairs(pairs: pandas.DataFrame, most: int) -> pandas.DataFrame:
    """Return up to `most` of the pairs of `theme_pairs`: those that are confused, then those with nearest features."""
    confused = pairs["confusion"] > 0
    others = pairs[~confused].sort_values(["distance", "a", "b"], kind="stable")
    return pandas.concat([pairs[confused], others]).head(most).reset_index(drop=True)


def _learned_rows(parts: Sequence[Rows], fold: int, shares: np.ndarray) -> Iterator[Rows]:
    """Yield features, labels and weights of the pictures that a fold does not hold out, block after block."""
    for part in parts:
        for features, labels, fold_of in blocks(*part):
            learned = fold_of != fold
            yield features[learned], labels[learned], shares[labels[learned]]


def _held_out_answers(parts: Sequence[Rows], fold: int, head: keras.layers.Dense) -> np.ndarray:
    """Return the probabilities of a fold's pictures, float32 [n, classes]."""
    rows = (features[fold_of == fold] for part in parts for features, _, fold_of in blocks(*part))
    return np.concatenate([np.asarray(head(features)) for features in rows])


def _answers_of_training(shards: Path, splits: np.ndarray, settings: Train, folder: Path) -> np.ndarray:
    """Go through the whole training with new splits, and return the probabilities of the test split in order."""
    keras.utils.clear_session()  # or the networks of all folds would stay in memory
    packed, photos, features = (folder / name for name in ("shards", "photo_shards", "features"))
    repack(shards, splits.tolist(), packed)
    write_no_photos(read_summary(packed), photos)
    compute_features(packed, photos, settings, fingerprint([packed, photos], settings), features)
    model, _ = train(packed, photos, features, settings, folder / "training")
    pictures = TrainingPictures(packed, photos, settings)
    calibrate(model, pictures, settings.accepted_risk)
    return probabilities(model, pictures.plain("test"))[0]


def _folds_fingerprint(shards: Path, settings: Train, fold_of: np.ndarray, seed: int) -> str:
    """Return 16 hexadecimal digits that stand for all that the answers of all folds depend on."""
    assigned = fold_of.astype("<i8").tobytes()
    return hashlib.sha256(f"{fingerprint([shards], settings)} {seed} ".encode() + assigned).hexdigest()[:16]


def _write_array(array: np.ndarray, path: Path) -> None:
    """Write an array whole or not at all."""
    stream = io.BytesIO()
    np.save(stream, array)
    write_bytes(stream.getvalue(), path)
