import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from themer.base.errors import UserError
from themer.dataset.splits import families, random_split, split

FAR_APART = ["0" * 64, "f" * 64, "0f" * 32]
FRACTIONS = {"train": 0.65, "validation": 0.15, "test": 0.2}


def catalogue(seed: int) -> tuple[list[str], list[str]]:
    """Return the labels and families of a catalogue: many small families, a few large ones, some with two labels."""
    chance = random.Random(seed)
    names, family_of = [], []
    for family in range(300):
        label = chance.choice("AAABBC")
        for _ in range(chance.choice([1, 1, 1, 2, 16])):
            names.append(label if chance.random() < 0.95 else "D")
            family_of.append(str(family))
    return names, family_of


def test_variants_are_one_family():
    assert families(["8684-1", "8684-16", "8685-1"], FAR_APART, 24) == ["8684", "8684", "8685"]


def test_minifigures_with_a_common_prefix_are_families_of_their_own():
    assert families(["fig-000001", "fig-000002", "fig-000002-1"], FAR_APART, 24) == [
        "fig-000001",
        "fig-000002",
        "fig-000002",
    ]


def test_near_duplicates_are_one_family_however_long_the_chain():
    hashes = ["0" * 64, "0" * 60 + "000f", "0" * 60 + "00ff", "f" * 64]
    assert families(["4-1", "3-1", "2-1", "1-1"], hashes, 4) == ["2", "2", "2", "1"]


def test_variants_and_near_duplicates_link_families_together():
    hashes = [*FAR_APART[:2], FAR_APART[1], FAR_APART[2]]
    assert families(["5-1", "5-2", "4-1", "3-1"], hashes, 0) == ["4", "4", "4", "3"]


def test_the_distance_counts_bits():
    assert families(["1-1", "2-1"], ["0" * 64, "0" * 63 + "3"], 1) == ["1", "2"]
    assert families(["1-1", "2-1"], ["0" * 64, "0" * 63 + "3"], 2) == ["1", "1"]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_no_family_crosses_a_split_and_every_label_keeps_its_shares(seed):
    names, family_of = catalogue(seed)
    found = split(names, family_of, FRACTIONS, seed)
    assert len(set(zip(family_of, found, strict=True))) == len(set(family_of))
    shares = Counter(zip(names, found, strict=True))
    for label, total in Counter(names).items():
        for part, fraction in FRACTIONS.items():
            assert abs(shares[label, part] - fraction * total) <= 0.05 * total + 4


def test_the_seed_decides_the_order_of_equal_families():
    names, family_of = ["A", "B"] * 50, [str(index) for index in range(100)]
    assert split(names, family_of, FRACTIONS, 1) == split(names, family_of, FRACTIONS, 1)
    assert split(names, family_of, FRACTIONS, 1) != split(names, family_of, FRACTIONS, 2)


def test_a_label_that_a_split_lacks_is_named():
    with pytest.raises(UserError, match=r'the test split would have no picture of "B" \(its families: 1\)'):
        split(["A"] * 20 + ["B"] * 5, [str(index) for index in range(20)] + ["b"] * 5, FRACTIONS, 0)


def test_random_splits_keep_families_whole_and_about_the_fractions():
    families = [str(number // 2) for number in range(2000)]
    found = random_split(families, {"train": 0.6, "validation": 0.1, "test": 0.3}, seed=0)
    assert found[::2] == found[1::2]
    assert [round(found.count(name) / 2000, 1) for name in ("train", "validation", "test")] == [0.6, 0.1, 0.3]
    assert random_split(families[:500], {"train": 0.6, "validation": 0.1, "test": 0.3}, seed=0) == found[:500]
    assert random_split([], {"train": 1.0}, seed=0) == []
