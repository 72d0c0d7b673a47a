import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from themer.scoring.label_issues import label_issues, thresholds

LABELS = ["Bionicle", "City", "Duplo"]


def issues(actual, probabilities, labels=LABELS):
    set_ids = [f"{position}-1" for position in range(len(actual))]
    return label_issues(np.array(actual), np.asarray(probabilities, float), labels, set_ids)


def positions(table):
    """Return the positions of the pictures in a table of issues."""
    return [int(set_id.removesuffix("-1")) for set_id in table["set_id"]]


def test_a_threshold_is_the_mean_probability_over_the_pictures_of_a_label():
    found = thresholds(np.array([0, 0, 1]), np.array([[0.9, 0.1, 0], [0.7, 0.2, 0.1], [0.9, 0.1, 0]]))
    assert found == pytest.approx([0.8, 1 / 3, np.inf])


def test_a_confident_contradiction_is_an_issue_with_its_probabilities():
    probabilities = [[0.9, 0.05, 0.05], [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.85, 0.05]]
    table = issues([0, 0, 1, 0], probabilities)
    assert table.to_dict("records") == [
        {
            "set_id": "3-1",
            "label": "Bionicle",
            "suggested": "City",
            "label_probability": 0.1,
            "suggested_probability": 0.85,
            "margin": 0.75,
        }
    ]


def test_an_uncertain_prediction_is_not_an_issue():
    assert issues([0, 1, 0], [[0.9, 0.1, 0], [0.1, 0.9, 0], [0.4, 0.5, 0.1]]).empty


def test_a_label_without_pictures_is_never_suggested():
    assert issues([0, 1, 0], [[0.9, 0.1, 0], [0.1, 0.9, 0], [0.0, 0.0, 1.0]]).empty


def test_a_label_that_the_model_did_not_learn_is_not_suggested_everywhere():
    probabilities = [[0.99, 0.01, 0], [0.7, 0.299, 0.001], [0.01, 0.99, 0], [0.4, 0.6, 0]]
    assert "Duplo" not in issues([0, 0, 1, 2], probabilities)["suggested"].tolist()


def test_equal_probabilities_are_not_an_issue():
    assert issues([0, 1], [[0.5, 0.5], [0.5, 0.5]], LABELS[:2]).empty
    assert issues([0, 0, 0], [[0.1, 0.9]] * 3, LABELS[:2]).empty


def test_pictures_with_equal_probabilities_reach_their_threshold_despite_rounding():
    assert issues([0] * 6 + [1], [[0.53, 0.4, 0.07]] * 6 + [[0.3, 0.36, 0.34]]).empty


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40))
def test_issues_are_ranked_and_contradict_the_present_label(seed, pictures):
    chance = np.random.default_rng(seed)
    actual, probabilities = chance.integers(0, 3, pictures), chance.dirichlet(np.full(3, 0.3), pictures)
    table = issues(actual, probabilities)
    assert (table["label"] != table["suggested"]).all()
    assert table["margin"].is_monotonic_decreasing
    suggested = [LABELS.index(name) for name in table["suggested"]]
    assert np.all(probabilities[positions(table), suggested] >= thresholds(actual, probabilities)[suggested] - 1e-6)
    assert table["label"].tolist() == [LABELS[actual[position]] for position in positions(table)]


def test_most_flipped_labels_are_found_and_few_others():
    chance = np.random.default_rng(0)
    true = chance.integers(0, 3, 600)
    logits = 4 * np.eye(3)[true] + chance.normal(size=(600, 3))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    flipped = set(chance.choice(600, 30, replace=False).tolist())
    flipped_labels = np.array([(label + 1) % 3 if index in flipped else label for index, label in enumerate(true)])
    found = set(positions(issues(flipped_labels, probabilities)))
    assert len(found & flipped) >= 0.95 * len(found)
    assert len(found & flipped) >= 0.7 * len(flipped)
