import importlib

import numpy as np
import pytest

from themer.base.errors import UserError
from themer.base.quiet_tensorflow import keras
from themer.networks.applications import APPLICATIONS, application_features
from themer.networks.backbones import fine_tune_last_blocks

PIXELS = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)

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


@pytest.fixture(params=sorted(APPLICATIONS), scope="module")
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def backbone(name) -> keras.Model:
    return application_features(name, 32, imagenet=False)


@pytest.fixture
def keras_home(tmp_path, monkeypatch):
    """An empty folder for Keras's downloads, which fail."""
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    return tmp_path


def trainable_layers(backbone: keras.Model, name: str, count: int) -> list[str]:
    fine_tune_last_blocks(backbone, APPLICATIONS[name].block, count)
    return [layer.name for layer in backbone.layers if layer.trainable and layer.weights]


def test_pixels_are_preprocessed_as_the_family_expects(name, backbone):
    assert backbone.name == "backbone" and backbone.output_shape == (None, FACTS[name][1])
    original = APPLICATIONS[name].construct(include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg")
    original.set_weights(backbone.get_weights())
    family = importlib.import_module(f"keras.applications.{FACTS[name][0]}")
    expected = original(family.preprocess_input(PIXELS.copy())).numpy()
    np.testing.assert_allclose(backbone(PIXELS).numpy(), expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


def test_blocks_are_those_of_the_family(name, backbone):
    _, _, blocks, first_of_last = FACTS[name]
    each = [trainable_layers(backbone, name, count) for count in range(blocks + 2)]
    assert each[0] == [] and each[1][0] == first_of_last
    assert all(set(fewer) < set(more) for fewer, more in zip(each, each[1:-1], strict=False))
    assert each[-1] == each[-2]


@pytest.mark.parametrize("name", ["mobilenet_v2", "vgg16"])
def test_a_failed_download_of_weights_is_explained(name, keras_home):
    with pytest.raises(UserError) as error:
        application_features(name, 96, imagenet=True)
    message = str(error.value)
    assert name in message and "URL fetch failure" in message and "\n" not in message
    assert "efficientnet_lite0" in message and "train.weights to none or to a file" in message


def test_imagenet_weights_are_read_from_keras_s_folder(keras_home):
    stored = application_features("mobilenet_v2", 96, imagenet=False)
    (keras_home / "models").mkdir()
    stored.save(keras_home / "models/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_96_no_top.h5")
    loaded = application_features("mobilenet_v2", 96, imagenet=True)
    for one, other in zip(stored.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(one, other)
