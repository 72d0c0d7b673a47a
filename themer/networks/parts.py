"""A classifier in two parts: frozen blocks, whose outputs training only reads, and what it trains."""

from typing import Any, NamedTuple

from themer.base.quiet_tensorflow import keras


class Parts(NamedTuple):
    """The frozen blocks of each of a classifier's networks, and a model of the rest, which shares its layers.

    The rest takes the outputs of the frozen blocks, in order; without frozen blocks it takes pixels.
    """

    frozen: list[keras.Model]
    trained: keras.Model


def parts_of(model: keras.Model) -> Parts:
    """Return the parts of a classifier that `themer.networks.registry.build` built."""
    backbones = networks_of(model)
    cuts = [_first_trained(backbone) for backbone in backbones]
    if all(backbone.inputs[0] is cut for backbone, cut in zip(backbones, cuts, strict=True)):
        return Parts([], model)
    frozen = [keras.Model(backbone.inputs[0], cut) for backbone, cut in zip(backbones, cuts, strict=True)]
    inputs = [keras.Input(cut.shape[1:]) for cut in cuts]
    features = [_rest(backbone, cut)(one) for backbone, cut, one in zip(backbones, cuts, inputs, strict=True)]
    x = features[0] if len(features) == 1 else keras.layers.Concatenate()(features)
    for layer in model.layers[model.layers.index(model.get_layer("backbone")) + 1 :]:
        x = layer(x)
    return Parts(frozen, keras.Model(inputs, x, name="trained"))


def networks_of(model: keras.Model) -> list[keras.Model]:
    """Return the networks that a classifier's backbone consists of; none if it has no backbone."""
    backbones = [layer for layer in model.layers if layer.name == "backbone"]
    layers = [layer for backbone in backbones for layer in backbone.layers]
    # A network that stands alone may have models within it too, such as ConvNeXt's stem.
    several = any(layer.name == "joined" for layer in layers)
    return [layer for layer in layers if isinstance(layer, keras.Model)] if several else backbones


def _first_trained(backbone: keras.Model) -> Any:
    """Return the input of a network's first trained layer; its output if all is frozen, its own input if nothing is."""
    with_weights = [layer for layer in backbone.layers if layer.weights]
    trained = [layer for layer in with_weights if layer.trainable]
    if trained[:1] == with_weights[:1]:
        return backbone.inputs[0]
    return trained[0].input if trained else backbone.output


def _rest(backbone: keras.Model, cut: Any) -> keras.Model:
    """Return the layers of a network after a cut."""
    if cut is backbone.output:
        return keras.layers.Identity()
    return keras.Model(cut, backbone.output)
