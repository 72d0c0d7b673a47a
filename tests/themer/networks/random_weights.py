"""Random weights in place of ImageNet's, which Keras would download."""

from dataclasses import replace

import pytest

from themer.base.quiet_tensorflow import keras
from themer.networks.applications import APPLICATIONS


def use_random_weights(network: str, patch: pytest.MonkeyPatch) -> None:
    """Let a network of keras.applications have the same random weights whenever it is built."""
    application = APPLICATIONS[network]

    def construct(**arguments: object) -> keras.Model:
        keras.utils.set_random_seed(0)
        return application.construct(**{**arguments, "weights": None})

    patch.setitem(APPLICATIONS, network, replace(application, construct=construct))
