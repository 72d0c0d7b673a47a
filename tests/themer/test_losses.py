import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small_shards import settings
from themer.base.quiet_tensorflow import keras, tf
from themer.training.confidence import log_loss
from themer.training.losses import loss_for

COUNTS = np.array([8, 1, 1])
LABELS = np.array([0, 2], np.int32)
ANSWERS = np.array([[0.7, 0.2, 0.1], [0.5, 0.25, 0.25]], np.float32)
KINDS = ["none", "class_weights", "balanced_sampling", "focal_loss", "logit_adjustment"]


def value(imbalance: str, smoothing: float = 0, weights: np.ndarray | None = None) -> float:
    loss = loss_for(settings(imbalance=imbalance, label_smoothing=smoothing), COUNTS)
    return float(loss(LABELS, ANSWERS, sample_weight=weights))


@pytest.mark.parametrize("imbalance", ["none", "class_weights", "balanced_sampling"])
def test_cross_entropy_is_the_mean_of_minus_log_p(imbalance):
    assert value(imbalance) == pytest.approx(-(np.log(0.7) + np.log(0.25)) / 2, rel=1e-5)


def test_smoothing_spreads_a_share_over_all_labels():
    first = 0.8 * np.log(0.7) + 0.1 * np.log(0.2) + 0.1 * np.log(0.1)
    second = 0.1 * np.log(0.5) + 0.1 * np.log(0.25) + 0.8 * np.log(0.25)
    assert value("none", smoothing=0.3) == pytest.approx(-(first + second) / 2, rel=1e-5)


def test_focal_loss_counts_a_picture_less_the_surer_the_answer():
    assert value("focal_loss") == pytest.approx(-(0.3**2 * np.log(0.7) + 0.75**2 * np.log(0.25)) / 2, rel=1e-5)


def test_logit_adjustment_multiplies_probabilities_by_the_shares():
    first = 0.7 * 0.8 / (0.7 * 0.8 + 0.2 * 0.1 + 0.1 * 0.1)
    second = 0.25 * 0.1 / (0.5 * 0.8 + 0.25 * 0.1 + 0.25 * 0.1)
    assert value("logit_adjustment") == pytest.approx(-(np.log(first) + np.log(second)) / 2, rel=1e-5)


def test_logit_adjustment_can_be_smoothed():
    adjusted = ANSWERS * [0.8, 0.1, 0.1]
    logs = np.log(adjusted / adjusted.sum(axis=1, keepdims=True))
    targets = np.array([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]])
    assert value("logit_adjustment", smoothing=0.3) == pytest.approx(-(targets * logs).sum() / 2, rel=1e-5)


@given(counts=st.integers(1, 1000), classes=st.integers(2, 5))
def test_logit_adjustment_of_equal_labels_is_cross_entropy(counts, classes):
    logits = np.random.default_rng(classes).normal(size=(3, classes))
    answers = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)).astype(np.float32)
    labels = np.array([0, 1, classes - 1])
    values = [
        float(loss_for(settings(imbalance=kind), np.full(classes, counts))(labels, answers))
        for kind in ("none", "logit_adjustment")
    ]
    assert values[0] == pytest.approx(values[1], rel=1e-5)


@pytest.mark.parametrize("imbalance", KINDS)
def test_sample_weights_multiply_each_picture(imbalance):
    only = [value(imbalance, 0.1, np.array(weights, np.float32)) for weights in ([1, 0], [0, 1])]
    assert value(imbalance, 0.1, np.array([2, 0.5], np.float32)) == pytest.approx(2 * only[0] + 0.5 * only[1], rel=1e-5)


@pytest.mark.parametrize("imbalance", KINDS)
def test_it_learns_even_from_a_picture_that_it_is_sure_to_be_something_else(imbalance):
    logits = tf.Variable([[40.0, 0.0, 0.0]])
    with tf.GradientTape() as tape:
        answers = keras.ops.softmax(logits)
        loss = loss_for(settings(imbalance=imbalance, label_smoothing=0.0), COUNTS)(np.array([2]), answers)
    assert np.isfinite(loss.numpy())
    if imbalance != "focal_loss":
        np.testing.assert_allclose(tape.gradient(loss, logits), [[1, 0, -1]], atol=1e-6)


@pytest.mark.parametrize("imbalance", KINDS)
def test_a_compiled_model_learns_the_same_after_it_was_saved(tmp_path, imbalance):
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", loss_for(settings(imbalance=imbalance), COUNTS), metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    inputs, weights = np.random.default_rng(0).normal(size=(2, 4)), np.array([1, 0.5])
    figures = [each.train_on_batch(inputs, LABELS, weights, return_dict=True) for each in (model, loaded)]
    assert figures[0] == figures[1] and set(figures[0]) == {"loss", "accuracy"}
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_log_loss_is_the_mean_surprise():
    probabilities = np.array([[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.1, 0.5, 0.4]], np.float32)
    surprises = -np.log([0.8, 0.3, 0.4])
    assert log_loss(np.array([0, 0, 2]), probabilities) == pytest.approx(surprises.mean(), abs=1e-6)
