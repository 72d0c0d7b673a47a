"""The training loss: cross-entropy with label smoothing."""

from typing import Any

from themer.base.quiet_tensorflow import keras


@keras.saving.register_keras_serializable("themer")
class SparseCrossentropy(keras.losses.Loss):  # type: ignore[misc]
    """Cross-entropy of labels int [n] and softmax probabilities float32 [n, labels], with label smoothing.

    Keras's own SparseCategoricalCrossentropy takes no label smoothing. The loss takes sample weights and can be saved
    with a compiled model.

    Args:
        label_smoothing: the share of each label, from 0 to below 1, that is spread over all labels.
    """

    def __init__(self, label_smoothing: float, name: str = "sparse_crossentropy", **options: Any) -> None:
        super().__init__(name=name, **options)
        self.label_smoothing = label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each picture, float32 [n]."""
        one_hot = keras.ops.one_hot(keras.ops.cast(y_true, "int32"), y_pred.shape[-1], dtype=y_pred.dtype)
        return keras.losses.categorical_crossentropy(one_hot, y_pred, label_smoothing=self.label_smoothing)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor, for a saved model."""
        return {**super().get_config(), "label_smoothing": self.label_smoothing}
