"""The linear classifier on a pretrained network's features, fitted to its optimum before fine-tuning.

Fine-tuning from a fitted classifier distorts pretrained features less than from a random one (Kumar et al.,
https://arxiv.org/abs/2202.10054).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
from tqdm import tqdm

# Features float32 [n, width], labels int [n], weights float32 [n].
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]

# Of features whose mean square length is 1.
INVERSE_REGULARIZATION = 300.0
MAXIMUM_ITERATIONS = 200
TOLERANCE = 1e-4
ROWS_AT_ONCE = 2048


class RowSource(Protocol):
    """Features whose rows are read in slices: an array, or stored `Features`."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def __getitem__(self, rows: slice, /) -> np.ndarray:
        """Return some rows, float32 [rows, width]."""


@dataclass(frozen=True)
class LinearHead:
    """A softmax layer: its kernel, float32 [width, labels], and its bias, float32 [labels]."""

    kernel: np.ndarray
    bias: np.ndarray

    def logits(self, features: np.ndarray) -> np.ndarray:
        """Return the logits of features float32 [n, width], float32 [n, labels]."""
        return np.asarray(features @ self.kernel + self.bias)

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """Return the probabilities for features float32 [n, width], float32 [n, labels]."""
        return np.asarray(softmax(self.logits(features), axis=1))


# One thread: more threads add in another order and change the last bits.
@threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator]
def fit_head(
    rows: Callable[[], Iterable[Rows]], width: int, label_count: int, pictures: int, label_smoothing: float
) -> LinearHead:
    """Return the head with the least mean cross-entropy plus an L2 penalty on the kernel.

    The penalty is relative to the mean square length of the features, so their scale does not matter. Without label
    smoothing the result is that of scikit-learn's LogisticRegression. Here each iteration of L-BFGS reads the rows
    block by block, so memory does not grow with their number.

    Args:
        rows: returns all rows from the start at each call.
        width: the number of features.
        label_count: the number of labels.
        pictures: the number of pictures; all views of one picture count as one in the penalty.
        label_smoothing: the share of each label that is spread over all labels.
    """
    total_weight, square_length, mean = _totals(rows(), width)
    penalty = square_length / (2 * INVERSE_REGULARIZATION * pictures)
    targets = np.eye(label_count) * (1 - label_smoothing) + label_smoothing / label_count

    def objective(values: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean loss with the penalty, and the gradient."""
        head, total, gradient = _unpacked(values, mean), 0.0, np.zeros((width + 1, label_count))
        for features, labels, weights in rows():
            block_loss, block_gradient = _summed_loss(head, features, targets[labels], weights)
            total, gradient = total + block_loss, gradient + block_gradient
        gradient[:-1] -= np.outer(mean, gradient[-1])
        kernel = values[: width * label_count]
        gradient = gradient.ravel() / total_weight
        gradient[: kernel.size] += 2 * penalty * kernel
        bar.update()
        return total / total_weight + penalty * float(np.square(kernel).sum()), gradient

    with tqdm(desc="classifier", unit=" passes") as bar:
        options = {"maxiter": MAXIMUM_ITERATIONS, "gtol": TOLERANCE}
        start = np.zeros((width + 1) * label_count)
        found = minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    return _unpacked(found.x, mean)


def blocks(features: RowSource, *columns: np.ndarray) -> Iterator[tuple[Any, ...]]:
    """Yield blocks of ROWS_AT_ONCE rows."""
    for start in range(0, len(features), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        yield np.asarray(features[rows]), *(column[rows] for column in columns)


def _totals(rows: Iterable[Rows], width: int) -> tuple[float, float, np.ndarray]:
    """Return the sum of all weights, and the weighted means of square lengths and of features, float64 [width]."""
    total_weight, square_length, total = 0.0, 0.0, np.zeros(width)
    for features, _, weights in rows:
        total_weight += float(weights.sum(dtype=np.float64))
        square_length += float(np.square(features, dtype=np.float64).sum(axis=1) @ weights)
        total += weights.astype(np.float64) @ features
    return total_weight, square_length / total_weight, total / total_weight


def _summed_loss(
    head: LinearHead, features: np.ndarray, targets: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the weighted sum of the cross-entropy over some rows, and its gradient, [width + 1, labels]."""
    log_probabilities = log_softmax(head.logits(features).astype(np.float64), axis=1)
    loss = -float((targets * log_probabilities).sum(axis=1) @ weights)
    errors = (np.exp(log_probabilities) - targets) * weights[:, np.newaxis]
    return loss, np.vstack([features.T @ errors.astype(np.float32), errors.sum(axis=0)])


def _unpacked(values: np.ndarray, mean: np.ndarray) -> LinearHead:
    """Return the head in a flat array: the rows of the kernel, then the bias for features less their mean, [width].

    With that bias L-BFGS needs a third of the passes, since the features' common part no longer moves every logit.
    """
    table = values.reshape(len(mean) + 1, -1)
    kernel, bias = table[:-1], table[-1] - mean @ table[:-1]
    return LinearHead(kernel.astype(np.float32), bias.astype(np.float32))
