"""Held-out predictions: each picture is predicted by a model that was trained on the other folds.

That model is either a linear classifier on the stored features, or a network trained from the start.
"""

import hashlib
import io
import shutil
from collections.abc import Iterator, Sequence, Sized
from functools import partial
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
from tqdm import tqdm

from themer.base.arrays import holds_array, read_array
from themer.base.engines import local_threads
from themer.base.errors import UserError
from themer.base.files import write_bytes
from themer.base.params import SPLITS, CrossValidate, Params, Train
from themer.features.feature_store import Features, fingerprint, read_features
from themer.shards.files import read_summary
from themer.training.at_hand import at_hand
from themer.training.balance import balance
from themer.training.linear_head import LinearHead, Rows, blocks, fit_head
from themer.validation.pictures import Pictures

# The features of a split, and the label and the fold of each of its pictures, int [n].
Part = tuple[Features, np.ndarray, np.ndarray]


def reason_to_skip(params: Params, width: int) -> str:
    """Return why cross-validation is skipped, or ""; `width` is the number of features, 0 without features."""
    if params.cross_validate.folds == 0:
        return "cross_validate.folds is 0"
    if width == 0 and not params.cross_validate.fine_tuned:
        names = " and ".join(params.train.networks)
        return f"{names} starts from scratch and has no features; set cross_validate.fine_tuned to true"
    return ""


def plain_features(directory: Path, shards: Path) -> list[Features]:
    """Return the features of each split's unaugmented pictures.

    Raises:
        UserError: the shards hold a different number of pictures.
    """
    counts = read_summary(shards).pictures
    parts = [read_features(directory, split, 0) for split in SPLITS]
    for split, part in zip(SPLITS, parts, strict=True):
        if len(part) != counts[split]:
            raise UserError(
                f"{directory}: the split {split!r} has features of {len(part)} pictures, but {shards} holds "
                f"{counts[split]} pictures. Run: dvc repro --force features"
            )
    return parts


def view_features(directory: Path, views: int) -> list[Features]:
    """Return the features of the training split's random views, a part for each view after the first."""
    return [read_features(directory, "train", view) for view in range(1, views)]


def split_by(parts: Sequence[Sized], values: np.ndarray) -> list[np.ndarray]:
    """Return values, one for each picture, cut into pieces as long as the parts."""
    return np.split(values, np.cumsum([len(part) for part in parts])[:-1])


def held_out_probabilities(
    shards: Path,
    pictures: Pictures,
    fold_of: np.ndarray,
    features: list[Features],
    settings: Train,
    checks: CrossValidate,
    checkpoint: Path,
) -> np.ndarray:
    """Return held-out probabilities, float32 [n, labels], from models trained on the other folds.

    With `checks.fine_tuned`, the whole training is repeated for each fold. Otherwise a linear classifier is trained on
    `features`.

    Args:
        shards: the folder with the shards of the sets.
        pictures: all pictures of the shards.
        fold_of: int [n], the fold of each picture; -1 is never held out.
        features: those of each split; unused with `checks.fine_tuned`.
        settings: of the training.
        checks: whether to repeat the whole training, and the seed of its splits.
        checkpoint: a folder for finished folds.
    """
    if checks.fine_tuned:
        return fine_tuned_probabilities(shards, pictures, fold_of, settings, checks.seed, checkpoint)
    return linear_probabilities(features, pictures.actual, fold_of, settings, len(pictures.labels))


def linear_probabilities(
    features: list[Features], actual: np.ndarray, fold_of: np.ndarray, settings: Train, label_count: int
) -> np.ndarray:
    """Return held-out probabilities, float32 [n, labels], from linear classifiers trained on the other folds.

    Args:
        features: those of each split.
        actual: int [n], the label of each picture of all splits.
        fold_of: int [n], the fold of each picture; -1 is never held out and gets zeros.
        settings: `label_smoothing` and `imbalance` are used.
        label_count: the number of labels.
    """
    parts = list(zip(features, split_by(features, actual), split_by(features, fold_of), strict=True))
    found = np.zeros((len(actual), label_count), np.float32)

    def held_out(fold: int) -> np.ndarray:
        """Return the probabilities of a fold's pictures, float32 [n, labels]."""
        counts = training_counts(actual[fold_of != fold], label_count)
        copies, weights = balance(counts, settings)
        # They are read a hundred times.
        rows = at_hand(partial(_training_rows, parts, fold, copies * weights), _bytes_of)
        pictures = int(np.sum(fold_of != fold))
        head = fit_head(rows, features[0].width, label_count, pictures, settings.label_smoothing)
        return _fold_probabilities(parts, fold, head)

    # Set around all folds, since fit_head sets it for the whole process.
    with threadpool_limits(1):
        for fold, probabilities in enumerate(local_threads().ordered_map(held_out, range(fold_of.max() + 1))):
            found[fold_of == fold] = probabilities
    return found


def training_counts(actual: np.ndarray, label_count: int) -> np.ndarray:
    """Return the number of pictures of each label, int64 [labels], at least 1 so that no weight is infinite."""
    return np.maximum(np.bincount(actual, minlength=label_count), 1)


def fine_tuned_probabilities(
    shards: Path, pictures: Pictures, fold_of: np.ndarray, settings: Train, seed: int, checkpoint: Path
) -> np.ndarray:
    """Return held-out probabilities, float32 [n, labels], from a network trained from the start for each fold.

    The folder `checkpoint` keeps finished folds, and finished epochs of the current one. A later call with the same
    settings, shards and folds resumes there and returns the same probabilities. Folds of other calls are deleted.

    Pictures of fold -1 are never held out and get zeros. So does a picture whose label no training picture has.
    """
    # Imported here, so that a linear classifier does not wait for TensorFlow.
    from themer.validation.retraining import new_splits, retrained_probabilities, validation_share

    folder = checkpoint / f"folds-{_folds_fingerprint(shards, settings, fold_of, seed)}"
    _remove_other_folds(checkpoint, folder)
    found = np.zeros((len(fold_of), len(pictures.labels)), np.float32)
    for fold in tqdm(range(fold_of.max() + 1), desc="folds", unit="fold"):
        path, held_out = folder / f"fold-{fold}.npy", fold_of == fold
        predicted = held_out & has_training_label(pictures.actual, held_out)
        if not holds_array(path, (int(predicted.sum()), len(pictures.labels))):
            splits = new_splits(pictures, held_out, validation_share(shards), seed)
            probabilities = retrained_probabilities(shards, pictures, splits, settings, folder / f"fold-{fold}")
            _write_array(probabilities, path)
        shutil.rmtree(folder / f"fold-{fold}", ignore_errors=True)
        found[predicted] = read_array(path)
    return found


def has_training_label(actual: np.ndarray, held_out: np.ndarray) -> np.ndarray:
    """Return whether each picture has the label of a picture that is not held out, bool [n]."""
    return np.isin(actual, actual[~held_out])


def require_every_label(pictures: Pictures, fold_of: np.ndarray) -> None:
    """Raise UserError if all pictures of a label are in one fold."""
    for index, label in enumerate(pictures.labels):
        folds_of_label = fold_of[pictures.actual == index]
        if len(np.unique(folds_of_label)) < 2:
            raise UserError(
                f'cross_validate: all {len(folds_of_label)} pictures of "{label}" are in one fold, so no training '
                "picture has that label. Get more pictures of it, raise regroup.minimum_pictures, change "
                "cross_validate.seed, or set cross_validate.fine_tuned to false."
            )


def _remove_other_folds(checkpoint: Path, kept: Path) -> None:
    """Delete the folds of calls with other settings, shards or folds."""
    for path in checkpoint.glob("folds-*"):
        if path != kept:
            shutil.rmtree(path)


def _training_rows(parts: Sequence[Part], fold: int, label_weights: np.ndarray) -> Iterator[Rows]:
    """Yield features, labels and weights of the pictures outside a fold, block by block."""
    for part in parts:
        for features, labels, fold_of in blocks(*part):
            training = fold_of != fold
            yield features[training], labels[training], label_weights[labels[training]]


def _bytes_of(rows: Rows) -> int:
    """Return the size of the features of some rows."""
    return rows[0].nbytes


def _fold_probabilities(parts: Sequence[Part], fold: int, head: LinearHead) -> np.ndarray:
    """Return the probabilities of a fold's pictures, float32 [n, labels]."""
    rows = (features[fold_of == fold] for part in parts for features, _, fold_of in blocks(*part))
    return np.concatenate([head.probabilities(features) for features in rows])


def _folds_fingerprint(shards: Path, settings: Train, fold_of: np.ndarray, seed: int) -> str:
    """Return 16 hexadecimal digits for everything that the predictions of all folds depend on."""
    assigned = fold_of.astype("<i8").tobytes()
    return hashlib.sha256(f"{fingerprint([shards], settings)} {seed} ".encode() + assigned).hexdigest()[:16]


def _write_array(array: np.ndarray, path: Path) -> None:
    """Write an array to a file, completely or not at all."""
    stream = io.BytesIO()
    np.save(stream, array)
    write_bytes(stream.getvalue(), path)
