"""Thresholds that keep a promise on new pictures: upper bounds on a rate of errors, counted by family.

Selection with guaranteed risk: Geifman and El-Yaniv 2017, https://arxiv.org/abs/1705.08500. The thresholds to choose
from are fixed beforehand, so that a Bonferroni correction for their number holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from themer.training.confidence import effective_pictures

GRID = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True)
class Guarantee:
    """A threshold, and the upper bound on the rate of errors at or above it; `holds` if that is low enough."""

    threshold: float
    bound: float
    holds: bool


def guaranteed_threshold(
    score: np.ndarray, error: np.ndarray, families: Sequence[str], of_accepted: bool, limit: float, level: float
) -> Guarantee:
    """Return the lowest threshold of GRID whose rate of errors on new pictures is at most `limit`.

    That holds with probability `level` over the families at hand. Where no threshold keeps the limit, the result is the
    highest one, and its `holds` is false.

    Args:
        score: float [n]; a picture is accepted if its score reaches the threshold.
        error: bool [n], whether accepting the picture is an error.
        families: the family of each picture.
        of_accepted: whether the rate counts errors among the accepted pictures, or among all.
        limit: the accepted rate, 0 to 1.
        level: the confidence level, 0 to 1.
    """
    found = []
    for threshold in GRID:
        accepted = score >= threshold
        counted = accepted if of_accepted else np.ones(len(score), bool)
        names = [family for family, is_counted in zip(families, counted, strict=True) if is_counted]
        bound = upper_bound((accepted & error)[counted], names, 1 - (1 - level) / len(GRID))
        found.append(Guarantee(threshold, bound, bound <= limit))
    return next((one for one in found if one.holds), found[-1])


def upper_bound(error: np.ndarray, families: Sequence[str], level: float) -> float:
    """Return the one-sided upper bound of a rate of errors, bool [n]; 1 for no pictures.

    Pictures of a family tend to be right or wrong together. So the binomial bound of Clopper and Pearson is computed
    for the effective number of independent pictures: Korn and Graubard 1998, https://www.jstor.org/stable/3314677.
    Without errors, each family counts once.
    """
    if len(error) == 0 or error.all():
        return 1.0
    effective = effective_pictures(error, list(families))
    errors = float(np.mean(error)) * effective
    return float(beta.ppf(level, errors + 1, effective - errors))
