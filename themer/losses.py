"""What training makes small: cross-entropy, and two losses that make up for rare labels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn import metrics

from themer.params import Train
from themer.quiet_tensorflow import keras

FOCUS = 2.0
ADJUSTMENT = 1.0


def loss_for(settings: Train, counts: np.ndarray) -> keras.losses.Loss:
    """Return the loss that the settings name, for labels int [n] and softmax probabilities float32 [n, classes].

    `counts` are the training pictures of each label, int [classes]. The loss takes sample weights, and can be saved
    with a compiled model. `class_weights` and `balanced_sampling` work through the batches, so theirs is cross-entropy.
    """
    smoothing = settings.label_smoothing
    if settings.imbalance == "focal_loss":
        # All labels alike: alpha would only scale the loss.
        loss = keras.losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=FOCUS, label_smoothing=smoothing)
    elif settings.imbalance == "logit_adjustment":
        loss = LogitAdjustedCrossentropy((counts / counts.sum()).tolist(), ADJUSTMENT, smoothing)
    else:
        loss = keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)
    return SparseLoss(loss)


def log_loss(actual: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the mean of -ln(probability of the actual label), in nats, of int [n] and float [n, classes]."""
    # Scikit-learn warns of sums that single precision leaves beside 1.
    rows = probabilities.astype(np.float64)
    rows /= rows.sum(axis=1, keepdims=True)
    return float(metrics.log_loss(actual, rows, labels=np.arange(rows.shape[1])))


@keras.saving.register_keras_serializable("themer")
class SparseLoss(keras.losses.Loss):  # type: ignore[misc]
    """A loss on one-hot labels, made to take labels as whole numbers [n]."""

    def __init__(self, loss: keras.losses.Loss, name: str = "sparse_loss", **options: Any) -> None:
        super().__init__(name=name, **options)
        self.loss = loss

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return each picture's loss, float32 [n]."""
        labels = keras.ops.cast(y_true, "int32")
        return self.loss.call(keras.ops.one_hot(labels, y_pred.shape[-1], dtype=y_pred.dtype), y_pred)

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs."""
        return {**super().get_config(), "loss": keras.saving.serialize_keras_object(self.loss)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "SparseLoss":
        """Return the loss that a saved model was compiled with."""
        return cls(**{**config, "loss": keras.saving.deserialize_keras_object(config["loss"])})


@keras.saving.register_keras_serializable("themer")
class LogitAdjustedCrossentropy(keras.losses.Loss):  # type: ignore[misc]
    """Cross-entropy after the logits were raised by how frequent each label is: softmax(logits + tau log shares).

    To keep this small, the logits themselves have to favour rare labels as much; they are used without the
    adjustment afterwards (Menon et al., https://arxiv.org/abs/2007.07314, equation 10). `shares` are those of the
    labels among the training pictures, float [classes].
    """

    def __init__(
        self,
        shares: Sequence[float],
        tau: float,
        label_smoothing: float,
        name: str = "logit_adjusted_crossentropy",
        **options: Any,
    ) -> None:
        super().__init__(name=name, **options)
        self.shares, self.tau, self.label_smoothing = list(shares), tau, label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return each picture's loss, float32 [n], from one-hot labels and probabilities [n, classes]."""
        # A probability's logarithm is its logit up to a constant, which the softmax takes out again.
        logits = keras.ops.log(keras.ops.maximum(y_pred, np.finfo(np.float32).tiny))
        adjusted = logits + self.tau * np.log(np.asarray(self.shares, np.float32))
        return keras.losses.categorical_crossentropy(
            y_true, adjusted, from_logits=True, label_smoothing=self.label_smoothing
        )

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs."""
        own = {"shares": self.shares, "tau": self.tau, "label_smoothing": self.label_smoothing}
        return {**super().get_config(), **own}
