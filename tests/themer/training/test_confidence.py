import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax

from themer.training.confidence import (
    PRIOR_PICTURES,
    effective_pictures,
    expected_calibration_error,
    fit_temperature,
    log_loss,
    reliability_table,
    risk_coverage_table,
    with_temperature,
)

CONFIDENCE = np.array([0.9, 0.8, 0.8, 0.6, 0.5])
CORRECT = np.array([True, True, False, True, False])

seeds = st.integers(0, 10_000)
# Few distinct values, so that many confidences are equal.
predictions = st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.7, 0.9, 1.0]), st.booleans()), max_size=30).map(
    lambda pairs: (np.array([pair[0] for pair in pairs], float), np.array([pair[1] for pair in pairs], bool))
)


def drawn(seed: int, pictures: int, true_temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities, and labels drawn from them after dividing the logits by the true temperature."""
    random = np.random.default_rng(seed)
    logits = random.normal(size=(pictures, 5)) * 4
    actual = (logits / true_temperature + random.gumbel(size=logits.shape)).argmax(axis=1)
    return softmax(logits, axis=1).astype(np.float32), actual


@pytest.mark.parametrize("true_temperature", [0.5, 1, 2.5])
def test_the_temperature_that_the_labels_were_drawn_with_is_found(true_temperature):
    probabilities, actual = drawn(0, 20_000, true_temperature)
    assert fit_temperature(probabilities, actual) == pytest.approx(true_temperature, rel=0.05)


@settings(deadline=None, max_examples=30)
@given(seeds, st.sampled_from([0.5, 1, 3]), st.integers(1, 60))
def test_no_temperature_on_a_grid_has_a_smaller_penalized_loss(seed, true_temperature, pictures):
    probabilities, actual = drawn(seed, pictures, true_temperature)

    def penalized_loss(temperature: float) -> float:
        rows = with_temperature(probabilities, temperature)
        losses = -np.log(rows[np.arange(pictures), actual])
        return losses.sum() + PRIOR_PICTURES * (1 / temperature + np.log(temperature))

    least = min(penalized_loss(temperature) for temperature in np.geomspace(0.05, 20, 200))
    assert penalized_loss(fit_temperature(probabilities, actual)) <= least + 1e-4


def test_temperature_scaling_calibrates_overconfident_predictions():
    probabilities, actual = drawn(1, 4000, 2.5)
    scaled = with_temperature(probabilities, fit_temperature(probabilities, actual))
    assert expected_calibration_error(actual, probabilities) > 0.1
    assert expected_calibration_error(actual, scaled) < 0.03


@pytest.mark.parametrize("pictures", [1, 5, 130])
def test_perfect_predictions_do_not_drive_the_temperature_to_its_bound(pictures):
    rows = np.tile([0.9, 0.06, 0.04], (pictures, 1))
    temperature = fit_temperature(rows, np.zeros(pictures, int))
    assert 0.3 < temperature < 1


@pytest.mark.parametrize("actual", [[0, 0], [1, 1]])
def test_probabilities_of_0_and_1_have_a_temperature_within_the_bounds(actual):
    temperature = fit_temperature(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array(actual))
    assert 0.05 <= temperature <= 20


@settings(deadline=None)
@given(seeds, st.floats(0.05, 20))
def test_a_temperature_keeps_the_order_and_the_sum(seed, temperature):
    probabilities, _ = drawn(seed, 10, 1)
    changed = with_temperature(probabilities, temperature)
    ranked = np.take_along_axis(changed, probabilities.argsort(axis=1), axis=1)
    assert np.all(np.diff(ranked, axis=1) >= 0)
    assert changed.sum(axis=1) == pytest.approx(1)


def test_temperature_1_changes_nothing_even_in_a_single_row():
    row = np.array([0.7, 0.2, 0.1])
    assert with_temperature(row, 1) == pytest.approx(row)


def test_the_reliability_table_has_a_row_for_each_bin_with_pictures():
    confidence = np.array([0.55, 0.6, 0.61, 1.0])
    probabilities = np.column_stack([confidence, 1 - confidence])
    table = reliability_table(np.array([0, 1, 0, 0]), probabilities, bins=10)
    assert table["pictures"].tolist() == [2, 1, 1]
    assert table["confidence"].tolist() == pytest.approx([0.575, 0.61, 1])
    assert table["accuracy"].tolist() == pytest.approx([0.5, 1, 1])


def test_the_calibration_error_is_the_weighted_difference_between_confidence_and_accuracy():
    probabilities = np.array([[0.8, 0.2]] * 4 + [[0.6, 0.4]])
    error = expected_calibration_error(np.array([0, 0, 1, 1, 0]), probabilities, bins=10)
    assert error == pytest.approx(0.8 * 0.3 + 0.2 * 0.4)


@settings(deadline=None)
@given(seeds, st.integers(1, 40), st.integers(1, 20))
def test_every_prediction_is_in_one_bin_and_the_calibration_error_is_a_share(seed, pictures, bins):
    probabilities, actual = drawn(seed, pictures, 1)
    assert reliability_table(actual, probabilities, bins)["pictures"].sum() == pictures
    assert 0 <= expected_calibration_error(actual, probabilities, bins) <= 1


def test_the_risk_coverage_table_has_a_row_for_each_distinct_confidence():
    table = risk_coverage_table(CONFIDENCE, CORRECT)
    assert table["threshold"].tolist() == [0.9, 0.8, 0.6, 0.5]
    assert table["coverage"].tolist() == pytest.approx([0.2, 0.6, 0.8, 1])
    assert table["risk"].tolist() == pytest.approx([0, 1 / 3, 1 / 4, 2 / 5])


@settings(deadline=None)
@given(predictions.filter(lambda drawn_predictions: len(drawn_predictions[0]) > 0))
def test_each_row_of_the_risk_coverage_table_describes_its_threshold(drawn_predictions):
    confidence, correct = drawn_predictions
    for row in risk_coverage_table(confidence, correct).itertuples():
        assert row.coverage == pytest.approx(np.mean(confidence >= row.threshold))
        assert row.risk == pytest.approx(np.mean(~correct[confidence >= row.threshold]))


def test_log_loss_is_the_mean_of_minus_log_p():
    probabilities = np.array([[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.1, 0.5, 0.4]], np.float32)
    losses = -np.log([0.8, 0.3, 0.4])
    assert log_loss(np.array([0, 0, 2]), probabilities) == pytest.approx(losses.mean(), abs=1e-6)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=50))
def test_the_effective_number_of_pictures_is_between_one_and_all(drawn):
    correct, families = np.array([pair[0] for pair in drawn]), [str(pair[1]) for pair in drawn]
    assert 1 <= effective_pictures(correct, families) <= len(drawn)
