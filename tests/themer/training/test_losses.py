import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from themer.base.quiet_tensorflow import keras, tf
from themer.training.losses import SparseCrossentropy

LABELS = np.array([0, 2], np.int32)
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.5, 0.25, 0.25]], np.float32)


def loss(smoothing: float = 0, weights: np.ndarray | None = None) -> float:
    return float(SparseCrossentropy(smoothing)(LABELS, PROBABILITIES, sample_weight=weights))


def test_without_smoothing_it_is_the_mean_of_minus_log_p():
    assert loss() == pytest.approx(-(np.log(0.7) + np.log(0.25)) / 2, rel=1e-5)


def test_smoothing_spreads_a_share_over_all_labels():
    first = 0.8 * np.log(0.7) + 0.1 * np.log(0.2) + 0.1 * np.log(0.1)
    second = 0.1 * np.log(0.5) + 0.1 * np.log(0.25) + 0.8 * np.log(0.25)
    assert loss(smoothing=0.3) == pytest.approx(-(first + second) / 2, rel=1e-5)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 1000), label_count=st.integers(2, 5))
def test_without_smoothing_it_is_keras_s_own(seed, label_count):
    probabilities = np.random.default_rng(seed).dirichlet(np.ones(label_count), 3).astype(np.float32)
    labels = np.array([0, 1, label_count - 1])
    expected = keras.losses.SparseCategoricalCrossentropy()(labels, probabilities)
    assert float(SparseCrossentropy(0)(labels, probabilities)) == pytest.approx(float(expected), rel=1e-5)


def test_sample_weights_multiply_the_loss_of_each_picture():
    only = [loss(0.1, np.array(weights, np.float32)) for weights in ([1, 0], [0, 1])]
    assert loss(0.1, np.array([2, 0.5], np.float32)) == pytest.approx(2 * only[0] + 0.5 * only[1], rel=1e-5)


def test_the_gradient_does_not_vanish_for_a_confident_wrong_prediction():
    logits = tf.Variable([[40.0, 0.0, 0.0]])
    with tf.GradientTape() as tape:
        value = SparseCrossentropy(0.0)(np.array([2]), keras.ops.softmax(logits))
    assert np.isfinite(value.numpy())
    np.testing.assert_allclose(tape.gradient(value, logits), [[1, 0, -1]], atol=1e-6)


def test_a_compiled_model_trains_identically_after_saving_and_loading(tmp_path):
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", SparseCrossentropy(0.1), metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    inputs, weights = np.random.default_rng(0).normal(size=(2, 4)), np.array([1, 0.5])
    scores = [each.train_on_batch(inputs, LABELS, weights, return_dict=True) for each in (model, loaded)]
    assert scores[0] == scores[1] and set(scores[0]) == {"loss", "accuracy"}
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
