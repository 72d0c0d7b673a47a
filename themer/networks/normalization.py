"""Batch and layer normalization with the same bits on every processor.

Keras's own use TensorFlow's rsqrt, which starts from the processor's approximation; its last bits are each maker's
choice. IEEE 754 defines every bit of a square root and of a division. The layers have the names of Keras's own, by
which Keras finds the arrays in a file of weights.
"""

from collections.abc import Iterator
from typing import Any

from themer.base.quiet_tensorflow import keras


@keras.saving.register_keras_serializable("themer")
class BatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Batch normalization over the last axis, by a square root and a division."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return rows float32 [..., channels], normalized; while training, by the mean and variance of the batch."""
        mean, variance = self.moving_mean, self.moving_variance
        if training and self.trainable:
            mean, variance = keras.ops.moments(inputs, axes=list(range(len(inputs.shape) - 1)))
            self._average(self.moving_mean, mean)
            self._average(self.moving_variance, variance)
        return _scaled(inputs, mean, variance + self.epsilon, self.gamma, self.beta)

    def _average(self, moving: Any, of_batch: Any) -> None:
        """Move a moving average towards the value of a batch."""
        moving.assign(moving * self.momentum + of_batch * (1.0 - self.momentum))


@keras.saving.register_keras_serializable("themer")
class LayerNormalization(keras.layers.LayerNormalization):  # type: ignore[misc]
    """Layer normalization over the last axis, by a square root and a division."""

    def call(self, inputs: Any) -> Any:
        """Return rows float32 [..., channels], each normalized by its own mean and variance."""
        mean, variance = keras.ops.moments(inputs, axes=[-1], keepdims=True)
        return _scaled(inputs, mean, variance + self.epsilon, self.gamma, self.beta)


SMALLEST = 1e-12

SAME_OF: dict[type, type] = {
    keras.layers.BatchNormalization: BatchNormalization,
    keras.layers.LayerNormalization: LayerNormalization,
}


def use_same_normalization(model: keras.Model) -> keras.Model:
    """Turn Keras's normalization in a model, and in the models within it, into that of this module; return the model.

    The layers have the same attributes and weights, so only their class changes: a copy of the model takes seconds.
    """
    for layer in all_layers(model):
        layer.__class__ = SAME_OF.get(type(layer), type(layer))
    return model


def all_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yield the layers of a model and of the models within it."""
    for layer in model.layers:
        yield from all_layers(layer) if isinstance(layer, keras.Model) else [layer]


def as_keras_layer(config: dict[str, Any]) -> dict[str, Any]:
    """Return the saved configuration of a layer of this module as that of Keras's own, and any other unchanged."""
    if config.get("module") != __name__:
        return config
    return {**config, "module": "keras.layers", "registered_name": None}


def _scaled(inputs: Any, mean: Any, variance: Any, gamma: Any, beta: Any) -> Any:
    """Return the inputs, normalized."""
    # The maximum changes nothing. Without it, TensorFlow 2.21 makes a product with rsqrt of the division in its graph.
    scale = gamma / keras.ops.maximum(keras.ops.sqrt(variance), SMALLEST)
    return inputs * scale + (beta - mean * scale)
