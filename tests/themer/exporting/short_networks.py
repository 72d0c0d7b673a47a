"""The first blocks of large networks, with every kind of layer of the whole network. They convert much faster."""

from functools import cache
from typing import Any

import numpy as np

from tests.small_shards import FILL, LABELS, SIZE, picture
from tests.themer.small_model import untrained_classifier
from themer.base.model_description import Description
from themer.base.quiet_tensorflow import keras
from themer.networks.model_file import Classifier
from themer.networks.registry import _side_by_side

# The layer after which each network is cut. The rest repeats its blocks with more channels.
CUTS = {
    "alexnet": "pool2",
    "convnext_tiny": "convnext_tiny_stage_1_block_0_identity",
    "efficientnet_lite0": "blocks_5_bn2",
    "efficientnet_lite1": "blocks_7_bn2",
    "mobilenet_v3_small": "expanded_conv_3_project_bn",
    "vgg16": "block2_pool",
}


def short_classifier(*networks: str) -> Classifier:
    """Return a classifier of networks' first blocks, pooled, joined and classified as in the whole networks."""
    if networks == ("alexnet",):
        return _short_alexnet()
    backbones = [_short_backbone(network) for network in networks]
    backbone = backbones[0] if len(backbones) == 1 else _side_by_side([*networks], backbones)
    inputs = keras.Input((SIZE, SIZE, 3))
    return _classifier(inputs, backbone(inputs), " + ".join(networks))


def _short_backbone(network: str) -> keras.Model:
    """Return the first blocks of a network with the layers that follow the last block."""
    backbone = _backbone(network)
    features = keras.layers.GlobalAveragePooling2D()(backbone.get_layer(CUTS[network]).output)
    if isinstance(backbone.layers[-1], keras.layers.LayerNormalization):
        features = keras.layers.LayerNormalization(epsilon=backbone.layers[-1].epsilon)(features)
    short = keras.Model(backbone.inputs, features, name="backbone")
    _normalize(short)
    return short


@cache
def _backbone(network: str) -> keras.Model:
    """Return a whole network, which is built once and whose first blocks several classifiers share."""
    return untrained_classifier(network).model.get_layer("backbone")


def _normalize(backbone: keras.Model) -> None:
    """Let batch normalization use the averages of some pictures, or the features of an untrained network vanish."""
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0
    pictures = [picture(index % len(LABELS), index).astype(np.float32) for index in range(8)]
    backbone([np.stack(pictures)], training=True)


def _short_alexnet() -> Classifier:
    """Return AlexNet's first two convolutions, and one dense layer of a few units in place of two of thousands."""
    whole = untrained_classifier("alexnet").model
    flat = keras.layers.Flatten()(whole.get_layer(CUTS["alexnet"]).output)
    features = keras.layers.Dropout(0.3)(keras.layers.Dense(64, activation="relu")(flat))
    return _classifier(whole.inputs[0], features, "alexnet")


def _classifier(inputs: Any, features: Any, network: str) -> Classifier:
    # The same weights, whether the network was built for this classifier or before.
    keras.utils.set_random_seed(0)
    outputs = keras.layers.Dense(len(LABELS), activation="softmax", name="probabilities")(features)
    return Classifier(keras.Model(inputs, outputs), Description(LABELS, SIZE, FILL, network, temperature=1.0))
