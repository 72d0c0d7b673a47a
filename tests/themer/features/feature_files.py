"""Folders of stored features with any content, written without a network."""

from pathlib import Path

import numpy as np

from themer.base.files import write_json
from themer.features.feature_store import NETWORKS_NAME, features_path


def write_feature_files(directory: Path, split: str, *networks: np.ndarray) -> None:
    """Write the features of a split's unchanged pictures, float32 [pictures, width] for each network."""
    names = [f"network_{number}" for number in range(len(networks))]
    for name, features in zip(names, networks, strict=True):
        path = features_path(directory / name, split, 0)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, features.astype(np.float32))
    write_json({"networks": names}, directory / NETWORKS_NAME)
