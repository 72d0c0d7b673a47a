"""The linear classifier on a pretrained network's features, trained to its optimum before the network itself learns.

Fine-tuning from there keeps more of what the pretrained network knows than fine-tuning from a random classifier does
(Kumar et al., https://arxiv.org/abs/2202.10054).
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
    """Set a dense softmax layer to the least sum of the loss over all rows and of the squares of its weights.

    With cross-entropy this is scikit-learn's LogisticRegression, whose penalty is meant; but the rows are gone through
    block after block, once an iteration of L-BFGS, so that memory does not grow with their number.

    Args:
        head: built, of shape [features, classes].
        rows: gives all rows from the start whenever it is called.
        pictures: how many pictures the rows are of; views of one picture share its weight in the sum.
        loss: of labels int [n] and probabilities float32 [n, classes].
    """
    count = sum(float(weights.sum()) for _, _, weights in rows())
    shapes = [variable.shape for variable in head.trainable_variables]
    penalty = 1 / (2 * INVERSE_REGULARIZATION * pictures)

    def objective(values: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean loss with its penalty, and its gradient."""
        head.set_weights(_unpacked(values, shapes))
        total, gradient = 0.0, np.zeros_like(values)
        for features, labels, weights in rows():
            part, gradients = _summed_loss(head, loss, features, labels, weights)
            total += float(part)
            gradient += np.concatenate([np.ravel(one) for one in gradients])
        kernel = np.concatenate([values[: np.prod(shapes[0])], np.zeros(np.prod(shapes[1]))])
        bar.update()
        return total / count + penalty * float(kernel @ kernel), gradient / count + 2 * penalty * kernel

    with tqdm(desc="classifier", unit=" passes") as bar:
        start = np.zeros(sum(int(np.prod(shape)) for shape in shapes))
        options = {"maxiter": MAXIMUM_ITERATIONS, "gtol": TOLERANCE}
        found = minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    head.set_weights(_unpacked(found.x, shapes))


def linear_classifier(width: int, classes: int) -> keras.layers.Dense:
    """Return a softmax layer for so many features, ready to be fitted."""
    head = keras.layers.Dense(classes, activation="softmax", name="probabilities")
    head.build((None, width))
    return head


def blocks(features: np.ndarray, *columns: np.ndarray) -> Iterator[tuple[Any, ...]]:
    """Yield a few thousand rows at a time, copied out of the file that `features` may be mapped from."""
    for start in range(0, len(features), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        yield np.array(features[rows]), *(column[rows] for column in columns)


def _summed_loss(
    head: keras.layers.Dense, loss: keras.losses.Loss, features: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Return the weighted sum of the loss over some rows, and its gradients by the weights of the head."""
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(loss.call(labels, head(features)) * weights)
    return total, tape.gradient(total, head.trainable_variables)


def _unpacked(values: np.ndarray, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
    """Return a flat array's parts in their shapes."""
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(values, ends[:-1]), shapes, strict=True)]
