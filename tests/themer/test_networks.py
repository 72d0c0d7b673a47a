from typing import get_args

import numpy as np
import pytest

from tests.small_shards import settings
from themer.networks import NETWORKS, build, lego_cnn
from themer.params import Train


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


def test_registry_has_every_network_that_params_allow():
    assert sorted(NETWORKS) == sorted(get_args(Train.model_fields["network"].annotation))


@pytest.mark.parametrize("network", sorted(NETWORKS))
def test_networks_take_pixels_and_give_probabilities(network):
    model = build(settings(network=network), size=64, classes=5)
    answers = model.predict_on_batch(np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32))
    assert answers.shape == (2, 5) and answers.dtype == np.float32
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)


def test_only_the_classifier_learns_without_fine_tuned_blocks():
    model = build(settings(network="efficientnet_lite0", fine_tuned_blocks=0), size=64, classes=4)
    assert [variable.shape for variable in model.trainable_variables] == [(1280, 4), (4,)]


def test_fine_tuned_blocks_learn_but_their_normalization_does_not():
    model = build(settings(network="efficientnet_lite0", fine_tuned_blocks=2), size=64, classes=4)
    backbone = model.get_layer("backbone")
    learning = [layer.name for layer in backbone.layers if layer.trainable and layer.weights]
    assert learning == [
        *(f"blocks_14_{part}_conv" for part in ("expand", "depthwise", "project")),
        *(f"blocks_15_{part}_conv" for part in ("expand", "depthwise", "project")),
        "conv_head",
    ]


def test_the_whole_network_is_sixteen_blocks():
    backbone = build(settings(network="efficientnet_lite0", fine_tuned_blocks=16), 64, 4).get_layer("backbone")
    assert backbone.get_layer("blocks_0_depthwise_conv").trainable
    assert not backbone.get_layer("conv_stem").trainable
