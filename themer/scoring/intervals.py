"""Confidence intervals that treat a family, not a picture, as the independent unit."""

import numpy as np
from scipy.stats import norm

from themer.training.confidence import effective_pictures

RESAMPLES = 1000


def accuracy_interval(correct: np.ndarray, families: list[str], confidence_level: float) -> tuple[float, float]:
    """Return Wilson's interval for the accuracy, with the effective number of independent pictures.

    Predictions within a family tend to be correct or wrong together. So the effective number is below n. It is
    p (1 - p) / v, where p is the accuracy and v its variance over families. If all predictions are correct, or all are
    wrong, v is 0 and each family counts once. A bootstrap over families would give intervals that are too narrow near
    an accuracy of 1, and empty at 1.

    Source: Franco, Little, Louis and Slud, "Comparative study of confidence intervals for proportions in complex
    sample surveys", Journal of Survey Statistics and Methodology 7 (2019).

    Args:
        correct: bool [n].
        families: the family of each picture.
        confidence_level: above 0 to below 1.
    """
    share = float(np.mean(correct))
    effective = effective_pictures(correct, families)
    z = float(norm.ppf((1 + confidence_level) / 2))
    scale = 1 + z**2 / effective
    centre = (share + z**2 / (2 * effective)) / scale
    half = z * np.sqrt(share * (1 - share) / effective + (z / (2 * effective)) ** 2) / scale
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def macro_f1_interval(
    actual: np.ndarray, predicted: np.ndarray, families: list[str], confidence_level: float
) -> tuple[float, float]:
    """Return the interval for the macro-F1 from a bootstrap over families: quantiles of 1,000 seeded resamples.

    The interval is too narrow if nearly all predictions are correct. For F1 there is no closed formula like Wilson's.

    Args:
        actual: int [n], the label of each picture.
        predicted: int [n], the predicted label.
        families: the family of each picture.
        confidence_level: above 0 to below 1.
    """
    names, family_of = np.unique(families, return_inverse=True)
    random, values = np.random.default_rng(0), np.empty(RESAMPLES)
    for index in range(RESAMPLES):
        drawn = np.bincount(random.integers(len(names), size=len(names)), minlength=len(names))
        values[index] = weighted_macro_f1(actual, predicted, drawn[family_of])
    low, high = np.quantile(values, [(1 - confidence_level) / 2, (1 + confidence_level) / 2])
    return float(low), float(high)


def weighted_macro_f1(actual: np.ndarray, predicted: np.ndarray, weights: np.ndarray) -> float:
    """Return the macro-F1 over the labels that have pictures; `weights` is float [n], how often a picture counts."""
    label_count = int(max(actual.max(), predicted.max())) + 1
    support, predictions, correct = (
        np.bincount(indices, counted, minlength=label_count)
        for indices, counted in ((actual, weights), (predicted, weights), (actual, weights * (actual == predicted)))
    )
    present = support > 0
    return float(np.mean(2 * correct[present] / (support + predictions)[present]))
