import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from themer.training.confidence import ANSWER_NOTHING, risk_coverage_table, selective, threshold_for_risk

CONFIDENCE = np.array([0.9, 0.8, 0.8, 0.6, 0.5])
CORRECT = np.array([True, True, False, True, False])

# Few values, so that many are equal.
answered = st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.7, 0.9, 1.0]), st.booleans()), max_size=30).map(
    lambda pairs: (np.array([pair[0] for pair in pairs], float), np.array([pair[1] for pair in pairs], bool))
)


def risk_from(confidence, correct, threshold):
    """Return the share of wrong answers from a threshold up, 0 without answers."""
    given_answers = correct[confidence >= threshold]
    return np.mean(~given_answers) if len(given_answers) else 0


@given(answered, st.floats(0, 0.99))
def test_the_risk_is_kept_and_no_lower_confidence_keeps_it(drawn, accepted_risk):
    confidence, correct = drawn
    threshold = threshold_for_risk(confidence, correct, accepted_risk)
    assert risk_from(confidence, correct, threshold) <= accepted_risk
    assert threshold in {*confidence, ANSWER_NOTHING}
    lower = [value for value in set(confidence) if value < threshold]
    assert all(risk_from(confidence, correct, value) > accepted_risk for value in lower)


@pytest.mark.parametrize(("accepted_risk", "threshold"), [(0, 0.9), (0.25, 0.6), (0.3, 0.6), (0.4, 0.5), (1, 0)])
def test_a_greater_accepted_risk_answers_more(accepted_risk, threshold):
    assert threshold_for_risk(CONFIDENCE, CORRECT, accepted_risk) == threshold


def test_equal_confidences_are_answered_together_or_not_at_all():
    assert threshold_for_risk(np.array([0.8, 0.8]), np.array([True, False]), 0.4) == ANSWER_NOTHING


def test_nothing_is_answered_where_the_most_confident_is_wrong():
    threshold = threshold_for_risk(np.array([1.0000002, 0.5]), np.array([False, True]), 0.1)
    assert selective(np.array([1.0000002, 0.5]), np.array([False, True]), threshold) == {
        "answered": 0,
        "accuracy": None,
    }


def test_a_threshold_of_single_precision_answers_what_it_was_chosen_from():
    confidence = np.array([0.9, 0.7, 0.3], np.float32)
    threshold = threshold_for_risk(confidence, np.array([True, True, False]), 0.1)
    assert selective(confidence, np.array([True, True, False]), threshold)["answered"] == pytest.approx(2 / 3)


def test_the_table_falls_through_every_confidence():
    table = risk_coverage_table(CONFIDENCE, CORRECT)
    assert table["threshold"].tolist() == [0.9, 0.8, 0.6, 0.5]
    assert table["coverage"].tolist() == pytest.approx([0.2, 0.6, 0.8, 1])
    assert table["risk"].tolist() == pytest.approx([0, 1 / 3, 1 / 4, 2 / 5])


@given(answered.filter(lambda drawn: len(drawn[0]) > 0))
def test_each_row_of_the_table_is_what_its_threshold_gives(drawn):
    for row in risk_coverage_table(*drawn).itertuples():
        found = selective(*drawn, row.threshold)
        assert found["answered"] == pytest.approx(row.coverage)
        assert found["accuracy"] == pytest.approx(1 - row.risk)
