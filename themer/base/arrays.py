"""Files of one array, as numpy writes them."""

from pathlib import Path

import numpy as np


def read_array(path: Path) -> np.ndarray:
    """Read the array in a file; OSError or ValueError if it holds anything else or breaks off."""
    with path.open("rb") as file:
        # np.load would also open a zip archive, and return something other than an array.
        array: np.ndarray = np.lib.format.read_array(file)
        return array


def map_array(path: Path) -> np.ndarray:
    """Map the array in a file into memory until it is read; OSError or ValueError as for `read_array`."""
    array: np.ndarray = np.lib.format.open_memmap(path, mode="r")
    return array


def holds_array(path: Path, shape: tuple[int, ...]) -> bool:
    """Return whether a file holds a whole array of this shape."""
    try:
        return map_array(path).shape == shape
    except (OSError, ValueError):
        return False
