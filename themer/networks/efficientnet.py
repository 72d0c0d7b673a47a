"""EfficientNet-Lite 0 to 2: EfficientNet-B0 to B2 without squeeze-and-excitation, and with ReLU6 in place of swish.

Sources: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite and Tan and Le,
https://arxiv.org/abs/1905.11946.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from themer.base.quiet_tensorflow import keras
from themer.networks.normalization import BatchNormalization
from themer.networks.torch_weights import imagenet_weights


class Block(NamedTuple):
    """An inverted residual block: kernel size, stride, expansion of the input channels, number of output channels."""

    kernel: int
    stride: int
    expansion: int
    channels: int


# The first block of each stage of Lite0, and the number of blocks in it. The others of a stage have stride 1.
STAGES = (
    (Block(3, 1, 1, 16), 1),
    (Block(3, 2, 6, 24), 2),
    (Block(5, 2, 6, 40), 2),
    (Block(3, 2, 6, 80), 3),
    (Block(5, 1, 6, 112), 3),
    (Block(5, 2, 6, 192), 4),
    (Block(3, 1, 6, 320), 1),
)
# How much wider and deeper each network is than Lite0.
SCALES = {"efficientnet_lite0": (1.0, 1.0), "efficientnet_lite1": (1.0, 1.1), "efficientnet_lite2": (1.1, 1.2)}

# Matches the name of a block, the prefix of its layers' names.
BLOCK_NAME = r"blocks_\d+(?=_)"


def efficientnet_lite_features(name: str, size: int, imagenet: bool = True) -> keras.Model:
    """Return a network of SCALES without its classifier, with ImageNet weights or random ones.

    The model maps pixels 0..255, float32 [n, size, size, 3], to features, float32 [n, 1280].

    Raises:
        UserError: the package with the ImageNet weights is missing or has another version.
    """
    inputs = keras.Input((size, size, 3), name="pixels")
    # The weights were trained on pixels with 127 subtracted, then divided by 128.
    x = keras.layers.Rescaling(1 / 128, offset=-127 / 128, name="rescaling")(inputs)
    x = _convolution(x, 32, 3, 2, "conv_stem", "bn0", "stem_relu")
    for index, block in enumerate(blocks(*SCALES[name])):
        x = _block(x, block, f"blocks_{index}_")
    x = _convolution(x, 1280, 1, 1, "conv_head", "bn1", "head_relu")
    outputs = keras.layers.GlobalAveragePooling2D(name="pooling")(x)
    model = keras.Model(inputs, outputs, name="backbone")
    if imagenet:
        _set_weights(model, imagenet_weights(name))
    return model


def blocks(width: float, depth: float) -> list[Block]:
    """Return the blocks of a network that is wider and deeper than Lite0; stem, head and outer stages are as deep."""
    found = []
    for number, (first, count) in enumerate(STAGES):
        scaled = first._replace(channels=_scaled_channels(first.channels, width))
        outer = number in (0, len(STAGES) - 1)
        repeats = count if outer else math.ceil(count * depth)
        found += [scaled, *[scaled._replace(stride=1)] * (repeats - 1)]
    return found


def _scaled_channels(channels: int, width: float) -> int:
    """Return a multiple of 8 near width * channels, at least 90 % of it."""
    rounded = max(8, int(width * channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * width * channels else rounded


def _convolution(x: Any, channels: int, kernel: int, stride: int, name: str, norm: str, activation: str) -> Any:
    """Apply a convolution, batch normalization and ReLU6."""
    x = keras.layers.Conv2D(channels, kernel, stride, padding="same", use_bias=False, name=name)(x)
    return _norm_relu6(x, norm, activation)


def _norm_relu6(x: Any, norm: str, activation: str) -> Any:
    """Apply batch normalization and ReLU6."""
    x = BatchNormalization(epsilon=1e-3, name=norm)(x)
    return keras.layers.ReLU(max_value=6, name=activation)(x)


def _block(inputs: Any, block: Block, prefix: str) -> Any:
    """Apply an inverted residual block: expansion, depthwise convolution, projection, shortcut if shapes agree."""
    x, channels = inputs, inputs.shape[-1]
    if block.expansion > 1:
        x = _convolution(x, channels * block.expansion, 1, 1, f"{prefix}expand_conv", f"{prefix}bn0", f"{prefix}relu0")
    x = keras.layers.DepthwiseConv2D(
        block.kernel, block.stride, padding="same", use_bias=False, name=f"{prefix}depthwise_conv"
    )(x)
    x = _norm_relu6(x, f"{prefix}bn1", f"{prefix}relu1")
    x = keras.layers.Conv2D(block.channels, 1, use_bias=False, name=f"{prefix}project_conv")(x)
    x = BatchNormalization(epsilon=1e-3, name=f"{prefix}bn2")(x)
    if block.stride == 1 and block.channels == channels:
        x = keras.layers.Add(name=f"{prefix}add")([x, inputs])
    return x


def _set_weights(model: keras.Model, weights: dict[str, np.ndarray]) -> None:
    """Set the weights of every layer from torch's arrays, moved to Keras's axis order."""
    for layer in model.layers:
        if isinstance(layer, BatchNormalization):
            parts = ("weight", "bias", "running_mean", "running_var")
            layer.set_weights([weights[f"{_torch_name(layer.name)}.{part}"] for part in parts])
        # Torch's order is outputs, inputs, height, width.
        elif isinstance(layer, keras.layers.DepthwiseConv2D):
            layer.set_weights([weights[f"{_torch_name(layer.name)}.weight"].transpose(2, 3, 0, 1)])
        elif isinstance(layer, keras.layers.Conv2D):
            layer.set_weights([weights[f"{_torch_name(layer.name)}.weight"].transpose(2, 3, 1, 0)])


def _torch_name(layer_name: str) -> str:
    """Return torch's name of a layer, such as _blocks.3._bn1 for blocks_3_bn1.

    Keras can't export layers whose names start with an underscore.
    """
    if not layer_name.startswith("blocks_"):
        return f"_{layer_name}"
    _, index, part = layer_name.split("_", 2)
    return f"_blocks.{index}._{part}"
