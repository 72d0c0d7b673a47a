"""Whether a probability of 0.8 is right four times in five, and one number that makes it so: the temperature.

Everywhere `actual` is int [n], the index of each picture's theme, and `probabilities` float [n, classes]; n is 1 or
more.
"""

import numpy as np
import pandas
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn import metrics

LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.05, 20.0
LEAST_PROBABILITY = float(np.finfo(np.float32).tiny)
# Chosen by simulation, with 5 to 500 pictures and true temperatures of 0.5, 1 and 2: less lets a handful of right
# answers drive the temperature down, more holds it near 1 even for a hundred pictures.
PRIOR_PICTURES = 3.0
# Above every confidence, and above sums of probabilities that rounding lifts over 1; finite, for JSON.
ALWAYS_ABSTAIN = 2.0


def fit_temperature(probabilities: np.ndarray, actual: np.ndarray) -> float:
    """Return the temperature, 0.05 to 20, at which the actual themes are least surprising; above 1: overconfident.

    Temperature scaling, Guo et al. 2017, https://arxiv.org/abs/1706.04599, with a prior: where all answers are right,
    or few are there, the likelihood alone would drive the temperature to a bound. With b = 1 / temperature, the sum of
    the losses has `PRIOR_PICTURES` times (b - ln b) added, least at 1. Both are convex in b: there is one minimum.
    """
    logits, rows = _logits(probabilities), np.arange(len(actual))

    def surprise(log_temperature: float) -> float:
        inverse = np.exp(-log_temperature)
        losses = -log_softmax(logits * inverse, axis=1)[rows, actual]
        return float(losses.sum() + PRIOR_PICTURES * (inverse + log_temperature))

    bounds = (np.log(LOWEST_TEMPERATURE), np.log(HIGHEST_TEMPERATURE))
    return float(np.exp(minimize_scalar(surprise, bounds=bounds, method="bounded", options={"xatol": 1e-6}).x))


def with_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return softmax(ln(probabilities) / temperature), float64 of the same shape: the order within a row stays."""
    return np.asarray(softmax(_logits(probabilities) / temperature, axis=-1))


def expected_calibration_error(actual: np.ndarray, probabilities: np.ndarray, bins: int = 15) -> float:
    """Return the mean distance, 0 to 1, between the answers' probability and the share of them that is right.

    That of the most probable themes, in bins of equal width, weighted by their pictures. Source: Guo et al. 2017,
    https://arxiv.org/abs/1706.04599, equation 5.
    """
    table = reliability_table(actual, probabilities, bins)
    return float(np.average((table["accuracy"] - table["confidence"]).abs(), weights=table["pictures"]))


def reliability_table(actual: np.ndarray, probabilities: np.ndarray, bins: int) -> pandas.DataFrame:
    """Return mean confidence, accuracy and pictures, a row for each bin of confidence that holds any, rising.

    The bins have equal width and include their upper ends.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = (probabilities.argmax(axis=1) == actual).astype(np.float64)
    bin_index = np.clip(np.ceil(confidence * bins), 1, bins)
    answers = pandas.DataFrame({"confidence": confidence, "accuracy": correct, "pictures": 1})
    sums = answers.groupby(bin_index).sum().reset_index(drop=True)
    sums[["confidence", "accuracy"]] = sums[["confidence", "accuracy"]].div(sums["pictures"], axis=0)
    return sums


def _logits(probabilities: np.ndarray) -> np.ndarray:
    """Return the logarithms as float64, finite where a probability is 0."""
    return np.log(np.maximum(probabilities.astype(np.float64), LEAST_PROBABILITY))


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
    return float(accepted.min()) if len(accepted) else ALWAYS_ABSTAIN


def risk_coverage_table(confidence: np.ndarray, correct: np.ndarray) -> pandas.DataFrame:
    """Return coverage, risk and threshold, a row for each confidence that occurs, falling; nothing is rounded."""
    thresholds, where = np.unique(-confidence.astype(np.float64), return_inverse=True)
    answered = np.cumsum(np.bincount(where, minlength=len(thresholds)))
    wrong = np.cumsum(np.bincount(where[~correct], minlength=len(thresholds)))
    return pandas.DataFrame(
        {"coverage": answered / max(1, len(confidence)), "risk": wrong / answered, "threshold": -thresholds}
    )


def log_loss(actual: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the mean of -ln(probability of the actual label), in nats, of int [n] and float [n, classes]."""
    # Scikit-learn warns of sums that single precision leaves beside 1.
    rows = probabilities.astype(np.float64)
    rows /= rows.sum(axis=1, keepdims=True)
    return float(metrics.log_loss(actual, rows, labels=np.arange(rows.shape[1])))
