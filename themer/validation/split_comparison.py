"""Other ways to split the pictures: at random, ignoring families, and by year."""

from collections import Counter

import numpy as np
from sklearn.model_selection import StratifiedKFold


def random_folds(labels: list[str], count: int, seed: int) -> np.ndarray:
    """Return the fold of each picture, int [n], 0 to count - 1, stratified by label and blind to families.

    A label with fewer pictures than folds lowers the number of folds, to 2 at the least.
    """
    found = np.empty(len(labels), np.int64)
    splitter = StratifiedKFold(max(2, min(count, *Counter(labels).values())), shuffle=True, random_state=seed)
    for fold, (_, held_out) in enumerate(splitter.split(np.zeros(len(labels)), labels)):
        found[held_out] = fold
    return found


def first_year_held_out(years: np.ndarray, share: float) -> int:
    """Return the first year to hold out, so that the held-out pictures come closest to a share of all.

    `years` is int [n]. The earliest year is never held out, since something has to be left for training.
    """
    candidates = np.unique(years)[1:]
    if len(candidates) == 0:
        return int(years.max(initial=0)) + 1
    held_out = np.array([np.mean(years >= year) for year in candidates])
    return int(candidates[np.abs(held_out - share).argmin()])
