"""When to say "not sure": a threshold on the confidence, and what it costs in answers.

Selective classification: El-Yaniv and Wiener 2010, https://jmlr.org/papers/v11/el-yaniv10a.html; Geifman and El-Yaniv
2017, https://arxiv.org/abs/1705.08500. Everywhere `confidence` is float [n], the probability of each answer, and
`correct` bool [n], whether it is right. Risk is the share of wrong answers among those given, coverage that of answers
given among all pictures.
"""

from typing import TypedDict

import numpy as np
import pandas

# Above all confidences, also sums of probabilities that rounding lifts over 1; finite, for JSON.
ANSWER_NOTHING = 2.0


class Selective(TypedDict):
    """What a threshold gives: the share of pictures answered, and their accuracy, None where there are none."""

    answered: float
    accuracy: float | None


def threshold_for_risk(confidence: np.ndarray, correct: np.ndarray, accepted_risk: float) -> float:
    """Return the lowest confidence at which at most a share `accepted_risk` of the answers from there up is wrong.

    2.0, which no confidence reaches, where there is none; 0 where `accepted_risk` is 1. It is otherwise a confidence
    that occurs, so that less certain answers than any seen are not given. An estimate from the pictures at hand, best
    those of validation, and no guarantee for others.
    """
    if accepted_risk >= 1:
        return 0.0
    table = risk_coverage_table(confidence, correct)
    accepted = table.loc[table["risk"] <= accepted_risk, "threshold"]
    return float(accepted.min()) if len(accepted) else ANSWER_NOTHING


def risk_coverage_table(confidence: np.ndarray, correct: np.ndarray) -> pandas.DataFrame:
    """Return coverage, risk and threshold, a row for each confidence that occurs, falling; nothing is rounded."""
    thresholds, where = np.unique(-confidence.astype(np.float64), return_inverse=True)
    answered = np.cumsum(np.bincount(where, minlength=len(thresholds)))
    wrong = np.cumsum(np.bincount(where[~correct], minlength=len(thresholds)))
    return pandas.DataFrame(
        {"coverage": answered / max(1, len(confidence)), "risk": wrong / answered, "threshold": -thresholds}
    )


def selective(confidence: np.ndarray, correct: np.ndarray, threshold: float) -> Selective:
    """Return the share of pictures answered with at least this confidence, and the accuracy among them."""
    given = confidence >= threshold
    accuracy = float(np.mean(correct[given])) if given.any() else None
    return {"answered": float(np.mean(given)), "accuracy": accuracy}
