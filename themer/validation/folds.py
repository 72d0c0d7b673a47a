"""Folds for cross-validation: each picture is held out once, and never while another of its family is learned."""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from themer.base.errors import UserError


def folds(labels: Sequence[str], families: Sequence[str], count: int, seed: int) -> np.ndarray:
    """Return int [n], 0 to count - 1: the fold of each picture, by family, with each label's share in each fold.

    The order of the pictures does not matter. A label of fewer families than folds is missing from some; see
    `scarce_labels`. Where scikit-learn cannot stratify, since each label has fewer pictures than folds, or would leave
    a fold empty (https://github.com/scikit-learn/scikit-learn/issues/34828), labels are not looked at.

    Raises:
        UserError: fewer than two folds, or fewer families than folds.
    """
    _require_enough(len(set(families)), count)
    if max(np.unique_counts(np.asarray(labels)).counts) >= count:
        found = _held_out(StratifiedGroupKFold(count, shuffle=True, random_state=seed), labels, families)
        if len(np.unique(found)) == count:
            return found
    return _held_out(GroupKFold(count, shuffle=True, random_state=seed), labels, families)


def scarce_labels(labels: Sequence[str], families: Sequence[str], count: int) -> dict[str, int]:
    """Return the labels of fewer families than `count` folds, by name, and how many families each has."""
    table = pandas.DataFrame({"label": labels, "family": families})
    sizes = table.groupby("label")["family"].nunique()
    return {str(label): int(size) for label, size in sizes.items() if size < count}


def _require_enough(families: int, count: int) -> None:
    """Raise UserError unless there are two folds and a family for each."""
    if count < 2:
        raise UserError(f"folds: cross-validation takes at least 2 folds, but {count} were asked for.")
    if families < count:
        raise UserError(
            f"folds: {count} folds need as many families of sets, but there are {families}. "
            "Ask for fewer folds or fetch more sets."
        )


def _held_out(
    splitter: StratifiedGroupKFold | GroupKFold, labels: Sequence[str], families: Sequence[str]
) -> np.ndarray:
    """Return int [n], the number of the split that holds each picture out."""
    found = np.empty(len(labels), dtype=np.int64)
    with warnings.catch_warnings():
        # Of labels with few pictures, which `scarce_labels` tells in the project's own terms.
        warnings.simplefilter("ignore", UserWarning)
        for index, (_, held_out) in enumerate(splitter.split(np.zeros(len(labels)), labels, families)):
            found[held_out] = index
    return found
