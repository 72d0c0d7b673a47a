"""Answers for every picture by a classifier that never saw it, nor another of its family.

Folds hold pictures out in turn. Either a linear classifier on the cached features answers them, or a network that has
gone through the whole training anew for each fold.
"""

import hashlib
import io
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import pandas
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
from tqdm import tqdm

from themer import scores
from themer.epochs import balance
from themer.errors import UserError
from themer.features import features_path, read_features
from themer.files import write_bytes
from themer.heads import Rows, blocks, fit_head, linear_classifier
from themer.losses import loss_for
from themer.merges import theme_pairs
from themer.params import SPLITS, CrossValidate, Params, Train
from themer.quiet_tensorflow import keras, tf
from themer.retraining import Pictures, answers_of_training, new_splits, validation_share
from themer.shards import read_summary
from themer.training import fingerprint

FIGURES = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "macro_f1_low", "macro_f1_high", "log_loss")


def why_not(params: Params, width: int) -> str:
    """Return why there is nothing to do, or ""; `width` is the number of features, 0 where there are none."""
    if params.cross_validate.folds == 0:
        return "cross_validate.folds is 0"
    if width == 0 and not params.cross_validate.fine_tuned:
        return f"{params.train.network} starts from scratch and has no features; set cross_validate.fine_tuned to true"
    return ""


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


def held_out_answers(
    shards: Path,
    pictures: Pictures,
    fold_of: np.ndarray,
    features: list[np.ndarray],
    settings: Train,
    checks: CrossValidate,
    checkpoint: Path,
) -> np.ndarray:
    """Return the probabilities, float32 [n, classes], of each picture by what was learned from the other folds.

    By the whole training or, unless `checks.fine_tuned`, by a linear classifier on `features`.
    """
    if checks.fine_tuned:
        return fine_tuned_answers(shards, pictures, fold_of, settings, checks.seed, checkpoint)
    keras.utils.set_random_seed(settings.seed)
    tf.config.experimental.enable_op_determinism()
    return linear_answers(features, pictures.actual, fold_of, settings, len(pictures.labels))


def linear_answers(
    features: list[np.ndarray], actual: np.ndarray, fold_of: np.ndarray, settings: Train, classes: int
) -> np.ndarray:
    """Return probabilities, float32 [n, classes], by a linear classifier on the other folds' features for each fold.

    `features` are float32 [pictures, width] of the splits, `actual` int [n] and `fold_of` int [n] of all pictures. A
    fold of -1 is never held out, and its rows are zeros.
    """
    parts = list(zip(features, split_by(features, actual), split_by(features, fold_of), strict=True))
    answers = np.zeros((len(actual), classes), np.float32)
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

    A fold of -1 is never held out. Held-out pictures of a label that no other picture has get no answer: zeros.
    """
    folder = checkpoint / f"folds-{_folds_fingerprint(shards, settings, fold_of, seed)}"
    remove_folds(checkpoint, kept=folder)
    answers = np.zeros((len(fold_of), len(pictures.labels)), np.float32)
    for fold in tqdm(range(fold_of.max() + 1), desc="folds", unit="fold"):
        path, held_out = folder / f"fold-{fold}.npy", fold_of == fold
        if not path.exists():
            splits = new_splits(pictures, held_out, validation_share(shards), seed)
            given = answers_of_training(shards, pictures, splits, settings, folder / f"fold-{fold}")
            _write_array(given, path)
        shutil.rmtree(folder / f"fold-{fold}", ignore_errors=True)
        answers[held_out & learned_elsewhere(pictures.actual, held_out)] = np.load(path)
    return answers


def remove_folds(checkpoint: Path, kept: Path | None = None) -> None:
    """Delete what `fine_tuned_answers` keeps in a folder, and the folder when nothing else is in it."""
    for path in checkpoint.glob("folds-*"):
        if path != kept:
            shutil.rmtree(path)
    with suppress(OSError):
        checkpoint.rmdir()


def learned_elsewhere(actual: np.ndarray, held_out: np.ndarray) -> np.ndarray:
    """Return bool [n]: whether a picture that is not held out has the same label."""
    return np.isin(actual, actual[~held_out])


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


def _folds_fingerprint(shards: Path, settings: Train, fold_of: np.ndarray, seed: int) -> str:
    """Return 16 hexadecimal digits that stand for all that the answers of all folds depend on."""
    assigned = fold_of.astype("<i8").tobytes()
    return hashlib.sha256(f"{fingerprint([shards], settings)} {seed} ".encode() + assigned).hexdigest()[:16]


def _write_array(array: np.ndarray, path: Path) -> None:
    """Write an array whole or not at all."""
    stream = io.BytesIO()
    np.save(stream, array)
    write_bytes(stream.getvalue(), path)
