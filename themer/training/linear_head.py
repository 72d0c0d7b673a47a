"""The linear classifier on a pretrained network's features, fitted to its optimum before fine-tuning.

Fine-tuning from a fitted classifier distorts pretrained features less than from a random one (Kumar et al.,
https://arxiv.org/abs/2202.10054).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from scipy.optimize import minimize
from tqdm import tqdm

from themer.base.quiet_tensorflow import keras, tf

# Features float32 [n, width], labels int [n], weights float32 [n].
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]

INVERSE_REGULARIZATION = 1.0
MAXIMUM_ITERATIONS = 200
TOLERANCE = 1e-4
ROWS_AT_ONCE = 2048


def fit_head(
    head: keras.layers.Dense, rows: Callable[[], Iterable[Rows]], pictures: int, loss: keras.losses.Loss
) -> None:
    """Fit a dense softmax layer: minimize the mean loss plus an L2 penalty on the kernel.

    With cross-entropy the result is that of scikit-learn's LogisticRegression. Here each iteration of L-BFGS reads the
    rows block by block, so memory does not grow with their number.

    Args:
        head: a built layer, [width, labels]; changed in place.
        rows: returns all rows from the start at each call.
        pictures: the number of pictures; all views of one picture count as one in the penalty.
        loss: a function of labels, int [n], and probabilities, float32 [n, labels].
    """
    total_weight = sum(float(weights.sum()) for _, _, weights in rows())
    shapes = [variable.shape for variable in head.trainable_variables]
    penalty = 1 / (2 * INVERSE_REGULARIZATION * pictures)

    def objective(values: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean loss with the penalty, and the gradient."""
        head.set_weights(_unpacked(values, shapes))
        total, gradient = 0.0, np.zeros_like(values)
        for features, labels, weights in rows():
            block_loss, block_gradients = _summed_loss(head, loss, features, labels, weights)
            total += float(block_loss)
            gradient += np.concatenate([np.ravel(part) for part in block_gradients])
        kernel = np.concatenate([values[: np.prod(shapes[0])], np.zeros(np.prod(shapes[1]))])
        bar.update()
        return total / total_weight + penalty * float(kernel @ kernel), gradient / total_weight + 2 * penalty * kernel

    with tqdm(desc="classifier", unit=" passes") as bar:
        start = np.zeros(sum(int(np.prod(shape)) for shape in shapes))
        options = {"maxiter": MAXIMUM_ITERATIONS, "gtol": TOLERANCE}
        found = minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    head.set_weights(_unpacked(found.x, shapes))


def linear_classifier(width: int, label_count: int) -> keras.layers.Dense:
    """Return a built softmax layer, [width, label_count], for `fit_head`."""
    head = keras.layers.Dense(label_count, activation="softmax", name="probabilities")
    head.build((None, width))
    return head


def blocks(features: np.ndarray, *columns: np.ndarray) -> Iterator[tuple[Any, ...]]:
    """Yield blocks of ROWS_AT_ONCE rows; the features are copied to memory, in case they are mapped from a file."""
    for start in range(0, len(features), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        yield np.array(features[rows]), *(column[rows] for column in columns)


def _summed_loss(
    head: keras.layers.Dense, loss: keras.losses.Loss, features: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Return the weighted sum of the loss over some rows, and its gradients with respect to the head's weights."""
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(loss.call(labels, head(features)) * weights)
    return total, tape.gradient(total, head.trainable_variables)


def _unpacked(values: np.ndarray, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
    """Return the parts of a flat array, each in its shape."""
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(values, ends[:-1]), shapes, strict=True)]
