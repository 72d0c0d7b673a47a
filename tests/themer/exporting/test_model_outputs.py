import numpy as np
import pytest
from scipy.special import softmax

from tests.small_shards import SIZE, picture, settings
from themer.base.quiet_tensorflow import keras
from themer.exporting.model_outputs import seeing
from themer.networks.registry import build

PIXELS = np.stack([picture(index, 5) for index in range(3)]).astype(np.float32)


def network(name: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    return build(settings(network=name, weights="none"), SIZE, 3)


@pytest.mark.parametrize("name", ["lego_cnn", "efficientnet_lite0"])
def test_all_outputs_of_one_pass_belong_together(name):
    model = network(name)
    seen = seeing(model).predict_on_batch(PIXELS)
    np.testing.assert_allclose(seen["probabilities"], model.predict_on_batch(PIXELS), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(seen["features"], axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("name", ["efficientnet_lite0", "mobilenet_v3_small", "vgg16"])
def test_what_the_places_add_is_all_that_the_classifier_goes_by(name):
    model = network(name)
    seen = seeing(model).predict_on_batch(PIXELS)
    logits = seen["class_maps"].mean(axis=(1, 2)) + model.get_layer("probabilities").get_weights()[1]
    np.testing.assert_allclose(softmax(logits, axis=1), seen["probabilities"], atol=1e-5)


def test_where_features_are_normalized_it_is_all_but_for_a_factor():
    """The head has no bias yet, nor the normalization an offset."""
    seen = seeing(network("convnext_tiny")).predict_on_batch(PIXELS)
    logits = np.log(seen["probabilities"])
    logits -= logits.mean(axis=1, keepdims=True)
    places = seen["class_maps"].mean(axis=(1, 2))
    places -= places.mean(axis=1, keepdims=True)
    factors = logits / places
    assert (factors > 0).all()
    np.testing.assert_allclose(factors, factors.mean(axis=1, keepdims=True) * np.ones(3), rtol=1e-3)


@pytest.mark.parametrize("name", ["lego_cnn", "alexnet"])
def test_networks_that_do_not_average_over_places_have_no_maps(name):
    assert "class_maps" not in seeing(network(name)).output
