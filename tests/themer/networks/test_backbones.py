from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.small_shards import settings
from tests.themer.networks.random_weights import use_short
from themer.base.errors import UserError
from themer.base.quiet_tensorflow import keras
from themer.networks.applications import application_features
from themer.networks.backbones import fine_tune_last_blocks, load_weights_file
from themer.networks.efficientnet import BLOCK_NAME, efficientnet_lite_features
from themer.networks.registry import build

PIXELS = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def lite0() -> keras.Model:
    return efficientnet_lite_features("efficientnet_lite0", 32, imagenet=False)


@pytest.fixture(scope="module", autouse=True)
def short_mobilenet() -> Iterator[None]:
    """Let MobileNetV3Small end early: the weights of fewer layers are read and written sooner."""
    with pytest.MonkeyPatch.context() as patch:
        use_short("mobilenet_v3_small", "expanded_conv_2_add", patch)
        yield


@pytest.fixture(scope="module")
def small() -> keras.Model:
    """A backbone whose weights tests may read and save, but not change."""
    return application_features("mobilenet_v3_small", 32, imagenet=False)


@pytest.fixture(scope="module")
def blank() -> keras.Model:
    """A backbone to load weights into; every test replaces them."""
    return application_features("mobilenet_v3_small", 32, imagenet=False)


@pytest.fixture(scope="module")
def classifier(tmp_path_factory) -> Path:
    """The file of a classifier from scratch."""
    path = tmp_path_factory.mktemp("classifier") / "classifier.keras"
    build(settings(network="mobilenet_v3_small", weights="none"), 32, 3).save(path)
    return path


def features(model: keras.Model) -> np.ndarray:
    return model(PIXELS).numpy()


def trainable(backbone: keras.Model, count: int) -> list[str]:
    fine_tune_last_blocks(backbone, BLOCK_NAME, count)
    return [layer.name for layer in backbone.layers if layer.trainable and layer.weights]


def test_the_last_blocks_and_the_layers_after_them_are_trainable_except_normalization(lite0):
    assert trainable(lite0, 2) == [
        *(f"blocks_14_{part}_conv" for part in ("expand", "depthwise", "project")),
        *(f"blocks_15_{part}_conv" for part in ("expand", "depthwise", "project")),
        "conv_head",
    ]


def test_0_blocks_mean_that_nothing_is_trainable_and_too_many_mean_all_blocks(lite0):
    assert trainable(lite0, 0) == []
    assert trainable(lite0, 99) == trainable(lite0, 16)
    assert trainable(lite0, 16)[0] == "blocks_0_depthwise_conv"


def test_normalization_from_scratch_averages_over_few_batches_even_after_saving(classifier):
    backbone = keras.models.load_model(classifier).get_layer("backbone")
    momenta = {layer.momentum for layer in backbone.layers if isinstance(layer, keras.layers.BatchNormalization)}
    assert momenta == {0.9}


@pytest.mark.parametrize("name", ["backbone.weights.h5", "backbone.h5", "backbone.keras"])
def test_a_backbone_loads_the_weights_of_another_from_a_file(tmp_path, small, blank, name):
    (small.save_weights if name.endswith(".weights.h5") else small.save)(tmp_path / name)
    blank.set_weights([np.ones_like(array) for array in blank.get_weights()])
    assert (features(small) != features(blank)).any()
    load_weights_file(blank, tmp_path / name)
    np.testing.assert_array_equal(features(small), features(blank))


def test_a_backbone_is_loaded_from_the_file_of_a_classifier(classifier):
    saved = keras.models.load_model(classifier).get_layer("backbone")
    wanted = settings(network="mobilenet_v3_small", weights=str(classifier), fine_tuned_blocks=2)
    loaded = build(wanted, 64, 5).get_layer("backbone")
    for one, other in zip(saved.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def write_wrong(path: Path) -> None:
    """Write a file of the kind that its name says, without the weights of a MobileNetV3."""
    if path.name.startswith("text"):
        path.write_text("no weights")
    else:
        wrong = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        (wrong.save_weights if path.name.endswith(".weights.h5") else wrong.save)(path)


@pytest.mark.parametrize(
    "name", ["text.weights.h5", "text.h5", "text.keras", "other.weights.h5", "other.h5", "other.keras"]
)
def test_a_file_without_fitting_weights_is_named(tmp_path, blank, name):
    write_wrong(tmp_path / name)
    message = rf"train.weights: .*{name}: the weights do not fit the backbone .* \(.+\)\. Save weights with"
    with pytest.raises(UserError, match=message):
        load_weights_file(blank, tmp_path / name)


def test_a_file_without_the_weights_of_one_layer_is_refused(tmp_path, small, blank):
    small.save_weights(tmp_path / "part.weights.h5")
    with h5py.File(tmp_path / "part.weights.h5", "a") as file:
        layer = next(name for name in file["layers"] if name.startswith("conv2d") and len(file["layers"][name]["vars"]))
        del file["layers"][layer]["vars/0"]
    with pytest.raises(UserError, match="the weights do not fit"):
        load_weights_file(blank, tmp_path / "part.weights.h5")


def test_weights_of_nan_are_refused(tmp_path, blank):
    blank.set_weights([np.ones_like(array) for array in blank.get_weights()])
    blank.get_layer("conv_bn").set_weights([np.full(16, np.nan, np.float32)] * 4)
    blank.save(tmp_path / "broken.keras")
    with pytest.raises(UserError, match="4 arrays are missing or contain NaN, such as conv_bn/gamma"):
        load_weights_file(blank, tmp_path / "broken.keras")


def test_the_weights_of_keras_s_own_network_fit_the_one_with_preprocessing_inside(tmp_path):
    plain = keras.applications.MobileNetV2(weights=None, include_top=False, pooling="avg", input_shape=(32, 32, 3))
    plain.save_weights(tmp_path / "plain.weights.h5")
    backbone = application_features("mobilenet_v2", 32, imagenet=False)
    load_weights_file(backbone, tmp_path / "plain.weights.h5")
    np.testing.assert_allclose(features(backbone), plain(PIXELS / 127.5 - 1).numpy(), rtol=1e-4, atol=1e-6)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match="train.weights: .*missing.keras: .*write imagenet or none"):
        load_weights_file(keras.Model(), tmp_path / "missing.keras")
