"""What holds for every network. Building one takes a second, so all tests of a network share it."""

import importlib
import zipfile
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pytest

from tests.small_shards import FILL, LABELS, settings
from themer.base.errors import UserError
from themer.base.model_description import Description
from themer.base.params import PretrainedNetwork
from themer.base.quiet_tensorflow import keras, tf
from themer.networks.applications import APPLICATIONS, application_features
from themer.networks.backbones import fine_tune_last_blocks, load_weights_file
from themer.networks.model_file import load_classifier, save_classifier
from themer.networks.normalization import SAME_OF, all_layers
from themer.networks.registry import NETWORKS, build, dropout_layers
from themer.training.fit import SparseCrossentropy

DESCRIPTION = Description(LABELS, 32, FILL, "lego_cnn", temperature=1.5)
PIXELS = np.random.default_rng(0).uniform(0, 255, (3, 32, 32, 3)).astype(np.float32)

# The module of each network, its number of features and of blocks, and the first trainable layer of its last block.
FACTS = {
    "convnext_tiny": ("convnext", 768, 18, "convnext_tiny_stage_3_block_2_depthwise_conv"),
    "efficientnet_v2_b0": ("efficientnet_v2", 1280, 21, "block6h_expand_conv"),
    "mobilenet_v2": ("mobilenet_v2", 1280, 17, "block_16_expand"),
    "mobilenet_v3_large": ("mobilenet_v3", 960, 15, "expanded_conv_14_expand"),
    "mobilenet_v3_small": ("mobilenet_v3", 576, 11, "expanded_conv_10_expand"),
    "resnet50": ("resnet", 2048, 16, "conv5_block3_1_conv"),
    "vgg16": ("vgg16", 512, 5, "block5_conv1"),
}


@dataclass(frozen=True)
class Network:
    """A new network, its predictions, and its weights before and after one training step; the model has the former."""

    name: str
    model: keras.Model
    predictions: np.ndarray
    before: list[np.ndarray]
    after: list[np.ndarray]

    @property
    def backbone(self) -> keras.Model:
        return self.model.get_layer("backbone")


# They have the same layers as EfficientNet-Lite0 and MobileNetV3Small, and more of them.
LARGER = {"efficientnet_lite1", "efficientnet_lite2", "mobilenet_v3_large"}


@pytest.fixture(params=sorted({*NETWORKS} - LARGER), scope="module")
def network(request) -> Network:
    model = new(request.param)
    predictions, before = model(PIXELS).numpy(), model.get_weights()
    after = weights_after_a_step(model)
    model.set_weights(before)
    return Network(request.param, model, predictions, before, after)


# The network is one of some only.
of_applications = pytest.mark.parametrize("network", sorted(APPLICATIONS), indirect=True)


def new(name: str) -> keras.Model:
    keras.utils.set_random_seed(5)
    tf.config.experimental.enable_op_determinism()
    return build(settings(network=name, weights="none"), 32, 3)


def weights_after_a_step(model: keras.Model) -> list[np.ndarray]:
    """Train a network for one step, run eagerly, because compiling it would take a minute."""
    model.compile(keras.optimizers.SGD(1.0), SparseCrossentropy(0.1), run_eagerly=True)
    tf.config.run_functions_eagerly(True)  # or each grouped convolution would be compiled on its own
    try:
        model.train_on_batch(PIXELS, np.array([0, 2, 1]))
    finally:
        tf.config.run_functions_eagerly(False)
    return model.get_weights()


@pytest.fixture
def changed(network):
    """The model of a network with no weight of a new one, as after training."""
    random = np.random.default_rng(0)
    network.model.set_weights([array + random.uniform(0.001, 0.01, array.shape) for array in network.before])
    yield network.model
    network.model.set_weights(network.before)


def trainable_layers(network: Network, count: int) -> list[str]:
    fine_tune_last_blocks(network.backbone, APPLICATIONS[network.name].block, count)
    return [layer.name for layer in network.backbone.layers if layer.trainable and layer.weights]


def test_pixels_are_mapped_to_probabilities(network):
    assert network.predictions.shape == (3, 3) and network.predictions.dtype == np.float32
    np.testing.assert_allclose(network.predictions.sum(axis=1), 1, rtol=1e-5)
    layers = [layer.name for layer in network.model.layers]
    assert layers[-1] == "probabilities"
    assert ("backbone" in layers) == (network.name in get_args(PretrainedNetwork))


def test_the_same_seed_gives_the_same_bytes_and_all_weights_are_trained(network):
    again = new(network.name)
    assert [array.tobytes() for array in network.before] == [array.tobytes() for array in again.get_weights()]
    assert [array.tobytes() for array in network.after] == [array.tobytes() for array in weights_after_a_step(again)]
    assert all((one != other).any() for one, other in zip(network.before, network.after, strict=True))


def test_a_loaded_classifier_equals_the_saved_one(tmp_path, changed):
    save_classifier(changed, DESCRIPTION, tmp_path / "models/classifier.keras")
    loaded = load_classifier(tmp_path / "models/classifier.keras")
    assert loaded.description == DESCRIPTION
    predictions = changed(PIXELS).numpy()
    assert np.isfinite(predictions).all()
    np.testing.assert_array_equal(loaded.model([PIXELS]), predictions)
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["classifier.keras"]
    # The layers that normalize are this project's, but the file says that they are Keras's own.
    for model in (changed, loaded.model):
        assert not {type(layer) for layer in all_layers(model)} & {*SAME_OF}
    with zipfile.ZipFile(tmp_path / "models/classifier.keras") as file:
        config = file.read("config.json")
    has_normalization = any(isinstance(layer, tuple(SAME_OF)) for layer in all_layers(changed))
    assert b"themer" not in config and (b"Normalization" in config) == has_normalization


# With no second parameter, or pytest would build these networks again.
@pytest.mark.parametrize("network", ["efficientnet_v2_b0", "lego_cnn"], indirect=True)
def test_dropout_layers_of_a_backbone_are_found_too(network):
    last = {"efficientnet_v2_b0": ["block6h_drop", "dropout"], "lego_cnn": ["dropout"]}[network.name]
    assert [layer.name for layer in dropout_layers(network.model)][-2:] == last


@of_applications
def test_pixels_are_preprocessed_as_the_family_expects(network):
    backbone, (module, width, *_) = network.backbone, FACTS[network.name]
    assert backbone.name == "backbone" and backbone.output_shape == (None, width)
    original = APPLICATIONS[network.name].construct(
        include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg"
    )
    original.set_weights(backbone.get_weights())
    family = importlib.import_module(f"keras.applications.{module}")
    expected = original(family.preprocess_input(PIXELS.copy())).numpy()
    np.testing.assert_allclose(backbone(PIXELS).numpy(), expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("network", ["mobilenet_v3_large"], indirect=True)
def test_weights_of_a_larger_sibling_are_refused(tmp_path, network):
    network.backbone.save_weights(tmp_path / "large.weights.h5")
    with pytest.raises(UserError, match="the weights do not fit"):
        load_weights_file(application_features("mobilenet_v3_small", 32, imagenet=False), tmp_path / "large.weights.h5")


@pytest.mark.parametrize("network", ["efficientnet_v2_b0"], indirect=True)
def test_frozen_blocks_drop_nothing(network):
    assert trainable_layers(network, 2)
    layers = network.backbone.layers
    dropping = {layer.name for layer in layers if isinstance(layer, keras.layers.Dropout) and layer.rate > 0}
    assert dropping == {"block6g_drop", "block6h_drop"}


@of_applications
def test_blocks_are_those_of_the_family(network):
    _, _, blocks, first_of_last = FACTS[network.name]
    each = [trainable_layers(network, count) for count in range(blocks + 2)]
    assert each[0] == [] and each[1][0] == first_of_last
    assert all(set(fewer) < set(more) for fewer, more in zip(each, each[1:-1], strict=False))
    assert each[-1] == each[-2]
