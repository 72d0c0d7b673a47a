import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from tests.small_shards import settings
from tests.themer.networks.random_weights import use_short, use_short_vgg16
from themer.base.quiet_tensorflow import keras
from themer.networks.backbones import fine_tune_last_blocks
from themer.networks.efficientnet import BLOCK_NAME
from themer.networks.lite import lite_model
from themer.networks.parts import parts_of
from themer.networks.registry import build

PIXELS = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype(np.float32)


def new(*networks: str, **changes: object) -> keras.Model:
    keras.utils.set_random_seed(3)
    return build(settings(network=[*networks] if len(networks) > 1 else networks[0], **changes), 32, 3)


@pytest.fixture(scope="module")
def lite0() -> keras.Model:
    """A pretrained classifier, whose trainable blocks each test chooses."""
    return new("efficientnet_lite0")


def require_whole(model: keras.Model) -> None:
    """Check that frozen blocks and the rest, one after the other, predict what the classifier predicts."""
    frozen, trained = parts_of(model)
    halfway = [part(PIXELS) for part in frozen]
    np.testing.assert_allclose(trained(halfway), model(PIXELS), atol=1e-6)
    assert [one.path for one in trained.trainable_variables] == [one.path for one in model.trainable_variables]
    assert not any(part.trainable_variables for part in frozen)


@pytest.mark.parametrize("blocks", [1, 3, 0])
def test_frozen_blocks_and_the_rest_make_the_whole(lite0, blocks):
    fine_tune_last_blocks(lite0.get_layer("backbone"), BLOCK_NAME, blocks)
    require_whole(lite0)


@pytest.mark.parametrize("blocks", [1, 5])
def test_networks_side_by_side_are_frozen_each_up_to_its_own_block(monkeypatch, blocks):
    use_short_vgg16(monkeypatch)
    use_short("mobilenet_v2", "block_6_project_BN", monkeypatch)
    model = new("mobilenet_v2", "vgg16", fine_tuned_blocks=blocks)
    assert len(parts_of(model).frozen) == 2
    require_whole(model)
    assert all(len(lite_model(part)) > 0 for part in parts_of(model).frozen)


@pytest.mark.parametrize("network", ["lego_cnn", "efficientnet_lite0"])
def test_what_is_trained_from_scratch_has_no_frozen_blocks(network):
    model = new(network, weights="none")
    assert parts_of(model) == ([], model)


def test_the_rest_shares_its_layers_with_the_whole(monkeypatch):
    use_short("mobilenet_v2", "block_2_add", monkeypatch)
    model = new("mobilenet_v2", fine_tuned_blocks=1)
    before, trained = np.asarray(model(PIXELS)), parts_of(model).trained
    trained.get_layer("probabilities").set_weights(
        [np.zeros_like(array) for array in trained.get_layer("probabilities").get_weights()]
    )
    assert not np.allclose(model(PIXELS), before)


def test_a_lite_model_computes_what_its_model_computes(monkeypatch):
    use_short("mobilenet_v2", "block_6_project_BN", monkeypatch)
    [frozen], _ = parts_of(new("mobilenet_v2", fine_tuned_blocks=1))
    interpreter = Interpreter(model_content=lite_model(frozen))
    [found] = interpreter.get_signature_runner()(pixels=PIXELS[:1]).values()
    np.testing.assert_allclose(found, frozen(PIXELS[:1]), atol=1e-4)
