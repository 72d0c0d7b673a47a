"""Fingerprints: a digest of everything that a stored result depends on, to tell whether it still fits."""

import hashlib
from pathlib import Path

from themer.base.files import files_sha256
from themer.base.params import Train
from themer.base.quiet_tensorflow import keras, tf
from themer.dataset.shards import read_summary
from themer.networks.backbones import weights_sha256

THEMER = Path(__file__).parent.parent


def fingerprint(shards: list[Path], settings: Train, names: set[str] | None = None) -> str:
    """Return 16 hexadecimal digits for the settings (those named), these shards, and this Keras and TensorFlow.

    Raises:
        UserError: there are no shards, or no file of weights.
    """
    for directory in shards:
        read_summary(directory)
    versions = f"{keras.__version__} {tf.__version__}"
    values = settings.model_dump_json(include=names)
    content = files_sha256(path for directory in shards for path in directory.iterdir())
    return hashlib.sha256(f"{versions} {values} {weights_sha256(settings)} {content}".encode()).hexdigest()[:16]


def code_sha256() -> str:
    """Return the SHA-256 of the code that turns pictures into features, 64 hexadecimal digits."""
    return files_sha256(path for package in ("features", "networks") for path in (THEMER / package).glob("*.py"))
