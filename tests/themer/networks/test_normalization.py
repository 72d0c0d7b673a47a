import numpy as np
import pytest

from themer.base.quiet_tensorflow import keras
from themer.networks import normalization
from themer.networks.normalization import all_layers, use_same_normalization

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(3, 5, (6, 4, 4, 8)).astype(np.float32)
KINDS = [(keras.layers.BatchNormalization, normalization.BatchNormalization)]
KINDS += [(keras.layers.LayerNormalization, normalization.LayerNormalization)]


def with_weights(layer: keras.layers.Layer) -> keras.layers.Layer:
    """Return a layer with weights of its own."""
    layer.build(ROWS.shape)
    random = np.random.default_rng(1)
    layer.set_weights([random.uniform(0.5, 2, array.shape) for array in layer.get_weights()])
    return layer


@pytest.mark.parametrize(("of_keras", "same"), KINDS)
@pytest.mark.parametrize("options", [{}, {"epsilon": 0.1}], ids=str)
def test_it_normalizes_as_keras_does(of_keras, same, options):
    expected, found = with_weights(of_keras(**options)), with_weights(same(**options))
    np.testing.assert_allclose(found(ROWS), expected(ROWS), rtol=1e-4, atol=1e-5)


def test_training_normalizes_by_the_batch_and_moves_the_averages_as_keras_does():
    expected, found = (with_weights(kind(momentum=0.8)) for kind in KINDS[0])
    np.testing.assert_allclose(found(ROWS, training=True), expected(ROWS, training=True), rtol=1e-4, atol=1e-5)
    for one, other in zip(found.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_a_frozen_layer_keeps_its_averages_while_training():
    layer = with_weights(normalization.BatchNormalization())
    layer.trainable, before = False, layer.get_weights()
    layer(ROWS, training=True)
    assert all((one == other).all() for one, other in zip(before, layer.get_weights(), strict=True))


def test_a_model_within_a_model_is_changed_too():
    inputs = keras.Input((8,))
    inner = keras.Sequential([keras.Input((8,)), keras.layers.BatchNormalization()])
    model = use_same_normalization(keras.Model(inputs, inner(inputs)))
    assert [type(layer) for layer in all_layers(model)][-1] is normalization.BatchNormalization
