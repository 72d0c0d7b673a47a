import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from themer.scoring import curves

LABELS = ["a", "b", "c", "d"]


@st.composite
def predictions(draw, label_count=4):
    """Draw the actual labels and the probabilities of up to 30 pictures."""
    actual = np.array(draw(st.lists(st.integers(0, label_count - 1), min_size=1, max_size=30)))
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    return actual, random.dirichlet(np.ones(label_count), len(actual)).astype(np.float32)


def two_labels(*first: float) -> np.ndarray:
    """Return the probabilities of two labels from those of the first."""
    return np.stack([np.array(first), 1 - np.array(first)], axis=1)


@examples(deadline=None, max_examples=50)
@given(predictions())
def test_roc_curves_rise_from_corner_to_corner(drawn):
    table = curves.roc_table(*drawn, LABELS)
    for _, curve in table.groupby("theme"):
        points = curve[["fpr", "tpr"]].to_numpy()
        assert points[0].tolist() == [0, 0]
        assert points[-1].tolist() == [1, 1]
        assert np.all(np.diff(points, axis=0) >= 0)
        assert np.trapezoid(points[:, 1], points[:, 0]) == pytest.approx(curve["auc"].iloc[0], abs=1e-4)


def test_the_roc_curve_of_a_perfect_theme_has_three_points():
    table = curves.roc_table(np.repeat([0, 1], 500), np.repeat([[0.9, 0.1], [0.2, 0.8]], 500, axis=0), ["a", "b"])
    assert table[table["theme"] == "a"][["fpr", "tpr"]].to_numpy().tolist() == [[0, 0], [0, 1], [1, 1]]


def test_a_mistake_at_the_second_rank_shows_in_the_precision_recall_curve():
    table = curves.precision_recall_table(np.array([0, 1, 0, 1]), two_labels(0.9, 0.8, 0.7, 0.1), ["a", "b"])
    curve = table[table["theme"] == "a"]
    # With none, one, two, three and four pictures above the threshold.
    expected = [(0, 1), (0.5, 1), (0.5, 1 / 2), (1, 2 / 3), (1, 2 / 4)]
    np.testing.assert_allclose(curve[["recall", "precision"]], expected, atol=1e-6)
    assert set(curve["average_precision"]) == {round(1 / 2 * 1 + 1 / 2 * 2 / 3, 6)}


@examples(deadline=None, max_examples=50)
@given(predictions())
def test_recall_rises_from_0_to_1(drawn):
    table = curves.precision_recall_table(*drawn, LABELS)
    assert table[["recall", "precision", "average_precision"]].stack().between(0, 1).all()
    for theme, curve in table.groupby("theme"):
        assert (curve["recall"].iloc[0], curve["recall"].iloc[-1], curve["precision"].iloc[0]) == (0, 1, 1)
        assert curve["recall"].is_monotonic_increasing
        # Predicting the theme for every picture has the share of the theme as precision.
        assert curve["precision"].iloc[-1] >= round(np.mean(drawn[0] == LABELS.index(theme)), 6)


def test_the_average_precision_of_a_perfect_theme_is_one():
    table = curves.precision_recall_table(np.array([0, 1, 1]), two_labels(0.9, 0.2, 0.1), ["a", "b"])
    assert set(table["average_precision"]) == {1}


@pytest.mark.parametrize("table_of", [curves.roc_table, curves.precision_recall_table])
def test_only_themes_with_pictures_have_curves_the_largest_theme_first(table_of):
    actual, probabilities = np.array([2, 2, 1]), np.full((3, 4), 0.25)
    assert list(dict.fromkeys(table_of(actual, probabilities, LABELS)["theme"])) == ["c", "b"]


@pytest.mark.parametrize("table_of", [curves.roc_table, curves.precision_recall_table])
def test_a_theme_that_all_pictures_have_gets_no_curve(table_of):
    actual = np.array([0, 0, 1])
    found = table_of(np.zeros(2, int), two_labels(0.9, 0.8), ["a", "b"])
    assert found.empty and list(found) == list(table_of(actual, two_labels(0.9, 0.8, 0.1), ["a", "b"]))


def test_the_reliability_table_has_a_row_for_each_used_bin():
    found = curves.reliability(np.array([0, 1, 0, 1]), two_labels(0.98, 0.96, 0.55, 0.43))
    assert found.to_numpy().tolist() == [[0.56, 1, 2], [0.97, 0.5, 2]]


@examples(deadline=None, max_examples=50)
@given(predictions())
def test_the_reliability_table_counts_every_picture_in_at_most_ten_bins(drawn):
    found = curves.reliability(*drawn)
    assert found["pictures"].sum() == len(drawn[0]) and found["pictures"].min() >= 1 and len(found) <= 10
    assert found["confidence"].is_monotonic_increasing
    accuracy = np.mean(drawn[1].argmax(axis=1) == drawn[0])
    assert np.average(found["accuracy"], weights=found["pictures"]) == pytest.approx(accuracy, abs=1e-5)


def test_risk_is_the_share_of_mistakes_among_the_predictions_made():
    found = curves.risk_coverage(np.array([0, 0, 1, 1]), two_labels(0.9, 0.8, 0.7, 0.4))
    expected = [[0.25, 0, 0.9], [0.5, 0, 0.8], [0.75, 0.333333, 0.7], [1, 0.25, 0.6]]
    np.testing.assert_allclose(found[["coverage", "risk", "threshold"]], expected)
    assert set(found["curve"]) == {curves.WRONG} and len(found.columns) == 4


def test_at_each_boundary_so_many_pictures_and_other_themes_are_within_it():
    found = curves.other_themes_coverage(np.array([0.9, 0.4, 0.8, 0.8]), np.array([0.8, 0.1]))
    expected = [[0.25, 0, 0.9], [0.75, 0.5, 0.8], [1, 0.5, 0.4], [1, 1, 0.1]]
    np.testing.assert_allclose(found[["coverage", "risk", "threshold"]], expected)


@examples(deadline=None, max_examples=30)
@given(count=st.integers(1, 1500))
def test_the_risk_coverage_table_keeps_both_ends_in_at_most_400_rows(count):
    confidence = np.linspace(0.5, 1, count, endpoint=False)
    actual = np.arange(count) % 2
    found = curves.risk_coverage(actual, two_labels(*confidence))
    assert len(found) == min(count, 400)
    assert found["coverage"].iloc[0] == pytest.approx(1 / count, abs=1e-6) and found["coverage"].iloc[-1] == 1
    assert found["threshold"].is_monotonic_decreasing and found["coverage"].is_monotonic_increasing


def test_the_second_rank_includes_labels_that_the_first_missed():
    probabilities = np.array([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.5, 0.1, 0.4], [0.6, 0.1, 0.3]])
    found = curves.top_k_table(np.array([0, 1, 2, 1]), probabilities)
    assert found.to_numpy().tolist() == [[1, 0.25], [2, 0.75]]


@pytest.mark.parametrize(("label_count", "ranks"), [(1, 1), (2, 1), (3, 2), (11, 10), (12, 10), (40, 10)])
def test_there_are_at_most_ten_ranks_and_fewer_than_labels(label_count, ranks):
    found = curves.top_k_table(np.zeros(3, int), np.full((3, label_count), 1 / label_count))
    assert found["k"].tolist() == list(range(1, ranks + 1))


@examples(deadline=None, max_examples=50)
@given(predictions())
def test_accuracy_never_falls_with_more_ranks(drawn):
    found = curves.top_k_table(*drawn)
    assert found["accuracy"].is_monotonic_increasing and found["accuracy"].between(0, 1).all()
