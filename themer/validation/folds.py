"""Folds for cross-validation: each picture is held out once, together with its whole family."""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from themer.base.errors import UserError


def folds(labels: Sequence[str], families: Sequence[str], count: int, seed: int) -> np.ndarray:
    """Return the fold of each picture, int [n], 0 to count - 1: grouped by family and stratified by label.

    The order of the pictures does not matter. A label with fewer families than folds is missing from some folds; see
    `scarce_labels`. The folds are not stratified if every label has fewer pictures than folds, or if scikit-learn would
    leave a fold empty (https://github.com/scikit-learn/scikit-learn/issues/34828).

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
    """Return the labels with fewer families than `count` folds, sorted by name, each with its number of families."""
    table = pandas.DataFrame({"label": labels, "family": families})
    sizes = table.groupby("label")["family"].nunique()
    return {str(label): int(size) for label, size in sizes.items() if size < count}


def _require_enough(families: int, count: int) -> None:
    """Raise UserError for fewer than two folds, or fewer families than folds."""
    if count < 2:
        raise UserError(f"folds: cross-validation needs at least 2 folds, but there are {count}. Use 2 or more.")
    if families < count:
        raise UserError(
            f"folds: {count} folds need at least {count} families of sets, but there are {families}. "
            "Use fewer folds or fetch more sets."
        )


def _held_out(
    splitter: StratifiedGroupKFold | GroupKFold, labels: Sequence[str], families: Sequence[str]
) -> np.ndarray:
    """Return the number of the split that holds each picture out, int [n]."""
    found = np.empty(len(labels), dtype=np.int64)
    with warnings.catch_warnings():
        # scikit-learn warns of labels with few pictures. `scarce_labels` reports them in the project's own terms.
        warnings.simplefilter("ignore", UserWarning)
        for index, (_, held_out) in enumerate(splitter.split(np.zeros(len(labels)), labels, families)):
            found[held_out] = index
    return found
