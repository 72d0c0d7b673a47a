"""The first blocks of large networks, with every kind of layer of the whole network. They convert much faster."""

from tests.small_shards import FILL, LABELS, SIZE
from tests.themer.small_model import untrained_classifier
from themer.base.model_description import Description
from themer.base.quiet_tensorflow import keras
from themer.networks.model_file import Classifier

# The layer after which each network is cut. The rest repeats its blocks with more channels.
CUTS = {
    "convnext_tiny": "convnext_tiny_stage_1_block_1_identity",
    "mobilenet_v3_small": "expanded_conv_4_add",
    "vgg16": "block3_pool",
}


def short_classifier(network: str) -> Classifier:
    """Return a classifier of a network's first blocks, pooled and classified as in the whole network."""
    backbone = untrained_classifier(network).model.get_layer("backbone")
    features = keras.layers.GlobalAveragePooling2D()(backbone.get_layer(CUTS[network]).output)
    if isinstance(backbone.layers[-1], keras.layers.LayerNormalization):
        features = keras.layers.LayerNormalization(epsilon=backbone.layers[-1].epsilon)(features)
    inputs = keras.Input((SIZE, SIZE, 3))
    short = keras.Model(backbone.inputs, features, name="backbone")
    outputs = keras.layers.Dense(len(LABELS), activation="softmax", name="probabilities")(short(inputs))
    return Classifier(keras.Model(inputs, outputs), Description(LABELS, SIZE, FILL, network, temperature=1.0))
