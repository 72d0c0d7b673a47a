"""Families as the independent unit: pictures of a family tend to be predicted correctly, or wrongly, together."""

import numpy as np
import pandas


def effective_pictures(correct: np.ndarray, families: list[str]) -> float:
    """Return how many independent pictures would estimate the accuracy as precisely, between 1 and n."""
    by_family = pandas.DataFrame({"correct": correct.astype(float), "family": families}).groupby("family")["correct"]
    hits, size = by_family.sum().to_numpy(), by_family.size().to_numpy()
    share, count = hits.sum() / size.sum(), len(size)
    residuals = np.sum((hits - share * size) ** 2)
    if count == 1 or np.isclose(residuals, 0):
        return float(count)
    variance = count / (count - 1) * residuals / size.sum() ** 2
    return float(np.clip(share * (1 - share) / variance, 1, size.sum()))
