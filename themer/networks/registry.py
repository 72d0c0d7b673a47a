"""The networks that can be trained, by name. One small function builds each as a Keras model.

Every model maps pixels 0..255, float32 [n, size, size, 3], to probabilities, float32 [n, labels]; preprocessing is
inside. A network that can be pretrained has one layer named "backbone" with everything before the classifier. Several
such networks side by side are one backbone: their features are joined.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from themer.base.params import Train
from themer.base.quiet_tensorflow import keras
from themer.networks.applications import APPLICATIONS, application_features
from themer.networks.backbones import (
    block_features,
    fine_tune_last_blocks,
    load_weights_file,
    shorten_batch_averages,
)
from themer.networks.efficientnet import BLOCK_NAME, SCALES, efficientnet_lite_features
from themer.networks.from_scratch import alexnet, lego_cnn
from themer.networks.normalization import all_layers


@dataclass(frozen=True)
class Backbone:
    """A network that can be pretrained.

    Args:
        features: returns the network without its classifier, for a size, with ImageNet weights or random ones.
        block: a regular expression that matches the name of a block, the prefix of its layers' names.
        learning_rate: the default for fine-tuning.
        learning_rate_from_scratch: the default for training from random weights.
    """

    features: Callable[[int, bool], keras.Model]
    block: str
    learning_rate: float
    learning_rate_from_scratch: float


@dataclass(frozen=True)
class ScratchNetwork:
    """A network that is always trained from scratch: how to build it for a size, labels and dropout."""

    build: Callable[[int, int, float], keras.Model]
    learning_rate: float


def build(settings: Train, size: int, label_count: int) -> keras.Model:
    """Return the network that the settings name, for pictures of size x size pixels and `label_count` labels.

    A pretrained network that is not fine-tuned classifies by its block features. Fine-tuned, its last layers find what
    the labels need.

    Raises:
        UserError: the pretrained weights are missing or do not fit.
    """
    names = settings.networks
    if names[0] in SCRATCH_NETWORKS:
        return SCRATCH_NETWORKS[names[0]].build(size, label_count, settings.dropout)
    backbones = [_backbone(name, settings, size) for name in names]
    backbone = backbones[0] if len(backbones) == 1 else _side_by_side(names, backbones)
    inputs = keras.Input(backbone.input_shape[1:], name="pixels")
    x = keras.layers.Dropout(settings.dropout, name="dropout")(backbone(inputs))
    outputs = keras.layers.Dense(label_count, activation="softmax", name="probabilities")(x)
    return keras.Model(inputs, outputs, name="-".join(names))


def default_learning_rate(settings: Train) -> float:
    """Return the network's default learning rate: a smaller one where training starts from pretrained weights."""
    if settings.networks[0] in SCRATCH_NETWORKS:
        return SCRATCH_NETWORKS[settings.networks[0]].learning_rate
    found = [BACKBONES[name] for name in settings.networks]
    return min(one.learning_rate if settings.is_pretrained else one.learning_rate_from_scratch for one in found)


def dropout_layers(model: keras.Model) -> list[keras.layers.Dropout]:
    """Return the layers that drop values at random, including those of the backbone, in the order of the model."""
    return [layer for layer in all_layers(model) if isinstance(layer, keras.layers.Dropout) and layer.rate > 0]


def _backbone(name: str, settings: Train, size: int) -> keras.Model:
    """Return a network without its classifier; the blocks to fine-tune are trainable, or all of it from scratch."""
    backbone = BACKBONES[name].features(size, settings.weights == "imagenet")
    if settings.weights_path is not None:
        load_weights_file(backbone, settings.weights_path)
    if settings.is_pretrained:
        block, is_fine_tuned = BACKBONES[name].block, settings.epochs > 0
        fine_tune_last_blocks(backbone, block, settings.fine_tuned_blocks if is_fine_tuned else 0)
        if not is_fine_tuned:
            backbone = keras.Model(backbone.inputs, block_features(backbone, block), name=backbone.name)
    else:
        shorten_batch_averages(backbone)
    return backbone


def _side_by_side(names: list[str], backbones: list[keras.Model]) -> keras.Model:
    """Return one backbone whose features are those of all backbones, one after the other."""
    inputs = keras.Input(backbones[0].input_shape[1:], name="pixels")
    named = [keras.Model(one.inputs, one.output, name=name) for name, one in zip(names, backbones, strict=True)]
    joined = keras.layers.Concatenate(name="joined")([one(inputs) for one in named])
    return keras.Model(inputs, joined, name="backbone")


SCRATCH_NETWORKS = {"alexnet": ScratchNetwork(alexnet, 1e-4), "lego_cnn": ScratchNetwork(lego_cnn, 1e-3)}

BACKBONES = {
    **{name: Backbone(partial(efficientnet_lite_features, name), BLOCK_NAME, 1e-3, 1e-3) for name in SCALES},
    **{
        # VGG16 has no normalization, so from scratch it learns only in small steps.
        name: Backbone(partial(application_features, name), application.block, 1e-4, 1e-4 if name == "vgg16" else 1e-3)
        for name, application in APPLICATIONS.items()
    },
}

NETWORKS = [*BACKBONES, *SCRATCH_NETWORKS]

# Matches the name of a block of any of the backbones.
BLOCKS = "|".join(backbone.block for backbone in BACKBONES.values())
