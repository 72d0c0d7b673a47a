"""The networks that can be trained: each one small function that returns a Keras model.

All take pixels 0..255 as float32 [n, size, size, 3] (preprocessing is inside) and give probabilities as float32
[n, classes]. A network that can be pretrained keeps all that lies before its classifier in one layer named "backbone".
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from themer.base.params import Train
from themer.base.quiet_tensorflow import keras
from themer.networks.applications import APPLICATIONS, application_features
from themer.networks.backbones import fine_tune_last_blocks, learn_from_scratch, load_weights_file, weights_path
from themer.networks.efficientnet import BLOCK_NAME, efficientnet_lite0_features
from themer.networks.from_scratch import alexnet, lego_cnn


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


def default_learning_rate(settings: Train) -> float:
    """Return the learning rate that suits the network, for fine-tuning or from scratch as the settings have it."""
    network = NETWORKS[settings.network]
    return network.learning_rate if settings.is_pretrained else network.learning_rate_from_scratch


def dropout_layers(model: keras.Model) -> list[keras.layers.Dropout]:
    """Return all layers that leave something out at random, those within the backbone too, always in one order."""
    parts = [part for layer in model.layers for part in getattr(layer, "layers", [layer])]
    return [layer for layer in parts if isinstance(layer, keras.layers.Dropout) and layer.rate > 0]


def efficientnet_lite0(settings: Train, size: int, classes: int) -> keras.Model:
    """Return EfficientNet-Lite0, whose ImageNet weights come with the requirements, and a new classifier."""
    backbone = efficientnet_lite0_features(size, imagenet=settings.weights == "imagenet")
    return _classifier(backbone, BLOCK_NAME, settings, classes)


def application(name: str, settings: Train, size: int, classes: int) -> keras.Model:
    """Return a network of keras.applications, whose ImageNet weights Keras downloads, and a new classifier."""
    backbone = application_features(name, size, imagenet=settings.weights == "imagenet")
    return _classifier(backbone, APPLICATIONS[name].block, settings, classes)


def _classifier(backbone: keras.Model, block: str, settings: Train, classes: int) -> keras.Model:
    """Return a backbone with a new classifier; its last blocks learn, and without pretrained weights all of it."""
    path = weights_path(settings)
    if path is not None:
        load_weights_file(backbone, path)
    if settings.is_pretrained:
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
