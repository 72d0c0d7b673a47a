"""Random weights in place of ImageNet's, which Keras would download."""

from dataclasses import replace

import pytest

from themer.base.quiet_tensorflow import keras
from themer.networks.applications import APPLICATIONS

SHORT_WIDTH = 64 + 128 + 128


def use_random_weights(network: str, patch: pytest.MonkeyPatch) -> None:
    """Let a network of keras.applications have the same random weights whenever it is built."""
    application = APPLICATIONS[network]

    def construct(**arguments: object) -> keras.Model:
        keras.utils.set_random_seed(0)
        return application.construct(**{**arguments, "weights": None})

    patch.setitem(APPLICATIONS, network, replace(application, construct=construct))


def use_short_vgg16(patch: pytest.MonkeyPatch) -> None:
    """Let VGG16 have random weights and end after its second block, with SHORT_WIDTH block features.

    It is a pretrained network that takes no time: the whole one has the fewest layers of all, but fills a hundred
    megabytes whenever it is saved.
    """
    use_random_weights("vgg16", patch)
    application = APPLICATIONS["vgg16"]

    def construct(**arguments: object) -> keras.Model:
        whole = application.construct(**arguments)
        pooled = keras.layers.GlobalAveragePooling2D()(whole.get_layer("block2_pool").output)
        return keras.Model(whole.inputs, pooled)

    patch.setitem(APPLICATIONS, "vgg16", replace(application, construct=construct))
