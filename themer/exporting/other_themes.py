"""The boundary between the labels' themes and all others: the probability that a picture shows one of the labels.

A linear discriminant on the square roots of what all blocks of the served model find, whose covariance is shrunk
towards its diagonal and a sphere (Friedman 1989, https://doi.org/10.2307/2289860). Each label is a class, and so is
each root theme of the other sets that the catalogue has (outlier exposure: Hendrycks et al. 2019,
https://arxiv.org/abs/1812.04606).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import softmax

from themer.answering.abstention import Boundary, rooted
from themer.base.engines import local_threads
from themer.base.theme_paths import SEPARATOR
from themer.training.confidence import fit_temperature

# Each held-out picture is judged by a boundary of nine tenths of the others. That of four fifths is less sure than the
# one that is served, so the promise would cost a point of coverage more.
FOLDS = 10
# The parts of the shrunk covariance that are its diagonal and a sphere. The best of 14 pairs by five-fold on 443 real
# sets of four groups and 624 of other themes, and on 266 photos: the diagonal helps with photos, and a little of the
# sphere with product pictures.
DIAGONAL, SPHERE = 0.3, 0.03
# With fewer families, a boundary would be a guess.
FEWEST_FAMILIES = FOLDS
# Rarer root themes share one class.
FEWEST_PICTURES = 10


@dataclass
class Moments:
    """The sums over some pictures that their discriminant follows from.

    `counts` is float64 [classes], `sums` float64 [classes, width], and `products` float32 [width, width], since there
    is one for each fold: the sum of each row times itself. They add up, so memory does not grow with the pictures.
    """

    counts: np.ndarray
    sums: np.ndarray
    products: np.ndarray

    @classmethod
    def empty(cls, class_count: int, width: int) -> "Moments":
        """Return the moments of no pictures."""
        return cls(np.zeros(class_count), np.zeros((class_count, width)), np.zeros((width, width), np.float32))

    def add(self, features: np.ndarray, classes: np.ndarray) -> None:
        """Add pictures: block features float32 [n, width] and the class of each, int [n]."""
        rows = rooted(features)
        members = np.eye(len(self.counts))[classes]
        self.counts += members.sum(axis=0)
        self.sums += members.T @ rows
        self.products += rows.T @ rows

    def __add__(self, other: "Moments") -> "Moments":
        """Return the moments of both sets of pictures."""
        return Moments(self.counts + other.counts, self.sums + other.sums, self.products + other.products)


def total(parts: Sequence[Moments]) -> Moments:
    """Return the moments of all parts together; there is at least one."""
    return sum(parts[1:], parts[0])


def fit_boundary(moments: Moments, label_count: int) -> Boundary:
    """Return the boundary of pictures, whose first `label_count` classes are the labels; its temperature is 1."""
    pictures = moments.counts.sum()
    means = moments.sums / np.maximum(moments.counts, 1)[:, np.newaxis]
    covariance = moments.products.astype(np.float64)
    covariance -= means.T @ moments.sums
    covariance /= pictures
    kernel = cho_solve(cho_factor(shrunk(covariance), overwrite_a=True, check_finite=False), means.T).T
    # A class without pictures, which a fold may lack, is all but impossible.
    priors = np.log(np.maximum(moments.counts, 1e-6) / pictures)
    bias = priors - (kernel * means).sum(axis=1) / 2
    return Boundary(np.column_stack([kernel, bias]).astype(np.float32), label_count)


def shrunk(covariance: np.ndarray) -> np.ndarray:
    """Return a covariance, float64 [width, width], shrunk so that few pictures are enough for many features."""
    variances = np.diagonal(covariance)
    found = (1 - DIAGONAL - SPHERE) * covariance
    np.fill_diagonal(found, (1 - SPHERE) * variances + SPHERE * variances.mean())
    return found


def calibrated(
    boundary: Boundary, folds: Sequence[Moments], features: np.ndarray, classes: np.ndarray, fold_of: np.ndarray
) -> tuple[Boundary, np.ndarray]:
    """Return a boundary at the temperature that fits held-out pictures, and their probability of showing a label.

    Args:
        boundary: the boundary of all pictures.
        folds: the moments of the pictures and views in each fold.
        features: block features float32 [n, width], of the pictures without their views.
        classes: int [n].
        fold_of: int [n]; each picture is judged by a boundary without its fold.
    """
    logits = np.zeros((len(features), len(boundary.weights)), np.float32)

    def held_out(fold: int) -> np.ndarray:
        """Return the logits of a fold's pictures, float32 [n, classes]."""
        others = [moments for number, moments in enumerate(folds) if number != fold]
        return fit_boundary(total(others), boundary.label_count).logits(features[fold_of == fold])

    for fold, found in enumerate(local_threads().ordered_map(held_out, range(len(folds)))):
        logits[fold_of == fold] = found
    temperature = np.float32(fit_temperature(softmax(logits, axis=1), classes))
    scaled = replace(boundary, weights=boundary.weights / temperature)
    return scaled, scaled.share(logits / temperature)


def classes_of(themes: Sequence[str], is_other: np.ndarray, labels: Sequence[str]) -> tuple[np.ndarray, int]:
    """Return the class of each picture, int [n], and the number of classes: labels first, then the other root themes.

    Args:
        themes: the label of each picture, or its theme, such as "City / Police", if it has none.
        is_other: bool [n], whether the picture has no label.
        labels: the labels of the model.
    """
    roots = [theme.split(SEPARATOR)[0] for theme in themes]
    counts = Counter(root for root, other in zip(roots, is_other, strict=True) if other)
    frequent = sorted(root for root, count in counts.items() if count >= FEWEST_PICTURES)
    class_of_label = {label: number for number, label in enumerate(labels)}
    class_of_root = {root: len(labels) + number for number, root in enumerate(frequent)}
    rest = len(labels) + len(frequent)
    rows = zip(themes, roots, is_other, strict=True)
    found = [class_of_root.get(root, rest) if other else class_of_label[theme] for theme, root, other in rows]
    return np.array(found, np.int64), rest + 1


def folds_of(families: Sequence[str]) -> np.ndarray:
    """Return a fold for each picture, int [n]; the families take turns in a shuffled order."""
    names = sorted(set(families))
    order = np.random.default_rng(0).permutation(len(names))
    fold_of = dict(zip([names[position] for position in order], np.arange(len(names)) % FOLDS, strict=True))
    return np.array([fold_of[family] for family in families])
