"""The boundary between the labels' themes and all others: the probability that a picture shows one of the labels.

A logistic regression on the served model's features, trained with the sets of other themes that the catalogue has
(outlier exposure: Hendrycks et al. 2019, https://arxiv.org/abs/1812.04606).
"""

from collections.abc import Sequence

import numpy as np

from themer.answering.abstention import Boundary
from themer.training.linear_head import fit_head

FOLDS = 5
# Features have length 1. A larger scale fits closer. Chosen by five-fold on 443 real sets of four groups and 624 of
# other themes, and on 266 photos.
SCALE = 2.5
# With fewer families, a boundary would be a guess.
FEWEST_FAMILIES = 2 * FOLDS


def fit_boundary(features: np.ndarray, is_other: np.ndarray) -> Boundary:
    """Return the boundary that fits features float32 [n, width], of pictures of other themes or not, bool [n]."""
    rows = (features * np.float32(SCALE), (~is_other).astype(np.int64), np.ones(len(features), np.float32))
    head = fit_head(lambda: [rows], features.shape[1], 2, len(features), label_smoothing=0.0)
    weights = (head.kernel[:, 1] - head.kernel[:, 0]) * np.float32(SCALE)
    return Boundary(np.append(weights, head.bias[1] - head.bias[0]).astype(np.float32))


def held_out_shares(
    features: np.ndarray, is_other: np.ndarray, families: Sequence[str], views: np.ndarray, view_of: np.ndarray
) -> np.ndarray:
    """Return each picture's probability of showing a label, by a boundary trained without its family, float32 [n].

    Args:
        features: float32 [n, width].
        is_other: bool [n].
        families: the family of each picture.
        views: float32 [m, width], features of views of these pictures, which join training.
        view_of: int [m], the picture of each view.
    """
    fold_of = folds_of(families)
    found = np.zeros(len(features), np.float32)
    for fold in range(FOLDS):
        held_out = fold_of == fold
        seen = ~held_out[view_of]
        rows = np.concatenate([features[~held_out], views[seen]])
        boundary = fit_boundary(rows, np.concatenate([is_other[~held_out], is_other[view_of][seen]]))
        found[held_out] = boundary.probability(features[held_out])
    return found


def folds_of(families: Sequence[str]) -> np.ndarray:
    """Return a fold for each picture, int [n]; the families take turns in a shuffled order."""
    names = sorted(set(families))
    order = np.random.default_rng(0).permutation(len(names))
    fold_of = dict(zip([names[position] for position in order], np.arange(len(names)) % FOLDS, strict=True))
    return np.array([fold_of[family] for family in families])
