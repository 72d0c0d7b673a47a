import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from themer.pictures.near_duplicates import near_pairs
from themer.scoring import scores
from themer.validation.split_comparison import (
    COLUMNS,
    comparison_row,
    first_year_held_out,
    have_near_duplicate,
    random_folds,
)


@examples(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from("abc"), min_size=20, max_size=60), st.integers(2, 5), st.integers(0, 1000))
def test_random_folds_are_of_equal_size_with_each_label_in_its_share(labels, count, seed):
    labels += list("aaaaabbbbbccccc")
    found = random_folds(labels, count, seed)
    assert np.ptp(np.bincount(found, minlength=count)) <= 3
    for label in "abc":
        assert np.ptp(np.bincount(found[np.array(labels) == label], minlength=count)) <= 1
    np.testing.assert_array_equal(found, random_folds(labels, count, seed))


def test_random_folds_part_what_is_next_to_each_other():
    # As the families of a list that is sorted by set would be.
    found = random_folds(["a", "b"] * 50, 5, 0)
    assert all(len(set(found[start : start + 10])) > 1 for start in range(0, 100, 10))
    assert (found != random_folds(["a", "b"] * 50, 5, 1)).any()


@pytest.mark.filterwarnings("ignore:The least populated class")
@pytest.mark.parametrize(("pictures", "expected"), [(3, {0, 1, 2}), (2, {0, 1}), (1, {0, 1})])
def test_a_label_of_fewer_pictures_than_folds_makes_fewer_folds(pictures, expected):
    assert set(random_folds(["a"] * 10 + ["b"] * pictures, 5, 0)) == expected


@pytest.mark.parametrize(
    ("share", "first"),
    [(0.01, 2003), (0.2, 2003), (0.34, 2003), (0.36, 2002), (0.5, 2002), (0.7, 2001), (0.99, 2001)],
)
def test_the_years_held_out_come_nearest_to_the_share(share, first):
    years = np.array([1990, 1990, 2001, 2001, 2001, 2002, 2002, 2002, 2003, 2003])
    assert first_year_held_out(years, share) == first


@pytest.mark.parametrize("years", [[1998, 1998, 1998], [0, 0], []])
def test_a_single_year_is_never_held_out(years):
    years = np.array(years, int)
    assert not (years >= first_year_held_out(years, 0.2)).any()


@examples(deadline=None, max_examples=50)
@given(st.lists(st.integers(1990, 1995), min_size=2, max_size=40), st.floats(0.01, 0.99))
def test_the_first_year_is_always_learned_and_the_last_held_out(years, share):
    years = np.array(years)
    first = first_year_held_out(years, share)
    assert years.min() < first
    if np.ptp(years):
        assert first <= years.max()


HASHES = ["0" * 64, "0" * 63 + "1", "f" * 64, "f" * 64]


@pytest.mark.parametrize(
    ("fold_of", "distance", "expected"),
    [
        ([0, 1, 0, 0], 1, [True, True, False, False]),
        ([0, 0, 0, 1], 1, [False, False, True, True]),
        ([0, 1, 0, 1], 0, [False, False, True, True]),
        ([0, 0, 1, 1], 1, [False] * 4),
        ([0, -1, -1, -1], 1, [True, True, False, False]),
    ],
)
def test_near_duplicates_count_across_folds_only(fold_of, distance, expected):
    assert have_near_duplicate(near_pairs(HASHES, distance), np.array(fold_of)).tolist() == expected


def row(actual, predicted, asked, families="abcd", near=(True, False, False, True)) -> dict:
    """Return the row of four pictures."""
    columns = (np.array(column) for column in (actual, predicted, asked))
    return comparison_row("at random", *columns, list(families), np.array(near), 0.9)


def test_only_pictures_that_were_asked_count():
    found = row([0, 0, 1, 1], [0, 1, 1, 0], [True, True, True, False])
    assert (found["split"], found["pictures"], found["near_duplicates"]) == ("at random", 3, 1)
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["macro_f1"] == pytest.approx(2 / 3)
    assert set(found) | {"left_out"} == set(COLUMNS)


def test_the_intervals_count_the_families_of_the_pictures_asked():
    found = row([0, 0, 1, 1], [0, 1, 1, 0], [True, True, True, False], families="aabb")
    actual, predicted = np.array([0, 0, 1]), np.array([0, 1, 1])
    low, high = scores.accuracy_interval(actual == predicted, list("aab"), 0.9)
    assert (found["accuracy_low"], found["accuracy_high"]) == (low, high)
    low, high = scores.macro_f1_interval(actual, predicted, list("aab"), 0.9)
    assert (found["macro_f1_low"], found["macro_f1_high"]) == (low, high)
