"""Confidence: temperature scaling, calibration error, the risk at each coverage, the effective number of pictures.

Throughout, `actual` is int [n], the index of each picture's label; `probabilities` is float [n, labels]; `confidence`
is float [n], the highest probability of each picture; `correct` is bool [n].
"""

import numpy as np
import pandas
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn import metrics

LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.05, 20.0
SMALLEST_PROBABILITY = float(np.finfo(np.float32).tiny)
# Chosen by simulation with 5 to 500 pictures and true temperatures of 0.5, 1 and 2. A smaller number lets a few correct
# predictions drive the temperature down; a larger one keeps it near 1 even for a hundred pictures.
PRIOR_PICTURES = 3.0
# Above every confidence, also where rounding takes one above 1. Finite, so that JSON can hold it.
ALWAYS_ABSTAIN = 2.0


def fit_temperature(probabilities: np.ndarray, actual: np.ndarray) -> float:
    """Return the temperature, 0.05 to 20, that minimizes the log loss plus a prior, for at least one picture.

    A temperature above 1 means that the model was overconfident. The method is temperature scaling (Guo et al. 2017,
    https://arxiv.org/abs/1706.04599). If all predictions are correct, or there are few, the log loss alone would drive
    the temperature to a bound. The prior prevents this: with b = 1 / temperature it adds `PRIOR_PICTURES` times
    (b - ln b), whose minimum is at b = 1. The sum is convex in b, so it has one minimum.
    """
    logits, rows = _logits(probabilities), np.arange(len(actual))

    def penalized_loss(log_temperature: float) -> float:
        """Return the sum of the losses and of the prior."""
        inverse = np.exp(-log_temperature)
        losses = -log_softmax(logits * inverse, axis=1)[rows, actual]
        return float(losses.sum() + PRIOR_PICTURES * (inverse + log_temperature))

    bounds = (np.log(LOWEST_TEMPERATURE), np.log(HIGHEST_TEMPERATURE))
    return float(np.exp(minimize_scalar(penalized_loss, bounds=bounds, method="bounded", options={"xatol": 1e-6}).x))


def with_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return softmax(ln(probabilities) / temperature), float64 of the same shape; the order in each row stays."""
    return np.asarray(softmax(_logits(probabilities) / temperature, axis=-1))


def expected_calibration_error(actual: np.ndarray, probabilities: np.ndarray, bins: int = 15) -> float:
    """Return the mean difference, 0 to 1, between confidence and accuracy, over bins of confidence.

    The bins have equal width and are weighted by their number of pictures; there is at least one picture. Source: Guo
    et al. 2017, https://arxiv.org/abs/1706.04599, equation 5.
    """
    table = reliability_table(actual, probabilities, bins)
    return float(np.average((table["accuracy"] - table["confidence"]).abs(), weights=table["pictures"]))


def reliability_table(actual: np.ndarray, probabilities: np.ndarray, bins: int) -> pandas.DataFrame:
    """Return the mean confidence, the accuracy and the number of pictures of each bin that has pictures.

    The bins of confidence have equal width and include their upper ends; the rows are in ascending order.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = (probabilities.argmax(axis=1) == actual).astype(np.float64)
    bin_index = np.clip(np.ceil(confidence * bins), 1, bins)
    predictions = pandas.DataFrame({"confidence": confidence, "accuracy": correct, "pictures": 1})
    sums = predictions.groupby(bin_index).sum().reset_index(drop=True)
    sums[["confidence", "accuracy"]] = sums[["confidence", "accuracy"]].div(sums["pictures"], axis=0)
    return sums


def risk_coverage_table(confidence: np.ndarray, correct: np.ndarray) -> pandas.DataFrame:
    """Return coverage, risk and threshold: a row for each distinct confidence, in descending order, unrounded."""
    thresholds, position = np.unique(-confidence.astype(np.float64), return_inverse=True)
    accepted = np.cumsum(np.bincount(position, minlength=len(thresholds)))
    wrong = np.cumsum(np.bincount(position[~correct], minlength=len(thresholds)))
    return pandas.DataFrame(
        {"coverage": accepted / max(1, len(confidence)), "risk": wrong / accepted, "threshold": -thresholds}
    )


def log_loss(actual: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the mean of -ln(probability of the actual label), in nats, for at least one picture."""
    # In single precision a row may not sum to exactly 1, and scikit-learn would warn.
    rows = probabilities.astype(np.float64)
    rows /= rows.sum(axis=1, keepdims=True)
    return float(metrics.log_loss(actual, rows, labels=np.arange(rows.shape[1])))


def effective_pictures(correct: np.ndarray, families: list[str]) -> float:
    """Return how many independent pictures would estimate the accuracy as precisely, between 1 and n.

    Pictures of a family tend to be predicted correctly, or wrongly, together.
    """
    by_family = pandas.DataFrame({"correct": correct.astype(float), "family": families}).groupby("family")["correct"]
    hits, size = by_family.sum().to_numpy(), by_family.size().to_numpy()
    share, count = hits.sum() / size.sum(), len(size)
    residuals = np.sum((hits - share * size) ** 2)
    # All are correct or all wrong, so the variance tells nothing: each family counts once.
    if count == 1 or np.isclose(residuals, 0):
        return float(count)
    variance = count / (count - 1) * residuals / size.sum() ** 2
    return float(np.clip(share * (1 - share) / variance, 1, size.sum()))


def _logits(probabilities: np.ndarray) -> np.ndarray:
    """Return the logarithms of probabilities, float64 and finite even where a probability is 0."""
    return np.log(np.maximum(probabilities.astype(np.float64), SMALLEST_PROBABILITY))
