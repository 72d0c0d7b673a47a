import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from themer.validation.split_comparison import first_year_held_out, random_folds


@examples(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from("abc"), min_size=20, max_size=60), st.integers(2, 5), st.integers(0, 1000))
def test_random_folds_have_equal_sizes_and_equal_shares_of_each_label(labels, count, seed):
    labels += list("aaaaabbbbbccccc")
    found = random_folds(labels, count, seed)
    assert np.ptp(np.bincount(found, minlength=count)) <= 3
    for label in "abc":
        assert np.ptp(np.bincount(found[np.array(labels) == label], minlength=count)) <= 1
    np.testing.assert_array_equal(found, random_folds(labels, count, seed))


def test_random_folds_separate_neighbours():
    # In a list sorted by set, the members of a family are neighbours.
    found = random_folds(["a", "b"] * 50, 5, 0)
    assert all(len(set(found[start : start + 10])) > 1 for start in range(0, 100, 10))
    assert (found != random_folds(["a", "b"] * 50, 5, 1)).any()


@pytest.mark.filterwarnings("ignore:The least populated class")
@pytest.mark.parametrize(("pictures", "expected"), [(3, {0, 1, 2}), (2, {0, 1}), (1, {0, 1})])
def test_a_label_with_fewer_pictures_than_folds_reduces_the_folds(pictures, expected):
    assert set(random_folds(["a"] * 10 + ["b"] * pictures, 5, 0)) == expected


@pytest.mark.parametrize(
    ("share", "first"),
    [(0.01, 2003), (0.2, 2003), (0.34, 2003), (0.36, 2002), (0.5, 2002), (0.7, 2001), (0.99, 2001)],
)
def test_the_held_out_years_are_closest_to_the_share(share, first):
    years = np.array([1990, 1990, 2001, 2001, 2001, 2002, 2002, 2002, 2003, 2003])
    assert first_year_held_out(years, share) == first


@pytest.mark.parametrize("years", [[1998, 1998, 1998], [0, 0], []])
def test_a_single_year_is_never_held_out(years):
    years = np.array(years, int)
    assert not (years >= first_year_held_out(years, 0.2)).any()


@examples(deadline=None, max_examples=50)
@given(st.lists(st.integers(1990, 1995), min_size=2, max_size=40), st.floats(0.01, 0.99))
def test_the_first_year_is_always_in_training_and_the_last_held_out(years, share):
    years = np.array(years)
    first = first_year_held_out(years, share)
    assert years.min() < first
    if np.ptp(years):
        assert first <= years.max()
