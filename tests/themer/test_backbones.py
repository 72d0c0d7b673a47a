import hashlib
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.small_shards import settings
from themer.base.errors import UserError
from themer.base.quiet_tensorflow import keras
from themer.networks.applications import application_features
from themer.networks.backbones import fine_tune_last_blocks, load_weights_file, weights_sha256
from themer.networks.efficientnet import BLOCK_NAME, efficientnet_lite0_features
from themer.networks.registry import build

PIXELS = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)


def features(model: keras.Model) -> np.ndarray:
    return model(PIXELS).numpy()


def learning(count: int) -> list[str]:
    backbone = efficientnet_lite0_features(32, imagenet=False)
    fine_tune_last_blocks(backbone, BLOCK_NAME, count)
    return [layer.name for layer in backbone.layers if layer.trainable and layer.weights]


def test_the_last_blocks_and_what_follows_learn_but_no_normalization():
    assert learning(2) == [
        *(f"blocks_14_{part}_conv" for part in ("expand", "depthwise", "project")),
        *(f"blocks_15_{part}_conv" for part in ("expand", "depthwise", "project")),
        "conv_head",
    ]


def test_no_blocks_mean_nothing_learns_and_too_many_mean_all_blocks():
    assert learning(0) == []
    assert learning(99) == learning(16)
    assert learning(16)[0] == "blocks_0_depthwise_conv"


def test_frozen_blocks_leave_nothing_out():
    backbone = application_features("efficientnet_v2_b0", 32, imagenet=False)
    fine_tune_last_blocks(backbone, r"block\d[a-z](?=_)", 2)
    left_out = {layer.name for layer in backbone.layers if isinstance(layer, keras.layers.Dropout) and layer.rate > 0}
    assert left_out == {"block6g_drop", "block6h_drop"}


def test_normalization_from_scratch_keeps_up_with_few_batches(tmp_path):
    build(settings(network="mobilenet_v3_small", weights="none"), 32, 3).save(tmp_path / "model.keras")
    backbone = keras.models.load_model(tmp_path / "model.keras").get_layer("backbone")
    momenta = {layer.momentum for layer in backbone.layers if isinstance(layer, keras.layers.BatchNormalization)}
    assert momenta == {0.9}


@pytest.mark.parametrize("name", ["backbone.weights.h5", "backbone.h5", "backbone.keras"])
def test_a_file_gives_a_backbone_the_weights_of_another(tmp_path, name):
    one, other = (application_features("mobilenet_v3_small", 32, imagenet=False) for _ in range(2))
    (one.save_weights if name.endswith(".weights.h5") else one.save)(tmp_path / name)
    assert (features(one) != features(other)).any()
    load_weights_file(other, tmp_path / name)
    np.testing.assert_array_equal(features(one), features(other))


def test_a_whole_classifier_gives_its_backbone(tmp_path):
    classifier = build(settings(network="mobilenet_v3_small", weights="none"), 32, 3)
    classifier.save(tmp_path / "classifier.keras")
    wanted = settings(network="mobilenet_v3_small", weights=str(tmp_path / "classifier.keras"), fine_tuned_blocks=2)
    taken = build(wanted, 64, 5)
    for one, other in zip(classifier.get_layer("backbone").weights, taken.get_layer("backbone").weights, strict=True):
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
def test_a_wrong_file_is_named(tmp_path, name):
    write_wrong(tmp_path / name)
    backbone = application_features("mobilenet_v3_small", 32, imagenet=False)
    with pytest.raises(UserError, match=rf"train.weights: .*{name}: holds no weights that fit .* \(.+\)\. Save them"):
        load_weights_file(backbone, tmp_path / name)


def test_weights_of_a_larger_sister_are_refused(tmp_path):
    application_features("mobilenet_v3_large", 32, imagenet=False).save_weights(tmp_path / "large.weights.h5")
    with pytest.raises(UserError, match="holds no weights that fit"):
        load_weights_file(application_features("mobilenet_v3_small", 32, imagenet=False), tmp_path / "large.weights.h5")


def test_a_file_that_lacks_a_layer_is_refused(tmp_path):
    backbone = application_features("mobilenet_v3_small", 32, imagenet=False)
    backbone.save_weights(tmp_path / "part.weights.h5")
    with h5py.File(tmp_path / "part.weights.h5", "a") as file:
        del file["layers/conv2d_3/vars/0"]
    with pytest.raises(UserError, match="holds no weights that fit"):
        load_weights_file(backbone, tmp_path / "part.weights.h5")


def test_weights_that_are_no_numbers_are_refused(tmp_path):
    backbone = application_features("mobilenet_v3_small", 32, imagenet=False)
    backbone.get_layer("conv_bn").set_weights([np.full(16, np.nan, np.float32)] * 4)
    backbone.save(tmp_path / "broken.keras")
    with pytest.raises(UserError, match="4 arrays are missing or are no numbers, such as conv_bn/gamma"):
        load_weights_file(backbone, tmp_path / "broken.keras")


def test_keras_s_own_network_gives_its_weights_to_one_with_preprocessing_inside(tmp_path):
    plain = keras.applications.MobileNetV2(weights=None, include_top=False, pooling="avg", input_shape=(32, 32, 3))
    plain.save_weights(tmp_path / "plain.weights.h5")
    backbone = application_features("mobilenet_v2", 32, imagenet=False)
    load_weights_file(backbone, tmp_path / "plain.weights.h5")
    np.testing.assert_allclose(features(backbone), plain(PIXELS / 127.5 - 1).numpy(), rtol=1e-4, atol=1e-6)


def test_a_missing_file_is_named(tmp_path):
    missing = settings(network="vgg16", weights=str(tmp_path / "missing.keras"))
    for ask in (lambda: load_weights_file(keras.Model(), tmp_path / "missing.keras"), lambda: weights_sha256(missing)):
        with pytest.raises(UserError, match="train.weights: .*missing.keras: .*write imagenet or none"):
            ask()


def test_the_digest_stands_for_the_files_content(tmp_path):
    path = tmp_path / "some.weights.h5"
    path.write_bytes(b"weights")
    assert weights_sha256(settings(network="vgg16", weights=str(path))) == hashlib.sha256(b"weights").hexdigest()
    assert [weights_sha256(settings(weights=name)) for name in ("imagenet", "none")] == ["", ""]
