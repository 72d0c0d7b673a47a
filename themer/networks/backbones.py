"""What all backbones have in common: which of their blocks learn, and weights that come from a file."""

import hashlib
import re
import warnings
import zipfile
from pathlib import Path

import numpy as np

from themer.base.errors import UserError
from themer.base.params import Train
from themer.base.quiet_tensorflow import keras

QUICK_MOMENTUM = 0.9


def fine_tune_last_blocks(backbone: keras.Model, block: str, count: int) -> None:
    """Let the last `count` blocks of a pretrained backbone learn, and what follows them; freeze all else.

    `block` is a regular expression that a block's name, with which those of its layers start, matches. More blocks
    than there are means all. The statistics of batch normalization, which a small set of pictures would spoil,
    always stay as they are, and what is frozen leaves nothing out at random (Huang et al., arXiv:1603.09382).
    """
    start = _first_learning_layer([layer.name for layer in backbone.layers], block, count)
    for at, layer in enumerate(backbone.layers):
        layer.trainable = at >= start and not isinstance(layer, keras.layers.BatchNormalization)
        if at < start and isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0


def learn_from_scratch(backbone: keras.Model) -> None:
    """Let the statistics of batch normalization follow the last ten batches or so.

    Some networks average over a thousand, which a small set of pictures does not have: what they measured on the
    validation split until then would be noise.
    """
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = min(layer.momentum, QUICK_MOMENTUM)


def load_weights_file(backbone: keras.Model, path: Path) -> None:
    """Give a backbone the weights in a file.

    The file may be a `.weights.h5` or older `.h5` that a backbone of this architecture was saved in, or a `.keras`
    file: a backbone itself, or a classifier that contains one, such as this project's own.

    Raises:
        UserError: there is no such file, or it holds something else.
    """
    if not path.is_file():
        raise UserError(f"train.weights: {path}: there is no such file. Name one, or write imagenet or none.")
    try:
        _load(backbone, path)
    except (ValueError, TypeError, KeyError, OSError, zipfile.BadZipFile) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UserError(
            f"train.weights: {path}: holds no weights that fit the backbone of this train.network ({reason}). "
            'Save them with model.get_layer("backbone").save_weights("backbone.weights.h5").'
        ) from None


def weights_path(settings: Train) -> Path | None:
    """Return the file that the settings take weights from, or None."""
    return None if settings.weights in ("imagenet", "none") else Path(settings.weights)


def weights_sha256(settings: Train) -> str:
    """Return the SHA-256 of the file that the settings take weights from, 64 hexadecimal digits, or "" without one.

    Raises:
        UserError: there is no such file.
    """
    path = weights_path(settings)
    if path is None:
        return ""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"train.weights: {path}: {error.strerror}. Name a file, or write imagenet or none.") from None


def _first_learning_layer(names: list[str], block: str, count: int) -> int:
    """Return the place of the first layer of the last `count` blocks, or the number of layers when count is 0."""
    matches = [re.match(block, name) for name in names]
    blocks = [match.group() if match else "" for match in matches]
    in_order = [name for name in dict.fromkeys(blocks) if name]
    return blocks.index(in_order[-min(count, len(in_order))]) if count else len(names)


def _load(backbone: keras.Model, path: Path) -> None:
    """Read the weights, or raise what Keras raises, and ValueError where it only warns that some are missing."""
    backbone.set_weights([np.full_like(array, np.nan) for array in backbone.get_weights()])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix == ".keras":
            model = keras.models.load_model(path, compile=False)
            parts = [layer for layer in model.layers if layer.name == "backbone"]
            backbone.set_weights((parts or [model])[0].get_weights())
        else:
            backbone.load_weights(path)
    missing = [weight.path for weight in backbone.weights if np.isnan(weight.numpy()).any()]
    if missing:
        raise ValueError(f"{len(missing)} arrays are missing or are no numbers, such as {missing[0]}")
