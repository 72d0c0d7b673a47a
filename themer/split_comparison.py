"""What other ways to split the pictures would have shown: at random, and by year."""

from collections import Counter
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold

from themer.scores import accuracy_interval, macro_f1_interval, weighted_macro_f1

COLUMNS = [
    "split",
    "pictures",
    "left_out",
    "near_duplicates",
    "accuracy",
    "accuracy_low",
    "accuracy_high",
    "macro_f1",
    "macro_f1_low",
    "macro_f1_high",
]


def random_folds(labels: list[str], count: int, seed: int) -> np.ndarray:
    """Return int [n], 0 to count - 1: the fold of each picture, by label, whatever its family is.

    There are fewer folds, but two, where a label has fewer pictures than folds.
    """
    found = np.empty(len(labels), np.int64)
    splitter = StratifiedKFold(max(2, min(count, *Counter(labels).values())), shuffle=True, random_state=seed)
    for fold, (_, held_out) in enumerate(splitter.split(np.zeros(len(labels)), labels)):
        found[held_out] = fold
    return found


def first_year_held_out(years: np.ndarray, share: float) -> int:
    """Return the year from which on the pictures (int [n], their years) come nearest to a share of all.

    Never the first year there is, since something has to be learned.
    """
    candidates = np.unique(years)[1:]
    if len(candidates) == 0:
        return int(years.max(initial=0)) + 1
    held_out = np.array([np.mean(years >= year) for year in candidates])
    return int(candidates[np.abs(held_out - share).argmin()])


def have_near_duplicate(pairs: list[tuple[int, int]], fold_of: np.ndarray) -> np.ndarray:
    """Return bool [n]: whether a picture in another fold, from which its answer was learned, is nearly the same.

    Args:
        pairs: the positions of pictures that are nearly the same.
        fold_of: int [n], the fold of each picture.
    """
    found = np.zeros(len(fold_of), bool)
    for one, other in pairs:
        if fold_of[one] != fold_of[other]:
            found[[one, other]] = True
    return found


def comparison_row(
    split: str,
    actual: np.ndarray,
    predicted: np.ndarray,
    asked: np.ndarray,
    families: list[str],
    near_duplicate: np.ndarray,
    confidence_level: float,
) -> dict[str, Any]:
    """Return the columns of one split.

    `asked` is bool [n]: which pictures were held out and could be answered. `actual` and `predicted` are int [n],
    `near_duplicate` bool [n], `families` n names. The intervals count families, not pictures.
    """
    chosen = [family for family, one in zip(families, asked, strict=True) if one]
    right = actual[asked] == predicted[asked]
    accuracy_low, accuracy_high = accuracy_interval(right, chosen, confidence_level)
    macro_f1_low, macro_f1_high = macro_f1_interval(actual[asked], predicted[asked], chosen, confidence_level)
    return {
        "split": split,
        "pictures": int(asked.sum()),
        "near_duplicates": int(near_duplicate[asked].sum()),
        "accuracy": float(right.mean()),
        "accuracy_low": accuracy_low,
        "accuracy_high": accuracy_high,
        "macro_f1": weighted_macro_f1(actual[asked], predicted[asked], np.ones(int(asked.sum()))),
        "macro_f1_low": macro_f1_low,
        "macro_f1_high": macro_f1_high,
    }
