import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import f1_score

from themer.scoring.intervals import accuracy_interval, macro_f1_interval, weighted_macro_f1


def test_the_interval_of_independent_pictures_is_wilsons():
    correct = np.arange(4000) < 3000
    expected = binomtest(3000, 4000).proportion_ci(0.9, "wilson")
    low, high = accuracy_interval(correct, [str(index) for index in range(4000)], 0.9)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-5)


def test_the_interval_widens_if_families_are_correct_or_wrong_together():
    correct = np.repeat([True, True, True, False], 10)
    narrow = accuracy_interval(correct, [str(index) for index in range(40)], 0.95)
    wide = accuracy_interval(correct, list(np.repeat(list("abcd"), 10)), 0.95)
    assert wide[0] < narrow[0] < 0.75 < narrow[1] < wide[1]


def test_without_mistakes_the_interval_counts_families():
    low, high = accuracy_interval(np.ones(20, bool), list("aabbccddee") * 2, 0.95)
    assert (low, high) == pytest.approx((binomtest(5, 5).proportion_ci(0.95, "wilson").low, 1))


@given(st.integers(0, 10_000), st.integers(1, 30))
def test_the_weighted_macro_f1_is_that_of_repeated_pictures(seed, count):
    random = np.random.default_rng(seed)
    actual, predicted = random.integers(0, 4, (2, count))
    weights = random.integers(1, 4, count)
    repeated = actual.repeat(weights), predicted.repeat(weights)
    expected = f1_score(*repeated, labels=np.unique(actual), average="macro", zero_division=0)
    assert weighted_macro_f1(actual, predicted, weights) == pytest.approx(expected)


def test_a_label_of_weight_zero_does_not_count_in_the_macro_f1():
    actual, predicted = np.array([0, 0, 1]), np.array([0, 0, 0])
    assert weighted_macro_f1(actual, predicted, np.ones(3)) == pytest.approx((4 / 5 + 0) / 2)
    assert weighted_macro_f1(actual, predicted, np.array([1, 1, 0])) == 1


def test_the_macro_f1_interval_is_reproducible_and_narrows_with_the_level():
    actual, predicted = np.arange(40) % 2, np.arange(40) % 3 % 2
    families = [str(index) for index in range(40)]
    wide, again, narrow = (macro_f1_interval(actual, predicted, families, level) for level in (0.95, 0.95, 0.5))
    assert wide == again and 0 < wide[0] < narrow[0] < narrow[1] < wide[1] < 1
    assert narrow[0] < weighted_macro_f1(actual, predicted, np.ones(40)) < narrow[1]


def test_the_macro_f1_interval_widens_if_families_are_correct_or_wrong_together():
    actual = np.tile([0, 1], 20)
    predicted = np.where(np.arange(40) < 30, actual, 1 - actual)
    alone = macro_f1_interval(actual, predicted, [str(index) for index in range(40)], 0.95)
    together = macro_f1_interval(actual, predicted, list(np.repeat(list("abcd"), 10)), 0.95)
    assert together[0] < alone[0] < 0.75 < alone[1] < together[1]


def test_the_macro_f1_interval_is_one_point_for_one_family_or_no_mistakes():
    actual = np.array([0, 1, 1])
    assert macro_f1_interval(actual, actual, list("abc"), 0.95) == (1, 1)
    low, high = macro_f1_interval(actual, np.zeros(3, int), ["a"] * 3, 0.95)
    assert low == high == pytest.approx((2 / 4 + 0) / 2)
