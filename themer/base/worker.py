"""What a Dask worker needs to give the bytes that its client would: the same versions, code, settings and arithmetic.

`python -m themer.base.worker tcp://SCHEDULER:8786` starts one. It takes the options of `dask worker`.
"""

import hashlib
import io
import os
import pickle
import platform
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from themer.base.arithmetic import prepare, relevant
from themer.base.errors import UserError, explained

PACKAGES = ("ai-edge-litert", "imagehash", "numpy", "pillow", "scipy")
# Keras and Matplotlib set them when they are imported, and no worker uses these.
SET_BY_LIBRARIES = ("KERAS_", "MATPLOTLIBRC", "MPLBACKEND")
HOW_TO_START = (
    "Where the same commit and requirements-dask.txt are installed, start each worker with: "
    "python -m themer.base.worker"
)


class Unpacker(pickle.Unpickler):
    """Unpickles a function, with the constants in place of their numbers."""

    def __init__(self, call: bytes, constants: Sequence[bytes]) -> None:
        super().__init__(io.BytesIO(call))
        self.constants = constants

    def persistent_load(self, number: int) -> bytes:
        """Return a constant."""
        return self.constants[number]


def code_digest(package: Path) -> str:
    """Return a digest of the Python files in a package."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


# When this is imported: whoever edits the code later has it in the files, but not in this process.
CODE = code_digest(Path(__file__).parent.parent)


@cache
def identity() -> dict[str, str]:
    """Return all of this process that decides the bytes of its results, by its name."""
    return {
        "Python": platform.python_version(),
        "the processor": platform.machine().lower(),
        **{package: _version(package) for package in PACKAGES},
        "the code in themer": CODE,
        **{name: value for name, value in relevant(os.environ).items() if not name.startswith(SET_BY_LIBRARIES)},
        "the arithmetic": arithmetic_digest(),
    }


def arithmetic_digest() -> str:
    """Return a digest of small computations: exponentials and products of numpy, and Pillow's JPEG, scaling and PNG."""
    # Imported here: a process that starts workers prepares its settings first.
    import numpy as np
    from PIL import Image

    values = np.linspace(-5, 5, 16384).reshape(128, 128)
    singles = values.astype(np.float32)
    results = [np.exp(values), np.exp(singles), np.tanh(singles), values @ values.T, singles @ singles.T]
    file = io.BytesIO()
    Image.fromarray((np.arange(128 * 128 * 3) * 7919 % 251).astype(np.uint8).reshape(128, 128, 3)).save(file, "JPEG")
    squared = io.BytesIO()
    Image.open(file).resize((57, 43), Image.Resampling.HAMMING).save(squared, "PNG", compress_level=6)
    return hashlib.sha256(b"".join(one.tobytes() for one in results) + squared.getvalue()).hexdigest()[:12]


def run(expected: dict[str, str], call: bytes, item: bytes, *constants: bytes) -> Any:
    """Return a pickled function's result for a pickled item; runs on a worker.

    Args:
        expected: the client's identity.
        call: the function, with the numbers of its constants in their places.
        item: its argument.
        constants: large values.

    Raises:
        UserError: the worker differs from the client.
    """
    require_alike(expected, identity())
    return Unpacker(call, constants).load()(pickle.loads(item))


def require_alike(client: dict[str, str], worker: dict[str, str]) -> None:
    """Raise UserError with all in which a worker differs from its client."""
    names = sorted(name for name in client | worker if client.get(name) != worker.get(name))
    if names:
        there = [f"{name} is {worker.get(name, 'unset')}, not {client.get(name, 'unset')}" for name in names]
        difference = f"the worker {_address()} may compute different results: {', '.join(there)}"
        raise UserError(f"{difference}. {HOW_TO_START} SCHEDULER")


def _version(package: str) -> str:
    """Return the version of an installed package, or "missing"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _address() -> str:
    """Return where this worker is."""
    # Imported here: this module starts before Dask's.
    from distributed import get_worker

    return f"{get_worker().address} on {platform.node()}"


@explained
def main() -> None:
    """Start `dask worker` with the settings of the project."""
    prepare()
    try:
        # Imported here, after the settings.
        from distributed.cli.dask_worker import main as dask_worker
    except ModuleNotFoundError as error:
        raise UserError(f"{error}. Run: pip install -r requirements-dask.txt") from None
    dask_worker(prog_name="python -m themer.base.worker")


if __name__ == "__main__":
    main()
