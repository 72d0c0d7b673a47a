"""Choose when the served model abstains, so that it keeps promises on new pictures.

The promises are upper bounds on rates of errors, counted by family. Selection with guaranteed risk: Geifman and
El-Yaniv 2017, https://arxiv.org/abs/1705.08500. Thresholds are tested in a fixed order, from the strictest down to the
first that fails, so their number needs no correction: Angelopoulos et al. 2021, https://arxiv.org/abs/2110.01052. This
needs no TensorFlow, so it takes a second.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas
from scipy.stats import betabinom

from themer.answering.index import (
    SHARES_NAME,
    SUMMARY_NAME,
    VALIDATION_NAME,
    IndexSummary,
    read_index_summary,
)
from themer.base.files import write_json
from themer.base.params import Export
from themer.base.tables import read_csv
from themer.training.confidence import effective_pictures

# In ascending order. Below even chances of its best label the model abstains.
GRID = (*(percent / 100 for percent in range(50, 100)), 0.995, 0.999)
# Photographs of the labels' themes often have a lower share: what is behind them is unlike any product picture.
BOUNDARY_GRID = (*(percent / 100 for percent in range(20, 50)), *GRID)
# Without a promise, the model abstains below this.
UNSUPPORTED = 0.95


@dataclass(frozen=True)
class Guarantee:
    """A threshold, and the upper bound on the rate of errors at or above it; `holds` if that is low enough."""

    threshold: float
    bound: float
    holds: bool


@dataclass(frozen=True)
class Promises:
    """What holds for new pictures: the risk of predictions, and the share of other themes that get a label."""

    risk: Guarantee
    other_themes: Guarantee


def choose_thresholds(directory: Path, held_out: pandas.DataFrame, settings: Export) -> Promises:
    """Write new thresholds into an index, and return what they promise.

    `held_out` has set_id, family, confidence and correct of held-out predictions. If it is empty, those of the
    validation pictures take its place.
    """
    shares = read_csv(directory / SHARES_NAME)
    if held_out.empty:
        held_out = read_csv(directory / VALIDATION_NAME).merge(shares[["set_id", "family"]], on="set_id")
    boundary = guaranteed_boundary(shares, settings)
    risk = guaranteed_risk(held_out, shares, boundary.threshold, settings)
    summary = replace(read_index_summary(directory), threshold=risk.threshold, boundary=boundary.threshold)
    write_index_summary(summary, directory)
    return Promises(risk, boundary)


def guaranteed_boundary(shares: pandas.DataFrame, settings: Export) -> Guarantee:
    """Return the lowest share of the labels at which few enough pictures of other themes get a label."""
    others = shares[shares["other"] == "yes"]
    limit = settings.accepted_other_themes
    if others.empty or limit >= 1:
        return Guarantee(0.0, 1.0, limit >= 1)
    # Less confident ones get no label, whatever the threshold.
    confident = others["confidence"].astype(float) >= GRID[0]
    share = np.where(confident, others["share"].astype(float), 0.0)
    errors, families = np.ones(len(share), bool), list(others["family"])
    return guaranteed_threshold(share, errors, families, False, limit, settings.confidence_level, BOUNDARY_GRID)


def guaranteed_risk(
    held_out: pandas.DataFrame, shares: pandas.DataFrame, boundary: float, settings: Export
) -> Guarantee:
    """Return the lowest confidence at which the risk on new pictures is accepted; 0 if every risk is accepted.

    Only pictures that reach the boundary count, since the others get no label.
    """
    if settings.accepted_risk >= 1:
        return Guarantee(0.0, 1.0, True)
    share_of = dict(zip(shares["set_id"], shares["share"].astype(float), strict=True))
    within = held_out[[share_of.get(set_id, 1.0) >= boundary for set_id in held_out["set_id"]]]
    confidence, wrong = within["confidence"].to_numpy(np.float32), (within["correct"] != "yes").to_numpy(bool)
    families, limit = list(within["family"]), settings.accepted_risk
    # A picture and its views may be right and wrong by turns, but are no more than one picture.
    most = within["set_id"].nunique() / max(1, len(within))
    return guaranteed_threshold(confidence, wrong, families, True, limit, settings.confidence_level, GRID, most)


def guaranteed_threshold(
    score: np.ndarray,
    error: np.ndarray,
    families: Sequence[str],
    of_accepted: bool,
    limit: float,
    level: float,
    grid: Sequence[float],
    most_independent: float = 1.0,
) -> Guarantee:
    """Return the lowest threshold of a grid whose rate of errors is at most `limit` on as many new pictures.

    That holds with probability `level` over the families at hand and the new ones. The test starts at the strictest
    threshold that accepts half of the pictures that the laxest accepts; whether they are errors plays no part in that.
    Where this one fails, no threshold keeps the limit: the result is UNSUPPORTED, and its `holds` is false.

    Args:
        score: float [n]; a picture is accepted if its score reaches the threshold.
        error: bool [n], whether accepting the picture is an error.
        families: the family of each picture.
        of_accepted: whether the rate counts errors among the accepted pictures, or among all.
        limit: the accepted rate, 0 to 1.
        level: the confidence level, 0 to 1.
        grid: the thresholds to test, in ascending order.
        most_independent: the largest share of the pictures that can be independent, such as a third if each is here
            with two views.
    """
    half, found = np.count_nonzero(score >= grid[0]) / 2, None
    independent = min(most_independent, independent_share(score >= grid[0], error, families, of_accepted))

    def bound(threshold: float) -> float:
        """Return the upper bound of the rate of errors at a threshold."""
        accepted = score >= threshold
        errors = (accepted & error)[accepted] if of_accepted else accepted & error
        return upper_bound(errors, independent * len(errors), level)

    for threshold in [one for one in reversed(grid) if not of_accepted or np.count_nonzero(score >= one) >= half]:
        rate = bound(threshold)
        if rate > limit:
            break
        found = Guarantee(threshold, rate, True)
    return found or Guarantee(UNSUPPORTED, bound(UNSUPPORTED), False)


def independent_share(accepted: np.ndarray, error: np.ndarray, families: Sequence[str], of_accepted: bool) -> float:
    """Return the effective number of independent pictures, as a share of all pictures, above 0 to 1.

    Pictures of a family tend to be right or wrong together. How much so is estimated from those that the laxest
    threshold accepts, bool [n]: it has the most errors, and stricter ones may have none to tell from. Without any
    errors, each family counts once.
    """
    counted = accepted if of_accepted else np.ones(len(accepted), bool)
    if not counted.any():
        return 1.0
    names = list(np.asarray(families)[counted])
    return effective_pictures((accepted & error)[counted], names) / len(names)


def upper_bound(error: np.ndarray, effective: float, level: float) -> float:
    """Return the rate of errors that as many new pictures exceed with probability 1 - `level` at most; 1 for none.

    It is the exact prediction limit of a binomial rate (Thatcher 1964, Journal of the Royal Statistical Society B 26),
    for the effective number of independent pictures: Korn and Graubard 1998, https://www.jstor.org/stable/3314677.

    Args:
        error: bool [n], of the pictures at hand.
        effective: how many of them are independent.
        level: the confidence level, 0 to 1.
    """
    count = round(effective)
    if count == 0 or error.all():
        return 1.0
    errors = float(np.mean(error)) * effective
    return float(betabinom.ppf(level, count, errors + 1, effective - errors)) / count


def write_index_summary(summary: IndexSummary, directory: Path) -> None:
    """Write the summary of an index, with all digits of its threshold."""
    write_json(asdict(summary), directory / SUMMARY_NAME, digits=17)


def is_made_from(directory: Path, made_from: str) -> bool:
    """Return whether a folder holds a complete index with this fingerprint."""
    try:
        return read_index_summary(directory).made_from == made_from
    except (OSError, TypeError, ValueError):
        return False
