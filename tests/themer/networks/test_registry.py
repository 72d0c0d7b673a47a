from dataclasses import dataclass
from functools import cache
from typing import get_args

import numpy as np
import pytest

from tests.small_shards import settings
from themer.base.params import PretrainedNetwork, ScratchNetwork, Train
from themer.base.quiet_tensorflow import keras, tf
from themer.networks.registry import NETWORKS, build, default_learning_rate, dropout_layers
from themer.training.losses import SparseCrossentropy

PIXELS = np.random.default_rng(0).uniform(0, 255, (3, 32, 32, 3)).astype(np.float32)


@dataclass(frozen=True)
class Step:
    """A new network's predictions, the names of its layers, and its weights before and after one training step."""

    predictions: np.ndarray
    layers: list[str]
    dropout: list[str]
    before: list[np.ndarray]
    after: list[np.ndarray]


def one_step(network: str) -> Step:
    """Train a new network for one step, run eagerly, because compiling it would take a minute."""
    keras.utils.set_random_seed(5)
    tf.config.experimental.enable_op_determinism()
    model = build(settings(network=network, weights="none"), 32, 3)
    predictions, before = model(PIXELS).numpy(), model.get_weights()
    layers, dropout = [layer.name for layer in model.layers], [layer.name for layer in dropout_layers(model)]
    model.compile(keras.optimizers.SGD(1.0), SparseCrossentropy(0.1), run_eagerly=True)
    model.train_on_batch(PIXELS, np.array([0, 2, 1]))
    return Step(predictions, layers, dropout, before, model.get_weights())


first_step = cache(one_step)


def test_the_registry_has_every_network_that_params_allow():
    assert sorted(NETWORKS) == sorted(get_args(Train.model_fields["network"].annotation))


@pytest.mark.parametrize("network", sorted(NETWORKS))
def test_networks_map_pixels_to_probabilities(network):
    step = first_step(network)
    assert step.predictions.shape == (3, 3) and step.predictions.dtype == np.float32
    np.testing.assert_allclose(step.predictions.sum(axis=1), 1, rtol=1e-5)
    assert step.layers[-1] == "probabilities"
    assert ("backbone" in step.layers) == (network in get_args(PretrainedNetwork))


@pytest.mark.parametrize("network", sorted(NETWORKS))
def test_the_same_seed_gives_the_same_bytes_and_all_weights_are_trained(network):
    step, again = first_step(network), one_step(network)
    assert [array.tobytes() for array in step.before] == [array.tobytes() for array in again.before]
    assert [array.tobytes() for array in step.after] == [array.tobytes() for array in again.after]
    assert all((one != other).any() for one, other in zip(step.before, step.after, strict=True))


def test_networks_from_scratch_accept_the_default_weights_setting():
    for name in get_args(ScratchNetwork):
        assert build(settings(network=name), 32, 3).name == name


def test_without_fine_tuned_blocks_only_the_classifier_is_trainable():
    model = build(settings(network="efficientnet_lite0", fine_tuned_blocks=0), size=64, label_count=4)
    assert [variable.shape for variable in model.trainable_variables] == [(1280, 4), (4,)]


def test_a_loaded_model_has_the_same_trainable_variables(tmp_path):
    model = build(settings(network="efficientnet_lite0", fine_tuned_blocks=2), 32, 3)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert [one.shape for one in loaded.trainable_variables] == [one.shape for one in model.trainable_variables]


def test_the_default_learning_rate_is_lower_for_pretrained_weights():
    rates = [default_learning_rate(settings(network="resnet50", weights=name)) for name in ("imagenet", "none")]
    assert rates == [1e-4, 1e-3]


def test_dropout_layers_of_a_backbone_are_found_too():
    assert first_step("efficientnet_v2_b0").dropout[-2:] == ["block6h_drop", "dropout"]
    assert first_step("lego_cnn").dropout == ["dropout"]
