"""Fingerprints: digests of everything that a stored result depends on. An equal fingerprint means it is valid."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from themer.base.errors import UserError
from themer.base.files import files_sha256
from themer.base.params import Train
from themer.shards.files import read_summary

THEMER = Path(__file__).parent.parent


def fingerprint(directories: list[Path], settings: Train, keys: set[str] | None = None) -> str:
    """Return 16 hexadecimal digits for directories of shards, settings, and the versions of Keras and TensorFlow.

    `keys` are the settings that count; None means all. The content of a file of weights always counts.

    Raises:
        UserError: a directory has no shards, or the file of weights can't be read.
    """
    for directory in directories:
        read_summary(directory)
    versions = f"{version('keras')} {version('tensorflow')}"
    values = settings.model_dump_json(include=keys)
    content = files_sha256(path for directory in directories for path in directory.iterdir())
    return hashlib.sha256(f"{versions} {values} {weights_sha256(settings)} {content}".encode()).hexdigest()[:16]


def code_sha256() -> str:
    """Return the SHA-256 of the code that turns pictures into features, 64 hexadecimal digits."""
    return files_sha256(path for package in ("features", "networks") for path in (THEMER / package).glob("*.py"))


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
        raise UserError(
            f"train.weights: {path}: {error.strerror}. Name an existing file, or write imagenet or none."
        ) from None
