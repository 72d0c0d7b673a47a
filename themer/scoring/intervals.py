"""Intervals that count families, not pictures."""

import numpy as np
import pandas
from scipy.stats import norm

RESAMPLES = 1000


def accuracy_interval(correct: np.ndarray, families: list[str], confidence_level: float) -> tuple[float, float]:
    """Return Wilson's interval for the accuracy, at the effective number of independent pictures.

    Pictures of one family tend to be right or wrong together, so fewer than n count: p (1 - p) / v, where v is the
    variance of the accuracy over families. When all are right or all wrong there is no v, and each family counts once.
    A bootstrap over families covers too little near an accuracy of 1, and nothing at 1.
    Source: Franco, Little, Louis and Slud, "Comparative study of confidence intervals for proportions in complex
    sample surveys", Journal of Survey Statistics and Methodology 7 (2019).
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
    """Return the interval for the macro-F1 by a bootstrap over families: the quantiles of 1,000 seeded resamples.

    It covers too little where nearly all is right; there is no such formula for F1 as there is for the accuracy.
    """
    names, family_of = np.unique(families, return_inverse=True)
    random, values = np.random.default_rng(0), np.empty(RESAMPLES)
    for index in range(RESAMPLES):
        drawn = np.bincount(random.integers(len(names), size=len(names)), minlength=len(names))
        values[index] = weighted_macro_f1(actual, predicted, drawn[family_of])
    low, high = np.quantile(values, [(1 - confidence_level) / 2, (1 + confidence_level) / 2])
    return float(low), float(high)


def weighted_macro_f1(actual: np.ndarray, predicted: np.ndarray, weights: np.ndarray) -> float:
    """Return the macro-F1 over the themes that have pictures, each of which counts `weights` (float [n]) times."""
    classes = int(max(actual.max(), predicted.max())) + 1
    support, answered, right = (
        np.bincount(of, chosen, minlength=classes)
        for of, chosen in ((actual, weights), (predicted, weights), (actual, weights * (actual == predicted)))
    )
    present = support > 0
    return float(np.mean(2 * right[present] / (support + answered)[present]))


def effective_pictures(correct: np.ndarray, families: list[str]) -> float:
    """Return how many independent pictures tell as much about the accuracy, between 1 and n."""
    by_family = pandas.DataFrame({"correct": correct.astype(float), "family": families}).groupby("family")["correct"]
    right, size = by_family.sum().to_numpy(), by_family.size().to_numpy()
    share, count = right.sum() / size.sum(), len(size)
    residuals = np.sum((right - share * size) ** 2)
    if count == 1 or np.isclose(residuals, 0):
        return float(count)
    variance = count / (count - 1) * residuals / size.sum() ** 2
    return float(np.clip(share * (1 - share) / variance, 1, size.sum()))
