from typing import get_args

import numpy as np

from tests.small_shards import settings
from tests.themer.networks.random_weights import use_short
from themer.base.params import PretrainedNetwork, ScratchNetwork
from themer.base.quiet_tensorflow import keras
from themer.networks.registry import BACKBONES, SCRATCH_NETWORKS, build, default_learning_rate

PIXELS = np.random.default_rng(0).uniform(0, 255, (3, 32, 32, 3)).astype(np.float32)


def test_the_registry_has_every_network_that_params_allow():
    assert sorted(BACKBONES) == sorted(get_args(PretrainedNetwork))
    assert sorted(SCRATCH_NETWORKS) == sorted(get_args(ScratchNetwork))


def test_networks_from_scratch_accept_the_default_weights_setting():
    for name in get_args(ScratchNetwork):
        assert build(settings(network=name), 32, 3).name == name


def test_without_fine_tuned_blocks_only_the_classifier_is_trainable():
    model = build(settings(network="efficientnet_lite0", fine_tuned_blocks=0), size=64, label_count=4)
    assert [variable.shape for variable in model.trainable_variables] == [(1280, 4), (4,)]


def test_a_loaded_model_has_the_same_trainable_variables(tmp_path, monkeypatch):
    use_short("mobilenet_v2", "block_3_project_BN", monkeypatch)
    model = build(settings(network="mobilenet_v2", fine_tuned_blocks=2), 32, 3)
    assert 2 < len(model.trainable_variables) < len(model.variables)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert [one.shape for one in loaded.trainable_variables] == [one.shape for one in model.trainable_variables]


def test_the_default_learning_rate_is_lower_for_pretrained_weights():
    rates = [default_learning_rate(settings(network="resnet50", weights=name)) for name in ("imagenet", "none")]
    assert rates == [1e-4, 1e-3]


def test_the_default_learning_rate_of_several_networks_is_the_lowest():
    rates = [
        default_learning_rate(settings(network=["efficientnet_lite0", "vgg16"], weights=name))
        for name in ("imagenet", "none")
    ]
    assert rates == [1e-4, 1e-4]
    assert default_learning_rate(settings(network=["efficientnet_lite0", "efficientnet_lite1"])) == 1e-3
