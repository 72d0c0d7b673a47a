"""Random weights in place of ImageNet's, which Keras would download."""

from dataclasses import replace

import pytest

from themer.base.quiet_tensorflow import keras
from themer.networks.applications import APPLICATIONS

SHORT_LAST_WIDTH = 128
SHORT_WIDTH = 64 + 128 + SHORT_LAST_WIDTH


def use_random_weights(network: str, patch: pytest.MonkeyPatch) -> None:
    """Let a network of keras.applications have the same random weights whenever it is built."""
    application = APPLICATIONS[network]

    def construct(**arguments: object) -> keras.Model:
        keras.utils.set_random_seed(0)
        return application.construct(**{**arguments, "weights": None})

    patch.setitem(APPLICATIONS, network, replace(application, construct=construct))


def use_short_vgg16(patch: pytest.MonkeyPatch) -> None:
    """Let VGG16 end after its second block, with SHORT_WIDTH block features.

    It is a pretrained network that takes no time: the whole one has the fewest layers of all, but fills a hundred
    megabytes whenever it is saved.
    """
    use_short("vgg16", "block2_pool", patch)


def use_short(network: str, last: str, patch: pytest.MonkeyPatch) -> None:
    """Let a network of keras.applications have random weights and end after one of its layers."""
    use_random_weights(network, patch)
    application = APPLICATIONS[network]

    def construct(**arguments: object) -> keras.Model:
        whole = application.construct(**arguments)
        pooled = keras.layers.GlobalAveragePooling2D()(whole.get_layer(last).output)
        return keras.Model(whole.inputs, pooled)

    patch.setitem(APPLICATIONS, network, replace(application, construct=construct))
