from functools import cache

import numpy as np
import pytest
from scipy.special import softmax

from tests.small_shards import picture
from tests.themer.exporting.short_networks import CUTS, short_classifier
from tests.themer.small_model import untrained_classifier
from themer.answering.runtime import ModelOutputs
from themer.base.quiet_tensorflow import keras
from themer.exporting.keras_runtime import KerasRuntime, centre_layer, with_all_outputs
from themer.networks.backbones import block_features
from themer.networks.registry import BLOCKS

# Networks side by side whose maps have one size.
TWO_LITES = "efficientnet_lite0 + efficientnet_lite1"
PICTURES = np.stack([picture(index % 3, index) for index in range(19)])
PIXELS = np.stack([picture(index, 5) for index in range(3)]).astype(np.float32)


@pytest.fixture(scope="module")
def runtime() -> KerasRuntime:
    return KerasRuntime(untrained_classifier(), "abc", views=1)


@pytest.mark.parametrize("count", [1, 7, 8, 9])
def test_other_pictures_in_the_batch_change_no_output(runtime, count):
    whole, some = runtime.run(PICTURES), runtime.run(PICTURES[-count:])
    np.testing.assert_allclose(some.probabilities, whole.probabilities[-count:], atol=1e-6, rtol=0)
    np.testing.assert_allclose(some.features, whole.features[-count:], atol=1e-6, rtol=0)


def test_an_empty_batch_gives_empty_outputs(runtime):
    outputs = runtime.run(PICTURES[:0])
    assert outputs.probabilities.shape == (0, 3) and outputs.features.shape[0] == 0


@cache
def model_of(network: str) -> keras.Model:
    """Return an untrained network, or several side by side; of the large ones the first blocks."""
    networks = network.split(" + ")
    return (short_classifier(*networks) if networks[0] in CUTS else untrained_classifier(network)).model


@cache
def outputs_of(network: str) -> ModelOutputs:
    """Return all outputs for the pictures."""
    return run(model_of(network), views=1)


def run(model: keras.Model, views: int) -> ModelOutputs:
    """Return all outputs of a model, computed directly: building a graph for them would take longer."""
    # Without the argument, Keras runs all layers after the resizing to the centre as in training.
    found = with_all_outputs(model, views)(PIXELS, training=False)
    return ModelOutputs.of({name: output.numpy() for name, output in found.items()})


@pytest.mark.parametrize("network", ["lego_cnn", "efficientnet_lite0", TWO_LITES])
def test_one_pass_gives_the_model_s_probabilities_and_features_of_length_one(network):
    outputs = outputs_of(network)
    np.testing.assert_allclose(outputs.probabilities, model_of(network)(PIXELS), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(outputs.features, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("network", ["efficientnet_lite0", "mobilenet_v3_small", "vgg16", TWO_LITES])
def test_class_maps_with_the_bias_add_up_to_the_logits(network):
    head = model_of(network).get_layer("probabilities")
    head.set_weights([head.get_weights()[0], np.array([0.5, -1, 2])])
    outputs = run(model_of(network), views=1)
    logits = outputs.class_maps.mean(axis=(1, 2))
    np.testing.assert_allclose(softmax(logits, axis=1), outputs.probabilities, atol=1e-5)


@pytest.mark.parametrize("network", ["efficientnet_lite0", "vgg16"])
def test_class_maps_of_a_classifier_on_block_features_add_up_to_its_logits_too(network):
    model = on_block_features(network)
    outputs = run(model, views=1)
    np.testing.assert_allclose(softmax(outputs.class_maps.mean(axis=(1, 2)), axis=1), outputs.probabilities, atol=1e-5)
    last = outputs.block_features[:, -outputs.features.shape[1] :]
    np.testing.assert_allclose(last / np.linalg.norm(last, axis=1, keepdims=True), outputs.features, atol=1e-5)
    assert outputs.block_features.shape[1] > outputs.features.shape[1]


@pytest.mark.parametrize("made", [lambda: on_block_features("efficientnet_lite0"), lambda: model_of(TWO_LITES)])
def test_names_do_not_depend_on_what_was_built_before(made):
    model = made()
    first, second = (names(with_all_outputs(model, views=2)) for _ in range(2))
    assert first == second


def names(layer: keras.layers.Layer) -> list[str]:
    """Return the names of a layer and of all layers within it."""
    return [layer.name, *(name for inner in getattr(layer, "layers", []) for name in names(inner))]


def on_block_features(network: str) -> keras.Model:
    """Return a network's first blocks with an untrained classifier on what each of them finds."""
    backbone = model_of(network).get_layer("backbone")
    backbone = keras.Model(backbone.inputs, block_features(backbone, BLOCKS), name="backbone")
    inputs = keras.Input(backbone.input_shape[1:])
    return keras.Model(inputs, keras.layers.Dense(3, "softmax", name="probabilities")(backbone(inputs)))


def test_block_features_are_the_mean_of_each_channel_after_each_block_and_then_the_features():
    backbone = model_of("efficientnet_lite0").get_layer("backbone")
    ends = ["blocks_0_bn2", "blocks_1_bn2", "blocks_2_add", "blocks_3_bn2", "blocks_4_add", "blocks_5_bn2"]
    maps = keras.Model(backbone.inputs, [backbone.get_layer(name).output for name in ends])([PIXELS])
    expected = np.hstack([*(one.numpy().mean(axis=(1, 2)) for one in maps), backbone([PIXELS]).numpy()])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(outputs_of("efficientnet_lite0").block_features, expected, atol=1e-5)


@pytest.mark.parametrize("network", ["lego_cnn", TWO_LITES])
def test_networks_without_blocks_or_side_by_side_have_their_features_in_place_of_block_features(network):
    outputs = outputs_of(network)
    np.testing.assert_array_equal(outputs.block_features, outputs.features)


def test_with_layer_normalization_class_maps_are_the_logits_but_for_a_factor():
    """The classifier has no bias yet, and the normalization no offset."""
    model = model_of("convnext_tiny")
    head = model.get_layer("probabilities")
    # An untrained network's logits are so small that rounding would show in the factors.
    head.set_weights([1000 * array for array in head.get_weights()])
    outputs = run(model, views=1)
    logits = np.log(outputs.probabilities)
    logits -= logits.mean(axis=1, keepdims=True)
    sums = outputs.class_maps.mean(axis=(1, 2))
    sums -= sums.mean(axis=1, keepdims=True)
    factors = logits / sums
    assert (factors > 0).all()
    np.testing.assert_allclose(factors, factors.mean(axis=1, keepdims=True) * np.ones(3), rtol=1e-3)


@pytest.mark.parametrize("network", ["lego_cnn", "alexnet"])
def test_networks_that_do_not_average_over_places_have_no_class_maps(network):
    assert "class_maps" not in with_all_outputs(model_of(network), views=1).output


def test_networks_side_by_side_with_maps_of_different_sizes_have_no_class_maps():
    outputs = outputs_of("efficientnet_lite0 + vgg16")
    assert outputs.class_maps is None
    np.testing.assert_allclose(outputs.probabilities, model_of("efficientnet_lite0 + vgg16")(PIXELS), atol=1e-6)


def test_networks_side_by_side_have_no_class_maps_if_one_normalizes_its_features(monkeypatch):
    # Here its maps have the size of ConvNeXt's.
    monkeypatch.setitem(CUTS, "vgg16", "block3_pool")
    model = short_classifier("convnext_tiny", "vgg16").model
    assert "class_maps" not in with_all_outputs(model, views=1).output


@pytest.mark.parametrize("network", ["lego_cnn", "efficientnet_lite0", TWO_LITES])
def test_with_two_views_the_logits_are_the_mean_of_those_of_the_picture_and_its_centre(network):
    model = model_of(network)
    views = [np.log(np.asarray(model(pixels))) for pixels in (PIXELS, centre_layer(PIXELS))]
    both = run(model, views=2)
    np.testing.assert_allclose(both.probabilities, softmax(np.mean(views, axis=0), axis=1), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(both.features, axis=1), 1, atol=1e-5)
    assert np.abs(both.probabilities - outputs_of(network).probabilities).max() > 1e-4


def test_class_maps_are_those_of_the_picture_itself_whatever_the_views():
    one, two = (run(model_of("efficientnet_lite0"), views).class_maps for views in (1, 2))
    np.testing.assert_allclose(two, one, atol=1e-5)
