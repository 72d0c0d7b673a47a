"""Fingerprints: digests of everything that a stored result depends on. An equal fingerprint means it is valid."""

import hashlib
from pathlib import Path

from themer.base.files import files_sha256
from themer.base.params import Train
from themer.base.quiet_tensorflow import keras, tf
from themer.dataset.shards import read_summary
from themer.networks.backbones import weights_sha256

THEMER = Path(__file__).parent.parent


def fingerprint(directories: list[Path], settings: Train, keys: set[str] | None = None) -> str:
    """Return 16 hexadecimal digits for directories of shards, settings, and the versions of Keras and TensorFlow.

    `keys` are the settings that count; None means all. The content of a file of weights always counts.

    Raises:
        UserError: a directory has no shards, or the file of weights can't be read.
    """
    for directory in directories:
        read_summary(directory)
    versions = f"{keras.__version__} {tf.__version__}"
    values = settings.model_dump_json(include=keys)
    content = files_sha256(path for directory in directories for path in directory.iterdir())
    return hashlib.sha256(f"{versions} {values} {weights_sha256(settings)} {content}".encode()).hexdigest()[:16]


def code_sha256() -> str:
    """Return the SHA-256 of the code that turns pictures into features, 64 hexadecimal digits."""
    return files_sha256(path for package in ("features", "networks") for path in (THEMER / package).glob("*.py"))
