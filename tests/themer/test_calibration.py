import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax

from themer.training import confidence as calibration

seeds = st.integers(0, 10_000)


def answers(seed, pictures, true_temperature, classes=5):
    """Return probabilities, and themes drawn from them after division of the logits by the true temperature."""
    chance = np.random.default_rng(seed)
    logits = chance.normal(size=(pictures, classes)) * 4
    actual = (logits / true_temperature + chance.gumbel(size=logits.shape)).argmax(axis=1)
    return softmax(logits, axis=1).astype(np.float32), actual


@pytest.mark.parametrize("true_temperature", [0.5, 1, 2.5])
def test_the_temperature_that_the_themes_were_drawn_with_is_found(true_temperature):
    probabilities, actual = answers(0, 20_000, true_temperature)
    assert calibration.fit_temperature(probabilities, actual) == pytest.approx(true_temperature, rel=0.05)


@settings(deadline=None, max_examples=30)
@given(seeds, st.sampled_from([0.5, 1, 3]), st.integers(1, 60))
def test_no_temperature_on_a_grid_has_a_smaller_penalised_loss(seed, true_temperature, pictures):
    probabilities, actual = answers(seed, pictures, true_temperature)

    def penalised(temperature):
        rows = calibration.with_temperature(probabilities, temperature)
        losses = -np.log(rows[np.arange(pictures), actual])
        return losses.sum() + calibration.PRIOR_PICTURES * (1 / temperature + np.log(temperature))

    least = min(penalised(temperature) for temperature in np.geomspace(0.05, 20, 200))
    assert penalised(calibration.fit_temperature(probabilities, actual)) <= least + 1e-4


def test_overconfident_answers_are_better_calibrated_afterwards():
    probabilities, actual = answers(1, 4000, 2.5)
    temperature = calibration.fit_temperature(probabilities, actual)
    before, after = (
        calibration.expected_calibration_error(actual, rows)
        for rows in (probabilities, calibration.with_temperature(probabilities, temperature))
    )
    assert before > 0.1
    assert after < 0.03


@pytest.mark.parametrize("pictures", [1, 5, 130])
def test_perfect_answers_do_not_drive_the_temperature_to_its_bound(pictures):
    rows = np.tile([0.9, 0.06, 0.04], (pictures, 1))
    temperature = calibration.fit_temperature(rows, np.zeros(pictures, int))
    assert 0.3 < temperature < 1


@pytest.mark.parametrize("actual", [[0, 0], [1, 1]])
def test_certain_answers_have_a_temperature_within_the_bounds(actual):
    temperature = calibration.fit_temperature(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array(actual))
    assert 0.05 <= temperature <= 20


@given(seeds, st.floats(0.05, 20))
def test_a_temperature_keeps_the_order_and_the_sum(seed, temperature):
    probabilities, _ = answers(seed, 10, 1)
    changed = calibration.with_temperature(probabilities, temperature)
    ranked = np.take_along_axis(changed, probabilities.argsort(axis=1), axis=1)
    assert np.all(np.diff(ranked, axis=1) >= 0)
    assert changed.sum(axis=1) == pytest.approx(1)


def test_temperature_one_changes_nothing_and_a_row_alone_is_taken():
    row = np.array([0.7, 0.2, 0.1])
    assert calibration.with_temperature(row, 1) == pytest.approx(row)


def test_the_table_has_a_row_for_each_bin_that_holds_answers():
    confidence = np.array([0.55, 0.6, 0.61, 1.0])
    probabilities = np.column_stack([confidence, 1 - confidence])
    table = calibration.reliability_table(np.array([0, 1, 0, 0]), probabilities, bins=10)
    assert table["pictures"].tolist() == [2, 1, 1]
    assert table["confidence"].tolist() == pytest.approx([0.575, 0.61, 1])
    assert table["accuracy"].tolist() == pytest.approx([0.5, 1, 1])


def test_the_error_is_the_weighted_distance_of_confidence_and_accuracy():
    probabilities = np.array([[0.8, 0.2]] * 4 + [[0.6, 0.4]])
    error = calibration.expected_calibration_error(np.array([0, 0, 1, 1, 0]), probabilities, bins=10)
    assert error == pytest.approx(0.8 * 0.3 + 0.2 * 0.4)


@given(seeds, st.integers(1, 40), st.integers(1, 20))
def test_every_answer_is_in_one_bin_and_the_error_is_a_share(seed, pictures, bins):
    probabilities, actual = answers(seed, pictures, 1)
    assert calibration.reliability_table(actual, probabilities, bins)["pictures"].sum() == pictures
    assert 0 <= calibration.expected_calibration_error(actual, probabilities, bins) <= 1
