"""Other ways to split the pictures: at random, ignoring families; and by year."""

from collections import Counter

import numpy as np
from sklearn.model_selection import StratifiedKFold


def random_folds(labels: list[str], count: int, seed: int) -> np.ndarray:
    """Return the fold of each picture, int [n], 0 to count - 1, stratified by label and ignoring families.

    If a label has fewer pictures than folds, there are only as many folds as it has pictures, but at least two.
    """
    found = np.empty(len(labels), np.int64)
    splitter = StratifiedKFold(max(2, min(count, *Counter(labels).values())), shuffle=True, random_state=seed)
    for fold, (_, held_out) in enumerate(splitter.split(np.zeros(len(labels)), labels)):
        found[held_out] = fold
    return found


def first_year_held_out(years: np.ndarray, share: float) -> int:
    """Return the first year to hold out, so that the share of held-out pictures is closest to `share`.

    `years` is int [n], the year of each picture. The earliest year is never held out: training needs pictures.
    """
    candidates = np.unique(years)[1:]
    if len(candidates) == 0:
        return int(years.max(initial=0)) + 1
    shares = np.array([np.mean(years >= year) for year in candidates])
    return int(candidates[np.abs(shares - share).argmin()])
