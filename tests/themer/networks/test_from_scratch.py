import numpy as np
import pytest

from themer.base.quiet_tensorflow import tf
from themer.networks.from_scratch import alexnet, lego_cnn, local_response_normalization


def test_lego_cnn_has_the_parameters_of_the_original():
    model = lego_cnn(size=224, label_count=4, dropout=0.5)
    assert [layer.count_params() for layer in model.layers if layer.weights] == [
        3_488,
        165_952,
        36_928,
        12_845_120,
        260,
    ]
    assert model.count_params() == 13_051_748


def test_alexnet_has_the_maps_and_parameters_of_the_original_without_its_groups():
    model = alexnet(size=224, label_count=1000, dropout=0.5)
    sides = [model.get_layer(name).output.shape[1] for name in ("conv1", "conv2", "conv3", "conv5", "pool5")]
    assert sides == [55, 27, 13, 13, 6]
    assert model.count_params() == 62_378_344


@pytest.mark.parametrize("size", [32, 67, 100])
def test_alexnet_accepts_small_pictures(size):
    assert alexnet(size, 3, 0.5).output_shape == (None, 3)


def test_local_response_normalization_is_that_of_the_paper():
    values = np.random.default_rng(0).normal(0, 100, (1, 2, 2, 9)).astype(np.float32)
    expected = tf.nn.local_response_normalization(values, depth_radius=2, bias=2, alpha=1e-4, beta=0.75)
    np.testing.assert_allclose(local_response_normalization(tf.constant(values)), expected, rtol=1e-5)
