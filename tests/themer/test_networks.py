from typing import get_args

import numpy as np
import pytest

from tests.small_shards import settings
from themer.base.params import PretrainedNetwork, ScratchNetwork, Train
from themer.base.quiet_tensorflow import keras, tf
from themer.networks.from_scratch import alexnet, lego_cnn, local_response_normalization
from themer.networks.registry import NETWORKS, build, default_learning_rate, dropout_layers, is_pretrained
from themer.training.losses import loss_for

PIXELS = np.random.default_rng(0).uniform(0, 255, (4, 32, 32, 3)).astype(np.float32)


def one_step(network: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return a network's weights before and after a step, run eagerly: compiling it twice would take a minute."""
    keras.utils.set_random_seed(5)
    untrained = settings(network=network, weights="none")
    model = build(untrained, 32, 3)
    before = model.get_weights()
    model.compile(keras.optimizers.SGD(1.0), loss_for(untrained, np.array([1, 1, 2])), run_eagerly=True)
    model.train_on_batch(PIXELS, np.array([0, 2, 1, 2]))
    return before, model.get_weights()


def test_lego_cnn_has_the_parameters_of_the_original():
    model = lego_cnn(size=224, classes=4, dropout=0.5)
    assert [layer.count_params() for layer in model.layers if layer.weights] == [
        3_488,
        165_952,
        36_928,
        12_845_120,
        260,
    ]
    assert model.count_params() == 13_051_748


def test_alexnet_has_the_maps_and_parameters_of_the_original_without_its_groups():
    model = alexnet(size=224, classes=1000, dropout=0.5)
    sides = [model.get_layer(name).output.shape[1] for name in ("conv1", "conv2", "conv3", "conv5", "pool5")]
    assert sides == [55, 27, 13, 13, 6]
    assert model.count_params() == 62_378_344


@pytest.mark.parametrize("size", [32, 67, 100])
def test_alexnet_takes_small_pictures(size):
    assert alexnet(size, 3, 0.5).output_shape == (None, 3)


def test_local_response_normalization_is_that_of_the_paper():
    values = np.random.default_rng(0).normal(0, 100, (1, 2, 2, 9)).astype(np.float32)
    expected = tf.nn.local_response_normalization(values, depth_radius=2, bias=2, alpha=1e-4, beta=0.75)
    np.testing.assert_allclose(local_response_normalization(tf.constant(values)), expected, rtol=1e-5)


def test_registry_has_every_network_that_params_allow():
    assert sorted(NETWORKS) == sorted(get_args(Train.model_fields["network"].annotation))


def untrained(network: str) -> keras.Model:
    return build(settings(network=network, weights="none"), 32, 3)


@pytest.mark.parametrize("network", sorted(NETWORKS))
def test_networks_take_pixels_and_give_probabilities(network):
    model = untrained(network)
    answers = model(PIXELS).numpy()
    assert answers.shape == (4, 3) and answers.dtype == np.float32
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)
    names = [layer.name for layer in model.layers]
    assert names[-1] == "probabilities" and ("backbone" in names) == (network in get_args(PretrainedNetwork))


@pytest.mark.parametrize("network", sorted(NETWORKS))
def test_the_same_seed_gives_the_same_bytes_and_all_of_it_learns(network):
    tf.config.experimental.enable_op_determinism()
    before, after = one_step(network)
    again_before, again_after = one_step(network)
    assert [array.tobytes() for array in before] == [array.tobytes() for array in again_before]
    assert [array.tobytes() for array in after] == [array.tobytes() for array in again_after]
    changed = [(one != other).any() for one, other in zip(before, after, strict=True)]
    assert all(changed)


def test_default_settings_train_any_network():
    for name in get_args(ScratchNetwork):
        assert build(settings(network=name), 32, 3).name == name


def test_only_the_classifier_learns_without_fine_tuned_blocks():
    model = build(settings(network="efficientnet_lite0", fine_tuned_blocks=0), size=64, classes=4)
    assert [variable.shape for variable in model.trainable_variables] == [(1280, 4), (4,)]


def test_what_learns_is_the_same_after_saving(tmp_path):
    model = build(settings(network="efficientnet_lite0", fine_tuned_blocks=2), 32, 3)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert [one.shape for one in loaded.trainable_variables] == [one.shape for one in model.trainable_variables]


def test_a_network_is_pretrained_unless_it_starts_from_scratch():
    assert is_pretrained(settings(network="vgg16", weights="imagenet"))
    assert is_pretrained(settings(network="vgg16", weights="some.weights.h5"))
    assert not is_pretrained(settings(network="vgg16", weights="none"))
    assert not is_pretrained(settings(network="lego_cnn", weights="imagenet"))


def test_learning_rate_is_smaller_for_what_was_learned_before():
    rates = [default_learning_rate(settings(network="resnet50", weights=name)) for name in ("imagenet", "none")]
    assert rates == [1e-4, 1e-3]


def test_dropout_is_found_within_a_backbone_too():
    assert [layer.name for layer in dropout_layers(untrained("efficientnet_v2_b0"))][-2:] == ["block6h_drop", "dropout"]
    assert [layer.name for layer in dropout_layers(untrained("lego_cnn"))] == ["dropout"]
