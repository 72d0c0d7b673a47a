"""The networks that can be trained: each one small function that returns a Keras model.

All take pixels 0..255 as float32 [n, size, size, 3] (preprocessing is inside) and give probabilities as float32
[n, classes]. A network that can be pretrained keeps all that lies before its classifier in one layer named "backbone".
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

from themer.applications import APPLICATIONS, application_features
from themer.backbones import fine_tune_last_blocks, learn_from_scratch, load_weights_file, weights_path
from themer.efficientnet import BLOCK_NAME, efficientnet_lite0_features
from themer.params import ScratchNetwork, Train
from themer.quiet_tensorflow import keras

ALEXNET_SMALLEST_SIZE = 67


@dataclass(frozen=True)
class Network:
    """How to build a network, and the learning rates that suit it where the settings name none."""

    build: Callable[[Train, int, int], keras.Model]
    learning_rate: float
    learning_rate_from_scratch: float


def build(settings: Train, size: int, classes: int) -> keras.Model:
    """Return the network that the settings name, for pictures of size x size pixels.

    Raises:
        UserError: its pretrained weights are missing or do not fit.
    """
    return NETWORKS[settings.network].build(settings, size, classes)


def is_pretrained(settings: Train) -> bool:
    """Tell whether the network that the settings name starts from weights that were learned before."""
    return settings.weights != "none" and settings.network not in get_args(ScratchNetwork)


def default_learning_rate(settings: Train) -> float:
    """Return the learning rate that suits the network, for fine-tuning or from scratch as the settings have it."""
    network = NETWORKS[settings.network]
    return network.learning_rate if is_pretrained(settings) else network.learning_rate_from_scratch


def dropout_layers(model: keras.Model) -> list[keras.layers.Dropout]:
    """Return all layers that leave something out at random, those within the backbone too, always in one order."""
    parts = [part for layer in model.layers for part in getattr(layer, "layers", [layer])]
    return [layer for layer in parts if isinstance(layer, keras.layers.Dropout) and layer.rate > 0]


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


def alexnet(size: int, classes: int, dropout: float) -> keras.Model:
    """Return AlexNet, trained from scratch, on one processor instead of two and for pictures of any size.

    Krizhevsky, Sutskever and Hinton 2012, https://doi.org/10.1145/3065386. Grey around the picture brings 224 pixels
    to the 227 that the paper's layers count with, and smaller pictures to what three poolings need.
    """
    inputs = keras.Input((size, size, 3), name="pixels")
    x = keras.layers.Rescaling(1 / 127.5, offset=-1, name="rescaling")(inputs)
    padding = max(3, ALEXNET_SMALLEST_SIZE - size)
    x = keras.layers.ZeroPadding2D(((padding // 2, padding - padding // 2),) * 2, name="padding")(x)
    x = _alexnet_convolutions(x)
    for name in ("dense6", "dense7"):
        x = keras.layers.Dense(4096, activation="relu", name=name)(x)
        x = keras.layers.Dropout(dropout, name=f"{name}_dropout")(x)
    outputs = keras.layers.Dense(classes, activation="softmax", name="probabilities")(x)
    return keras.Model(inputs, outputs, name="alexnet")


def local_response_normalization(x: Any) -> Any:
    """Divide each value by a power of the energy of its 5 neighbouring channels (section 3.3 of the AlexNet paper)."""
    channels = x.shape[-1]
    squares = keras.ops.pad(keras.ops.square(x), [[0, 0], [0, 0], [0, 0], [2, 2]])
    energy = squares[..., :channels]
    for shift in range(1, 5):
        energy = energy + squares[..., shift : shift + channels]
    return x / (2 + 1e-4 * energy) ** 0.75


def efficientnet_lite0(settings: Train, size: int, classes: int) -> keras.Model:
    """Return EfficientNet-Lite0, whose ImageNet weights come with the requirements, and a new classifier."""
    backbone = efficientnet_lite0_features(size, imagenet=settings.weights == "imagenet")
    return _classifier(backbone, BLOCK_NAME, settings, classes)


def application(name: str, settings: Train, size: int, classes: int) -> keras.Model:
    """Return a network of keras.applications, whose ImageNet weights Keras downloads, and a new classifier."""
    backbone = application_features(name, size, imagenet=settings.weights == "imagenet")
    return _classifier(backbone, APPLICATIONS[name].block, settings, classes)


def _alexnet_convolutions(x: Any) -> Any:
    """Apply AlexNet's five convolutions, with the normalizations and overlapping poolings between them."""
    x = keras.layers.Conv2D(96, 11, 4, activation="relu", name="conv1")(x)
    x = keras.layers.MaxPooling2D(3, 2, name="pool1")(local_response_normalization(x))
    x = keras.layers.Conv2D(256, 5, padding="same", activation="relu", name="conv2")(x)
    x = keras.layers.MaxPooling2D(3, 2, name="pool2")(local_response_normalization(x))
    for name, channels in (("conv3", 384), ("conv4", 384), ("conv5", 256)):
        x = keras.layers.Conv2D(channels, 3, padding="same", activation="relu", name=name)(x)
    return keras.layers.Flatten(name="flatten")(keras.layers.MaxPooling2D(3, 2, name="pool5")(x))


def _classifier(backbone: keras.Model, block: str, settings: Train, classes: int) -> keras.Model:
    """Return a backbone with a new classifier; its last blocks learn, and without pretrained weights all of it."""
    path = weights_path(settings)
    if path is not None:
        load_weights_file(backbone, path)
    if is_pretrained(settings):
        fine_tune_last_blocks(backbone, block, settings.fine_tuned_blocks)
    else:
        learn_from_scratch(backbone)
    inputs = keras.Input(backbone.input_shape[1:], name="pixels")
    x = keras.layers.Dropout(settings.dropout, name="dropout")(backbone(inputs))
    outputs = keras.layers.Dense(classes, activation="softmax", name="probabilities")(x)
    return keras.Model(inputs, outputs, name=settings.network)


NETWORKS = {
    "alexnet": Network(
        lambda settings, size, classes: alexnet(size, classes, settings.dropout),
        learning_rate=1e-4,
        learning_rate_from_scratch=1e-4,
    ),
    "efficientnet_lite0": Network(efficientnet_lite0, learning_rate=1e-3, learning_rate_from_scratch=1e-3),
    "lego_cnn": Network(
        lambda settings, size, classes: lego_cnn(size, classes, settings.dropout),
        learning_rate=1e-3,
        learning_rate_from_scratch=1e-3,
    ),
    **{
        # Without any normalization, VGG16 learns from scratch only in small steps.
        name: Network(partial(application, name), 1e-4, learning_rate_from_scratch=1e-4 if name == "vgg16" else 1e-3)
        for name in APPLICATIONS
    },
}
