"""Run a trained classifier with Keras: all outputs of the served model from one forward pass.

The exported model is made from this one and compared with it. Every layer has a name of its own: Keras would count up
from what was built before, and the exported model would have other bytes.
"""

from typing import Any

import numpy as np

from themer.answering.runtime import ModelOutputs
from themer.base.quiet_tensorflow import keras
from themer.features.views import CENTRE
from themer.networks.backbones import BLOCK_FEATURES, block_features
from themer.networks.model_file import Classifier
from themer.networks.parts import networks_of
from themer.networks.registry import BLOCKS

PICTURES_PER_BATCH = 8


class KerasRuntime:
    """A trained classifier, and the SHA-256 of its file."""

    def __init__(self, classifier: Classifier, model_sha256: str, views: int) -> None:
        self._model = with_all_outputs(classifier.model, views)
        self.description, self.model_sha256 = classifier.description, model_sha256

    def run(self, pixels: np.ndarray) -> ModelOutputs:
        """Return the model's outputs for pixels 0..255 of any number type, [n, size, size, 3].

        Every batch is padded to the same shape, so that the other pictures in a batch change no output.
        """
        parts = []
        for start in range(0, max(1, len(pixels)), PICTURES_PER_BATCH):
            chunk = pixels[start : start + PICTURES_PER_BATCH]
            batch = np.zeros((PICTURES_PER_BATCH, *pixels.shape[1:]), np.float32)
            batch[: len(chunk)] = chunk
            outputs = self._model.predict_on_batch(batch)
            parts.append({name: np.asarray(rows, np.float32)[: len(chunk)] for name, rows in outputs.items()})
        found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return ModelOutputs.of(found)


def with_all_outputs(model: keras.Model, views: int) -> keras.Model:
    """Return a classifier that takes pixels 0..255, float32 [n, size, size, 3], and returns a dictionary.

    "logits" is [n, labels]; "features" and "block_features" are [n, width]. With two views, all follow from the mean of
    what is found in the picture and in its centre. Only a single network that can be pretrained has "block_features".

    "class_maps" is [n, height, width, labels]: what each place in the picture adds to each label's logit (class
    activation maps, Zhou et al. 2016, https://arxiv.org/abs/1512.04150). It exists only if the classifier is linear in
    feature maps that are averaged over the picture.
    """
    head = model.get_layer("probabilities")
    inputs = keras.Input(model.input_shape[1:], name="pixels")
    extractor, norms = _extractor(model)
    found = extractor(inputs)
    maps = found.pop("maps", None)
    if views == 2:
        centre = extractor(centre_layer(inputs))
        found = {name: keras.layers.Average(name=f"both_{name}")([one, centre[name]]) for name, one in found.items()}
    logits = keras.layers.Dense(head.units, name="logits")
    networks = networks_of(model)
    reads_blocks = any(_block_means(network) for network in networks)
    outputs = {"logits": logits(found["block_features" if reads_blocks else "features"]), **found}
    if len(networks) > 1:
        # A boundary on the blocks of all would take gigabytes.
        outputs.pop("block_features")
    logits.set_weights(head.get_weights())
    if maps is not None:
        kernel, bias = head.get_weights()
        outputs["class_maps"] = _class_maps(maps, kernel, bias, norms)
    return keras.Model(inputs, outputs, name=model.name)


def _extractor(model: keras.Model) -> tuple[keras.Model, list[keras.layers.LayerNormalization]]:
    """Return a model of both kinds of features and, if the classifier is linear in averaged maps, of these maps.

    The layer normalizations between the maps' average and the features are the second result. Of networks side by side
    all are joined.
    """
    parts = networks_of(model)
    if not parts:
        return keras.Model(model.inputs, {"features": model.get_layer("probabilities").input}, name="extractor"), []
    after = [_after_pooling(part) for part in parts]
    if not all(after) or (len(parts) > 1 and not _can_be_joined(after)):
        after = [[] for _ in parts]
    inputs = keras.Input(model.input_shape[1:], name="views")
    found = [_ends(part, layers)(inputs) for part, layers in zip(parts, after, strict=True)]
    joined = {name: _joined([one[name] for one in found], f"joined_{name}") for name in found[0]}
    return keras.Model(inputs, joined, name="extractor"), after[0][1:]


def _ends(backbone: keras.Model, after: list[keras.layers.Layer]) -> keras.Model:
    """Return a model of both kinds of a network's features and, given its last pooling, of the maps before them."""
    maps = {"maps": _maps(backbone, after[0].input)} if after else {}
    joined = [layer for layer in backbone.layers if layer.name == BLOCK_FEATURES]
    features = joined[0].input[-1] if joined else backbone.output
    ends = {"features": features, "block_features": block_features(backbone, BLOCKS), **maps}
    return keras.Model(backbone.inputs, ends, name=backbone.name)


def _maps(backbone: keras.Model, last: Any) -> Any:
    """Return the maps that a backbone averages, in the size of the last ones, which follow those of its blocks if any.

    Where this size does not divide that of others, shrinking them changes their mean a little.
    """
    shrunk = [_shrunk(layer.input, last.shape[1], f"shrunk_{layer.name}") for layer in _block_means(backbone)]
    return _joined([*shrunk, last], "maps")


def _shrunk(maps: Any, size: int, name: str) -> Any:
    """Return square maps in another size, at most their own, from a layer with this name."""
    if maps.shape[1] % size:
        return keras.layers.Resizing(size, size, name=name)(maps)
    return keras.layers.AveragePooling2D(maps.shape[1] // size, name=name)(maps)


def _joined(found: list[Any], name: str) -> Any:
    """Return several outputs as one, from a layer with this name."""
    return found[0] if len(found) == 1 else keras.layers.Concatenate(name=name)(found)


def _block_means(backbone: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers that average the maps of each block; none if the backbone returns the last layer's features."""
    return [layer for layer in backbone.layers if layer.name.startswith(f"{BLOCK_FEATURES}_")]


def _after_pooling(backbone: keras.Model) -> list[keras.layers.Layer]:
    """Return the backbone's last pooling and any layer normalization after it; none if other layers follow."""
    means = _block_means(backbone)
    layers = [layer for layer in backbone.layers if layer not in means and layer.name != BLOCK_FEATURES]
    poolings = [at for at, layer in enumerate(layers) if isinstance(layer, keras.layers.GlobalAveragePooling2D)]
    after = layers[poolings[-1] :] if poolings else []
    # A normalization of the last layer's features alone has no class maps.
    expected = () if means else keras.layers.LayerNormalization
    return after if all(isinstance(layer, expected) for layer in after[1:]) else []


def _can_be_joined(after: list[list[keras.layers.Layer]]) -> bool:
    """Return whether maps have the same height and width, and no normalization of their own follows them."""
    return len({layers[0].input.shape[1:3] for layers in after}) == 1 and all(len(layers) == 1 for layers in after)


def _class_maps(maps: Any, kernel: np.ndarray, bias: np.ndarray, norms: list[keras.layers.LayerNormalization]) -> Any:
    """Return feature maps [n, height, width, features] weighted as the classifier weights the pooled features.

    Every place has the whole bias, so that the mean over all places is the logit.

    Layer normalization subtracts the mean over the features and then scales by two factors: one for each feature, and
    one for the whole picture. That one is left out here, and so is the bias, which it would not fit.
    """
    for norm in norms:
        kernel = norm.get_weights()[0][:, np.newaxis] * kernel
        kernel = kernel - kernel.mean(axis=0)
    layer = keras.layers.Conv2D(kernel.shape[1], 1, name="class_maps")
    weighted = layer(maps)
    layer.set_weights([kernel[np.newaxis, np.newaxis], np.zeros_like(bias) if norms else bias])
    return weighted


def centre_layer(pixels: Any) -> Any:
    """Return the centre of pictures, enlarged to their size: float32 [n, size, size, 3]."""
    size = pixels.shape[1]
    margin = round(size * (1 - CENTRE) / 2)
    inner = keras.layers.Cropping2D(margin, name="inner")(pixels)
    return keras.layers.Resizing(size, size, name="centre")(inner)
