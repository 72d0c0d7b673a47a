"""The first blocks of large networks, with every kind of layer of the whole network. They convert much faster."""

from typing import Any

from tests.small_shards import FILL, LABELS, SIZE
from tests.themer.small_model import untrained_classifier
from themer.base.model_description import Description
from themer.base.quiet_tensorflow import keras
from themer.networks.model_file import Classifier

# The layer after which each network is cut. The rest repeats its blocks with more channels.
CUTS = {
    "alexnet": "pool2",
    "convnext_tiny": "convnext_tiny_stage_1_block_0_identity",
    "mobilenet_v3_small": "expanded_conv_3_project_bn",
    "vgg16": "block2_pool",
}


def short_classifier(network: str) -> Classifier:
    """Return a classifier of a network's first blocks, pooled and classified as in the whole network."""
    if network == "alexnet":
        return _short_alexnet()
    backbone = untrained_classifier(network).model.get_layer("backbone")
    features = keras.layers.GlobalAveragePooling2D()(backbone.get_layer(CUTS[network]).output)
    if isinstance(backbone.layers[-1], keras.layers.LayerNormalization):
        features = keras.layers.LayerNormalization(epsilon=backbone.layers[-1].epsilon)(features)
    inputs = keras.Input((SIZE, SIZE, 3))
    short = keras.Model(backbone.inputs, features, name="backbone")
    return _classifier(inputs, short(inputs), network)


def _short_alexnet() -> Classifier:
    """Return AlexNet's first two convolutions, and one dense layer of a few units in place of two of thousands."""
    whole = untrained_classifier("alexnet").model
    flat = keras.layers.Flatten()(whole.get_layer(CUTS["alexnet"]).output)
    features = keras.layers.Dropout(0.3)(keras.layers.Dense(64, activation="relu")(flat))
    return _classifier(whole.inputs[0], features, "alexnet")


def _classifier(inputs: Any, features: Any, network: str) -> Classifier:
    outputs = keras.layers.Dense(len(LABELS), activation="softmax", name="probabilities")(features)
    return Classifier(keras.Model(inputs, outputs), Description(LABELS, SIZE, FILL, network, temperature=1.0))
