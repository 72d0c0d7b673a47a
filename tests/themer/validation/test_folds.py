from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from themer.base.errors import UserError
from themer.validation.folds import folds, scarce_labels


def catalogue(seed, families):
    """Return the labels and families of a catalogue: families of 1 to 8 sets, some with two labels."""
    random = np.random.default_rng(seed)
    sizes = random.choice([1, 1, 2, 8], families)
    family_of = np.repeat([f"family {index}" for index in range(families)], sizes)
    own = np.repeat(random.choice(list("AAAABBC"), families), sizes)
    return np.where(random.random(len(own)) < 0.95, own, "D").tolist(), family_of.tolist()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(2, 6))
def test_no_fold_is_empty_and_no_family_is_in_two(seed, families, count):
    labels, family_of = catalogue(seed, max(families, count))
    found = folds(labels, family_of, count, seed)
    assert sorted(set(found.tolist())) == list(range(count))
    assert len(set(zip(family_of, found.tolist(), strict=True))) == len(set(family_of))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000))
def test_every_label_has_its_share_in_every_fold(seed):
    labels, family_of = catalogue(seed, 300)
    shares = Counter(zip(labels, folds(labels, family_of, 5, seed).tolist(), strict=True))
    for label in "ABC":
        total = labels.count(label)
        assert all(abs(shares[label, fold] - total / 5) <= 0.05 * total + 5 for fold in range(5))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.integers(4, 60))
def test_the_order_of_the_pictures_does_not_matter(seed, families):
    labels, family_of = catalogue(seed, families)
    order = np.random.default_rng(seed).permutation(len(labels))
    shuffled = folds([labels[index] for index in order], [family_of[index] for index in order], 4, 0)
    np.testing.assert_array_equal(shuffled, folds(labels, family_of, 4, 0)[order])


def test_folds_are_reproducible_for_a_seed():
    labels, family_of = catalogue(0, 100)
    np.testing.assert_array_equal(folds(labels, family_of, 5, 1), folds(labels, family_of, 5, 1))
    assert np.any(folds(labels, family_of, 5, 1) != folds(labels, family_of, 5, 2))


def test_labels_with_one_picture_each_still_fill_every_fold():
    assert sorted(folds(list("ABCD"), list("wxyz"), 4, 0).tolist()) == [0, 1, 2, 3]


def test_no_fold_is_empty_where_stratification_would_leave_one_empty():
    # StratifiedGroupKFold of scikit-learn 1.9.1 leaves one of these folds empty.
    found = folds(list("BBAAABBBB"), list("aaabbccdd"), 4, 0)
    assert sorted(set(found.tolist())) == [0, 1, 2, 3]


def test_no_warning_of_scikit_learn_is_shown(recwarn):
    folds(["A"] * 6 + ["B"], list("abcdefg"), 3, 0)
    assert not recwarn.list


def test_labels_with_too_few_families_are_reported():
    labels, family_of = list("AAABBBC"), list("xyzxxyx")
    assert scarce_labels(labels, family_of, 3) == {"B": 2, "C": 1}
    assert scarce_labels(labels, family_of, 1) == {}


def test_fewer_families_than_folds_are_refused():
    with pytest.raises(UserError, match="5 folds need at least 5 families of sets, but there are 2"):
        folds(list("AAAAAA"), list("xxxyyy"), 5, 0)


def test_a_single_fold_is_refused():
    with pytest.raises(UserError, match="at least 2 folds, but there are 1"):
        folds(list("AB"), list("xy"), 1, 0)
