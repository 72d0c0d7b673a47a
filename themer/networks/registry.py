"""The networks that can be trained, by name. One small function builds each as a Keras model.

Every model maps pixels 0..255, float32 [n, size, size, 3], to probabilities, float32 [n, labels]; preprocessing is
inside. A network that can be pretrained has one layer named "backbone" with everything before the classifier.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from themer.base.params import Train
from themer.base.quiet_tensorflow import keras
from themer.networks.applications import APPLICATIONS, application_features
from themer.networks.backbones import fine_tune_last_blocks, load_weights_file, shorten_batch_averages
from themer.networks.efficientnet import BLOCK_NAME, efficientnet_lite0_features
from themer.networks.from_scratch import alexnet, lego_cnn


@dataclass(frozen=True)
class Network:
    """How to build a network, and its default learning rates for fine-tuning and from scratch."""

    build: Callable[[Train, int, int], keras.Model]
    learning_rate: float
    learning_rate_from_scratch: float


def build(settings: Train, size: int, label_count: int) -> keras.Model:
    """Return the network that the settings name, for pictures of size x size pixels and `label_count` labels.

    Raises:
        UserError: the pretrained weights are missing or do not fit.
    """
    return NETWORKS[settings.network].build(settings, size, label_count)


def default_learning_rate(settings: Train) -> float:
    """Return the network's default learning rate: a smaller one where training starts from pretrained weights."""
    network = NETWORKS[settings.network]
    return network.learning_rate if settings.is_pretrained else network.learning_rate_from_scratch


def dropout_layers(model: keras.Model) -> list[keras.layers.Dropout]:
    """Return the layers that drop values at random, including those of the backbone, in the order of the model."""
    layers = [inner for layer in model.layers for inner in getattr(layer, "layers", [layer])]
    return [layer for layer in layers if isinstance(layer, keras.layers.Dropout) and layer.rate > 0]


def efficientnet_lite0(settings: Train, size: int, label_count: int) -> keras.Model:
    """Return EfficientNet-Lite0 with a new classifier; its ImageNet weights come with the requirements."""
    backbone = efficientnet_lite0_features(size, imagenet=settings.weights == "imagenet")
    return _classifier(backbone, BLOCK_NAME, settings, label_count)


def application(name: str, settings: Train, size: int, label_count: int) -> keras.Model:
    """Return a network of keras.applications with a new classifier; Keras downloads its ImageNet weights."""
    backbone = application_features(name, size, imagenet=settings.weights == "imagenet")
    return _classifier(backbone, APPLICATIONS[name].block, settings, label_count)


def _classifier(backbone: keras.Model, block: str, settings: Train, label_count: int) -> keras.Model:
    """Return a backbone and a new classifier; its last blocks are trainable, or all of it from scratch."""
    path = settings.weights_path
    if path is not None:
        load_weights_file(backbone, path)
    if settings.is_pretrained:
        fine_tune_last_blocks(backbone, block, settings.fine_tuned_blocks)
    else:
        shorten_batch_averages(backbone)
    inputs = keras.Input(backbone.input_shape[1:], name="pixels")
    x = keras.layers.Dropout(settings.dropout, name="dropout")(backbone(inputs))
    outputs = keras.layers.Dense(label_count, activation="softmax", name="probabilities")(x)
    return keras.Model(inputs, outputs, name=settings.network)


NETWORKS = {
    "alexnet": Network(
        lambda settings, size, label_count: alexnet(size, label_count, settings.dropout),
        learning_rate=1e-4,
        learning_rate_from_scratch=1e-4,
    ),
    "efficientnet_lite0": Network(efficientnet_lite0, learning_rate=1e-3, learning_rate_from_scratch=1e-3),
    "lego_cnn": Network(
        lambda settings, size, label_count: lego_cnn(size, label_count, settings.dropout),
        learning_rate=1e-3,
        learning_rate_from_scratch=1e-3,
    ),
    **{
        # VGG16 has no normalization, so from scratch it learns only in small steps.
        name: Network(partial(application, name), 1e-4, learning_rate_from_scratch=1e-4 if name == "vgg16" else 1e-3)
        for name in APPLICATIONS
    },
}
