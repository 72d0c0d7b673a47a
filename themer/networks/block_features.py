"""What all blocks of a pretrained network find, not only its last layers.

Themes differ in details, such as studs and prints, that early blocks find and the last one has left behind.
"""

from typing import Any

from themer.base.quiet_tensorflow import keras
from themer.networks.registry import block_of


def block_features(backbone: keras.Model) -> Any:
    """Return the mean of each channel after each block of one network, and its features last, float32 [n, width]."""
    last_layers = {block_of(layer.name): layer for layer in backbone.layers if len(layer.output.shape) == 4}
    last_layers.pop("", None)
    means = [
        keras.layers.GlobalAveragePooling2D(name=f"block_{number}")(layer.output)
        for number, layer in enumerate(last_layers.values())
    ]
    return keras.layers.Concatenate(name="block_features")([*means, backbone.output])
