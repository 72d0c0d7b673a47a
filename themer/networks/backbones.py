"""What all backbones share: which of their blocks are trained, and loading their weights from a file."""

import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from themer.base.errors import UserError
from themer.base.quiet_tensorflow import keras

HIGHEST_MOMENTUM = 0.9
BLOCK_FEATURES = "block_features"


def fine_tune_last_blocks(backbone: keras.Model, block: str, count: int) -> None:
    """Make the last `count` blocks of a pretrained backbone trainable, and the layers after them; freeze the rest.

    Batch normalization always stays frozen, because its statistics would suffer from a small training set. Frozen
    blocks drop nothing at random (stochastic depth, Huang et al., https://arxiv.org/abs/1603.09382).

    Args:
        backbone: changed in place.
        block: a regular expression that matches the name of a block, the prefix of its layers' names.
        count: 0 or more; a number above that of the blocks means all of them.
    """
    start = _first_trainable_layer([layer.name for layer in backbone.layers], block, count)
    for position, layer in enumerate(backbone.layers):
        layer.trainable = position >= start and not isinstance(layer, keras.layers.BatchNormalization)
        if position < start and isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0


def block_features(backbone: keras.Model, block: str) -> Any:
    """Return the mean of each channel after each block of a network, and its features last, float32 [n, width].

    Themes differ in details, such as studs and prints, that early blocks detect and the last ones no longer show.

    Args:
        backbone: returns features, or block features already, which are then returned.
        block: as above.
    """
    if any(layer.name == BLOCK_FEATURES for layer in backbone.layers):
        return backbone.output
    maps = [layer for layer in backbone.layers if len(layer.output.shape) == 4]
    last_layers = {match.group(): layer for layer in maps if (match := re.match(block, layer.name))}
    means = [
        keras.layers.GlobalAveragePooling2D(name=f"{BLOCK_FEATURES}_{number}")(layer.output)
        for number, layer in enumerate(last_layers.values())
    ]
    return keras.layers.Concatenate(name=BLOCK_FEATURES)([*means, backbone.output])


def shorten_batch_averages(backbone: keras.Model) -> None:
    """Make batch normalization average over about the last ten batches, for training from scratch.

    Some networks average over about a thousand batches. A small training set has fewer, so their validation scores
    would be noise.
    """
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = min(layer.momentum, HIGHEST_MOMENTUM)


def load_weights_file(backbone: keras.Model, path: Path) -> None:
    """Load a backbone's weights from a file.

    Args:
        backbone: changed in place.
        path: a `.weights.h5` file or an older `.h5` file of a backbone with this architecture, or a `.keras` file of
            the backbone or of a classifier with a layer named "backbone", such as this project saves.

    Raises:
        UserError: the file does not exist or its weights do not fit.
    """
    if not path.is_file():
        raise UserError(f"train.weights: {path}: no such file. Name an existing file, or write imagenet or none.")
    try:
        _load(backbone, path)
    except (ValueError, TypeError, KeyError, OSError, zipfile.BadZipFile) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UserError(
            f"train.weights: {path}: the weights do not fit the backbone of this train.network ({reason}). "
            'Save weights with model.get_layer("backbone").save_weights("backbone.weights.h5").'
        ) from None


def _first_trainable_layer(names: list[str], block: str, count: int) -> int:
    """Return the position of the first layer of the last `count` blocks, or the number of layers if count is 0."""
    matches = [re.match(block, name) for name in names]
    block_of = [match.group() if match else "" for match in matches]
    blocks = [name for name in dict.fromkeys(block_of) if name]
    return block_of.index(blocks[-min(count, len(blocks))]) if count else len(names)


def _load(backbone: keras.Model, path: Path) -> None:
    """Load the weights; raise whatever Keras raises, and ValueError where Keras only warns that some are missing."""
    # NaN marks the arrays that the file leaves out.
    backbone.set_weights([np.full_like(array, np.nan) for array in backbone.get_weights()])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix == ".keras":
            model = keras.models.load_model(path, compile=False)
            backbones = [layer for layer in model.layers if layer.name == "backbone"]
            backbone.set_weights((backbones or [model])[0].get_weights())
        else:
            backbone.load_weights(path)
    missing = [weight.path for weight in backbone.weights if np.isnan(weight.numpy()).any()]
    if missing:
        raise ValueError(f"{len(missing)} arrays are missing or contain NaN, such as {missing[0]}")
