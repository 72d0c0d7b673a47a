"""Stored features: the files of a folder, what they were made from, and how to read them.

A folder names its networks and has a folder for each, so that a further network leaves the features of the others as
they are. A network's folder has a summary and one file for each split and view: `train-0.npy` is float32 [pictures,
width], in the order of the shards. View 0 is the unchanged picture. The other views are random, and only training
pictures have them. A fingerprint is a digest of everything that a stored result depends on: an equal one means that the
result is valid.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

from themer.base.arrays import holds_array, map_array
from themer.base.errors import UserError
from themer.base.files import files_sha256, write_json
from themer.base.params import SPLITS, Train, unreadable_weights
from themer.shards.files import read_summary

THEMER = Path(__file__).parent.parent
NETWORKS_NAME, SUMMARY_NAME = "networks.json", "features.json"
# The code that features depend on, that all of training depends on, and the libraries of both.
PACKAGES, ALL_PACKAGES = ("features", "networks"), ("features", "networks", "training")
LIBRARIES = ("ai-edge-litert", "keras", "numpy", "pillow", "scipy", "tensorflow")
# Every setting that features depend on. dvc.yaml lists them too, and a test compares both.
SETTINGS = {"augmentation", "feature_views", "network", "photo_views", "seed", "weights"}


@dataclass(frozen=True)
class FeatureSummary:
    """The fingerprint of a network's block features, their width, and the number of views.

    The last `last_width` of them are the features of the network's last layer. Without a pretrained backbone, both are
    0.
    """

    fingerprint: str
    width: int
    last_width: int
    views: int


class FeatureFile(NamedTuple):
    """A file of features, and whose features it has: a split's pictures in some shards, in one view."""

    path: Path
    shards: Path
    split: str
    view: int


def prepare_directory(directory: Path, summary: FeatureSummary) -> None:
    """Prepare a folder: keep the files that an interrupted run wrote for the same summary, and delete all others."""
    directory.mkdir(parents=True, exist_ok=True)
    if _summary_if_any(directory) != summary:
        for path in directory.iterdir():
            path.unlink()
    write_json(asdict(summary), directory / SUMMARY_NAME)


def read_feature_summaries(directory: Path) -> list[FeatureSummary]:
    """Read the summary of each network in a folder of features; raise UserError if one is missing or unreadable."""
    return [_read_summary(directory / name) for name in _read_networks(directory)]


def is_complete(directory: Path, made_from: str, files: Sequence[FeatureFile]) -> bool:
    """Return whether the folder of a network has this fingerprint, and all its files."""
    summary = _summary_if_any(directory)
    if summary is None or summary.fingerprint != made_from:
        return False
    shapes = [(file.path, (read_summary(file.shards).pictures[file.split], summary.width)) for file in files]
    return all(holds_array(path, shape) for path, shape in shapes)


def feature_files(directory: Path, shards: Path, photos: Path, views: int) -> list[FeatureFile]:
    """Return the files of features in the folder of a network, given the number of views of training pictures."""
    sources = [*((split, shards, split) for split in SPLITS), ("photos", photos, "train")]
    return [
        FeatureFile(features_path(directory, name, view), source, split, view)
        for name, source, split in sources
        for view in range(views if split == "train" else 1)
    ]


def features_path(directory: Path, split: str, view: int) -> Path:
    """Return the path of a split's features of one view in the folder of a network."""
    return directory / f"{split}-{view}.npy"


class Features:
    """The features of a split from one or several networks, side by side, mapped into memory until rows are read."""

    def __init__(self, parts: list[np.ndarray]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return len(self._parts[0])

    @property
    def width(self) -> int:
        """The number of features of a picture."""
        return sum(part.shape[1] for part in self._parts)

    def __getitem__(self, rows: slice) -> np.ndarray:
        """Return a copy of some rows, float32 [rows, width]."""
        return np.concatenate([part[rows] for part in self._parts], axis=1)


def read_features(directory: Path, split: str, view: int, last_only: bool = False) -> Features:
    """Return a split's block features of one view, or only those of each network's last layer.

    Raises:
        UserError: a file is missing or unreadable.
    """
    folders = [directory / name for name in _read_networks(directory)]
    parts = [_read_part(features_path(folder, split, view)) for folder in folders]
    if last_only:
        parts = [part[:, -_read_summary(folder).last_width :] for part, folder in zip(parts, folders, strict=True)]
    if len({len(part) for part in parts}) > 1:
        raise UserError(
            f"{directory}: its networks have different numbers of pictures. Run: dvc repro --force features"
        )
    return Features(parts)


def fingerprint(
    directories: list[Path], settings: Train, keys: set[str] | None = None, packages: Sequence[str] = ALL_PACKAGES
) -> str:
    """Return 16 hexadecimal digits for directories of shards, settings, the code that computes, and its libraries.

    `keys` are the settings that count; None means all. The content of a file of weights always counts. `packages` are
    the packages of the project whose code counts, beside that of the arithmetic.

    Raises:
        UserError: a directory has no shards, or the file of weights can't be read.
    """
    # Only for its error, where shards are missing.
    for directory in directories:
        read_summary(directory)
    versions = " ".join(f"{name} {version(name)}" for name in LIBRARIES)
    values = settings.model_dump_json(include=keys)
    content = files_sha256(path for directory in directories for path in directory.iterdir())
    everything = f"{versions} {values} {weights_sha256(settings)} {content} {code_sha256(packages)}"
    return hashlib.sha256(everything.encode()).hexdigest()[:16]


def code_sha256(packages: Sequence[str]) -> str:
    """Return the SHA-256 of the code of packages of the project and of the arithmetic, 64 hexadecimal digits."""
    base = [THEMER / "base" / name for name in ("arithmetic.py", "quiet_tensorflow.py")]
    return files_sha256([*base, *(path for package in packages for path in (THEMER / package).glob("*.py"))])


def weights_sha256(settings: Train) -> str:
    """Return the SHA-256 of the file of weights, 64 hexadecimal digits, or "" if the settings name no file.

    Raises:
        UserError: the file can't be read.
    """
    path = settings.weights_path
    if path is None:
        return ""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable_weights(path, error) from None


def _read_networks(directory: Path) -> list[str]:
    """Return the networks of a folder of features, in the order of their features."""
    path = directory / NETWORKS_NAME
    try:
        names: list[str] = json.loads(path.read_text(encoding="utf-8"))["networks"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"{path}: no list of networks ({error}). Run: dvc repro --force features") from None
    return names


def _read_summary(directory: Path) -> FeatureSummary:
    """Read the summary in the folder of a network."""
    path = directory / SUMMARY_NAME
    try:
        return FeatureSummary(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{path}: not a summary of features ({error}). Run: dvc repro --force features") from None


def _read_part(path: Path) -> np.ndarray:
    """Return a file's features, float32 [pictures, width], mapped into memory."""
    try:
        return map_array(path)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: no features here ({error}). Run: dvc repro --force features") from None


def _summary_if_any(directory: Path) -> FeatureSummary | None:
    """Return the summary in the folder of a network, or None if it is missing or unreadable."""
    try:
        return _read_summary(directory)
    except UserError:
        return None
