import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from themer.scoring import curves

LABELS = ["a", "b", "c", "d"]


@st.composite
def answers(draw, classes=4):
    """Draw the actual themes and the probabilities of up to 30 pictures."""
    actual = np.array(draw(st.lists(st.integers(0, classes - 1), min_size=1, max_size=30)))
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    return actual, random.dirichlet(np.ones(classes), len(actual)).astype(np.float32)


def of_two(*first: float) -> np.ndarray:
    """Return the probabilities of two themes from those of the first."""
    return np.stack([np.array(first), 1 - np.array(first)], axis=1)


@examples(deadline=None, max_examples=50)
@given(answers())
def test_roc_curves_climb_from_corner_to_corner(drawn):
    table = curves.roc_table(*drawn, LABELS)
    for _, curve in table.groupby("theme"):
        points = curve[["fpr", "tpr"]].to_numpy()
        assert points[0].tolist() == [0, 0]
        assert points[-1].tolist() == [1, 1]
        assert np.all(np.diff(points, axis=0) >= 0)
        assert np.trapezoid(points[:, 1], points[:, 0]) == pytest.approx(curve["auc"].iloc[0], abs=1e-4)


def test_roc_curve_of_a_perfect_theme_has_three_points():
    table = curves.roc_table(np.repeat([0, 1], 500), np.repeat([[0.9, 0.1], [0.2, 0.8]], 500, axis=0), ["a", "b"])
    assert table[table["theme"] == "a"][["fpr", "tpr"]].to_numpy().tolist() == [[0, 0], [0, 1], [1, 1]]


def test_precision_recall_of_a_mistake_at_the_second_rank():
    table = curves.precision_recall_table(np.array([0, 1, 0, 1]), of_two(0.9, 0.8, 0.7, 0.1), ["a", "b"])
    curve = table[table["theme"] == "a"]
    # None, the first one, the first two, the first three, all four.
    expected = [(0, 1), (0.5, 1), (0.5, 1 / 2), (1, 2 / 3), (1, 2 / 4)]
    np.testing.assert_allclose(curve[["recall", "precision"]], expected, atol=1e-6)
    assert set(curve["average_precision"]) == {round(1 / 2 * 1 + 1 / 2 * 2 / 3, 6)}


@examples(deadline=None, max_examples=50)
@given(answers())
def test_precision_recall_curves_rise_from_no_recall_to_full(drawn):
    table = curves.precision_recall_table(*drawn, LABELS)
    assert table[["recall", "precision", "average_precision"]].stack().between(0, 1).all()
    for theme, curve in table.groupby("theme"):
        assert (curve["recall"].iloc[0], curve["recall"].iloc[-1], curve["precision"].iloc[0]) == (0, 1, 1)
        assert curve["recall"].is_monotonic_increasing
        # To answer everything so is right as often as the theme occurs.
        assert curve["precision"].iloc[-1] >= round(np.mean(drawn[0] == LABELS.index(theme)), 6)


def test_precision_recall_of_a_perfect_theme_has_an_area_of_one():
    table = curves.precision_recall_table(np.array([0, 1, 1]), of_two(0.9, 0.2, 0.1), ["a", "b"])
    assert set(table["average_precision"]) == {1}


@pytest.mark.parametrize("table_of", [curves.roc_table, curves.precision_recall_table])
def test_only_themes_with_pictures_have_curves_the_largest_first(table_of):
    actual, probabilities = np.array([2, 2, 1]), np.full((3, 4), 0.25)
    assert list(dict.fromkeys(table_of(actual, probabilities, LABELS)["theme"])) == ["c", "b"]


@pytest.mark.parametrize("table_of", [curves.roc_table, curves.precision_recall_table])
def test_a_theme_that_all_pictures_have_is_not_told_from_a_rest(table_of):
    actual = np.array([0, 0, 1])
    found = table_of(np.zeros(2, int), of_two(0.9, 0.8), ["a", "b"])
    assert found.empty and list(found) == list(table_of(actual, of_two(0.9, 0.8, 0.1), ["a", "b"]))


def test_reliability_of_answers_in_two_bins():
    found = curves.reliability(np.array([0, 1, 0, 1]), of_two(0.98, 0.96, 0.55, 0.43))
    assert found.to_numpy().tolist() == [[0.56, 1, 2], [0.97, 0.5, 2]]


@examples(deadline=None, max_examples=50)
@given(answers())
def test_reliability_holds_every_picture_in_at_most_ten_bins(drawn):
    found = curves.reliability(*drawn)
    assert found["pictures"].sum() == len(drawn[0]) and found["pictures"].min() >= 1 and len(found) <= 10
    assert found["confidence"].is_monotonic_increasing
    right = np.mean(drawn[1].argmax(axis=1) == drawn[0])
    assert np.average(found["accuracy"], weights=found["pictures"]) == pytest.approx(right, abs=1e-5)


def test_risk_rises_with_the_mistakes_among_those_answered():
    found = curves.risk_coverage(np.array([0, 0, 1, 1]), of_two(0.9, 0.8, 0.7, 0.4))
    expected = [[0.25, 0, 0.9], [0.5, 0, 0.8], [0.75, 0.333333, 0.7], [1, 0.25, 0.6]]
    np.testing.assert_allclose(found, expected)
    assert list(found) == ["coverage", "risk", "threshold"]


@examples(deadline=None, max_examples=30)
@given(count=st.integers(1, 1500))
def test_risk_and_coverage_keep_both_ends_in_at_most_400_rows(count):
    confidence = np.linspace(0.5, 1, count, endpoint=False)
    actual = np.arange(count) % 2
    found = curves.risk_coverage(actual, of_two(*confidence))
    assert len(found) == min(count, 400)
    assert found["coverage"].iloc[0] == pytest.approx(1 / count, abs=1e-6) and found["coverage"].iloc[-1] == 1
    assert found["threshold"].is_monotonic_decreasing and found["coverage"].is_monotonic_increasing


def test_the_second_rank_holds_what_the_first_missed():
    probabilities = np.array([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.5, 0.1, 0.4], [0.6, 0.1, 0.3]])
    found = curves.top_k_table(np.array([0, 1, 2, 1]), probabilities)
    assert found.to_numpy().tolist() == [[1, 0.25], [2, 0.75]]


@pytest.mark.parametrize(("classes", "ranks"), [(1, 1), (2, 1), (3, 2), (11, 10), (12, 10), (40, 10)])
def test_there_are_at_most_ten_ranks_and_never_all_themes(classes, ranks):
    found = curves.top_k_table(np.zeros(3, int), np.full((3, classes), 1 / classes))
    assert found["k"].tolist() == list(range(1, ranks + 1))


@examples(deadline=None, max_examples=50)
@given(answers())
def test_more_ranks_never_hold_less(drawn):
    found = curves.top_k_table(*drawn)
    assert found["accuracy"].is_monotonic_increasing and found["accuracy"].between(0, 1).all()
