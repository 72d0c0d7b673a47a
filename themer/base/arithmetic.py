"""The same arithmetic on every x86-64 processor with AVX2, so that the same inputs give the same bytes.

numpy, SciPy and TensorFlow use faster instructions where a processor has them, and those round differently. They read
these settings once, while they are imported, so every entry point prepares them before it imports anything else.
"""

import os
import platform
import sys
from collections.abc import Mapping
from types import MappingProxyType

from themer.base.errors import UserError

SETTINGS = MappingProxyType(
    {
        # oneDNN everywhere, not only on processors with AVX-512; without it, Eigen's products depend on the caches.
        "TF_ENABLE_ONEDNN_OPTS": "1",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        # numpy's own loops, such as exp and log.
        "NPY_DISABLE_CPU_FEATURES": "X86_V4,AVX512_ICL,AVX512_SPR",
        # The products of numpy and SciPy; more threads add in another order.
        "OPENBLAS_CORETYPE": "Haswell",
        "OPENBLAS_NUM_THREADS": "1",
    }
)
# Their other settings: less precision, other algorithms, limits for debugging, somebody's own style of drawing.
OTHERS = ("DNNL_", "KERAS_", "MATPLOTLIBRC", "MPLBACKEND", "NPY_", "ONEDNN_", "OPENBLAS_", "RUY_", "TF_")
# Where Keras keeps downloaded weights, how much is logged, and the memory of GPUs change no result.
HARMLESS = ("KERAS_HOME", "TF_CPP_", "TF_FORCE_GPU_ALLOW_GROWTH", "TF_GPU_")
LIBRARIES = ("numpy", "scipy", "tensorflow")
DEVICE = "LEGO_THEMER_DEVICE"


def prepare() -> None:
    """Set the environment of this process and of those that it starts, and drop from it what would change results.

    Raises:
        UserError: a library has been imported with other settings, or the processor has no AVX2.
    """
    for name in relevant(os.environ).keys() - SETTINGS.keys():
        del os.environ[name]
    # Processors of other kinds have none of these instructions; their results differ in the last bits.
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return
    other = {name: os.environ.get(name) for name, value in SETTINGS.items() if os.environ.get(name) != value}
    imported = [name for name in LIBRARIES if name in sys.modules]
    if other and imported:
        raise UserError(_too_late(imported[0], other))
    os.environ.update(SETTINGS)
    if not _has_avx2():
        raise UserError("this processor has no AVX2, which the pipeline's arithmetic needs. Use one made since 2015.")


def relevant(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what would change results in an environment."""
    return {
        name: value for name, value in environment.items() if name.startswith(OTHERS) and not name.startswith(HARMLESS)
    }


def device(gpus: int, wanted: str) -> tuple[bool, str]:
    """Return whether GPUs compute, and a note for the user, or "".

    Args:
        gpus: how many TensorFlow can use.
        wanted: cpu, gpu, or "" for the CPU.

    Raises:
        UserError: `wanted` is something else, or there is no GPU.
    """
    if wanted not in ("", "cpu", "gpu"):
        raise UserError(f'{DEVICE} is "{wanted}". Set it to cpu or gpu.')
    if wanted == "gpu" and not gpus:
        raise UserError(f"{DEVICE} is gpu, but TensorFlow finds no GPU. Install its CUDA libraries, or set it to cpu.")
    if wanted == "gpu":
        return True, "The GPU computes. Its results differ in the last bits from those that dvc.lock records."
    if gpus and not wanted:
        return False, f"The CPU computes, so that results are those of dvc.lock. {DEVICE}=gpu is faster."
    return False, ""


def _has_avx2() -> bool:
    """Return whether the processor has AVX2, as numpy found when it was imported."""
    # Imported here, after the settings.
    import numpy as np

    configuration = np.show_config(mode="dicts")
    return "X86_V3" in configuration["SIMD Extensions"].get("found", [])


def _too_late(library: str, other: dict[str, str | None]) -> str:
    """Return the message for a library that has been imported with other settings."""
    wanted = " ".join(f"{name}={SETTINGS[name]}" for name in other)
    return (
        f"{library} was imported before Lego Themer could make its arithmetic the same on every processor. Import "
        f"themer.base.arithmetic and call prepare() first, or set in the environment: {wanted}"
    )
