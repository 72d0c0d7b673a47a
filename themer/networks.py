"""The networks that can be trained: each one small function that returns a Keras model.

All take pixels 0..255 as float32 [n, size, size, 3] (preprocessing is inside) and give probabilities as float32
[n, classes]. A pretrained network keeps all that lies before its classifier in one layer named "backbone".
"""

from collections.abc import Callable
from dataclasses import dataclass

from themer.efficientnet import efficientnet_lite0_features
from themer.params import Train
from themer.quiet_tensorflow import keras


@dataclass(frozen=True)
class Network:
    """How to build a network, and the learning rate that suits it where the settings name none."""

    build: Callable[[Train, int, int], keras.Model]
    learning_rate: float


def build(settings: Train, size: int, classes: int) -> keras.Model:
    """Return the network that the settings name, for pictures of size x size pixels."""
    return NETWORKS[settings.network].build(settings, size, classes)


def has_backbone(model: keras.Model) -> bool:
    """Tell whether a part of the model is pretrained."""
    return any(layer.name == "backbone" for layer in model.layers)


def lego_cnn(size: int, classes: int, dropout: float) -> keras.Model:
    """Return the project's first network: three convolutions and two dense layers, trained from scratch."""
    return keras.Sequential(
        [
            keras.Input((size, size, 3), name="pixels"),
            keras.layers.Rescaling(1 / 255, name="rescaling"),
            keras.layers.Conv2D(32, 6, padding="same", activation="relu", name="conv1"),
            keras.layers.MaxPooling2D(2, name="pool1"),
            keras.layers.Conv2D(64, 9, padding="same", activation="relu", name="conv2"),
            keras.layers.MaxPooling2D(2, name="pool2"),
            keras.layers.Conv2D(64, 3, padding="same", activation="relu", name="conv3"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(64, activation="relu", name="dense"),
            keras.layers.Dropout(dropout, name="dropout"),
            keras.layers.Dense(classes, activation="softmax", name="probabilities"),
        ],
        name="lego_cnn",
    )


def efficientnet_lite0(size: int, classes: int, dropout: float, fine_tuned_blocks: int) -> keras.Model:
    """Return EfficientNet-Lite0, pretrained on ImageNet, of which the last blocks and a new classifier learn."""
    features = efficientnet_lite0_features(size, trainable_blocks=fine_tuned_blocks)
    inputs = keras.Input((size, size, 3), name="pixels")
    x = keras.layers.Dropout(dropout, name="dropout")(features(inputs))
    outputs = keras.layers.Dense(classes, activation="softmax", name="probabilities")(x)
    return keras.Model(inputs, outputs, name="efficientnet_lite0")


NETWORKS = {
    "efficientnet_lite0": Network(
        lambda settings, size, classes: efficientnet_lite0(size, classes, settings.dropout, settings.fine_tuned_blocks),
        learning_rate=1e-4,
    ),
    "lego_cnn": Network(
        lambda settings, size, classes: lego_cnn(size, classes, settings.dropout),
        learning_rate=1e-3,
    ),
}
