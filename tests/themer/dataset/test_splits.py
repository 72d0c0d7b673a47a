import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from themer.base.errors import UserError
from themer.catalogue.sets import number_without_variant
from themer.dataset.families import families
from themer.dataset.splits import split
from themer.pictures.near_duplicates import connected, near_pairs

FRACTIONS = {"train": 0.65, "validation": 0.15, "test": 0.2}
FAR_APART = ["0" * 64, "f" * 64, "0f" * 32, "00ff" * 16, "3c" * 32, "55" * 32]


@pytest.mark.parametrize(
    ("set_id", "number"), [("8684-16", "8684"), ("0011-2", "0011"), ("700.1.2-1", "700.1.2"), ("X", "X")]
)
def test_a_number_loses_only_its_variant(set_id, number):
    assert number_without_variant(set_id) == number


def test_variants_are_one_family():
    assert families(["8684-1", "8684-16", "8685-1"], FAR_APART[:3], 24) == ["8684", "8684", "8685"]


def test_near_duplicates_are_one_family_however_long_the_chain():
    hashes = ["0" * 64, "0" * 60 + "000f", "0" * 60 + "00ff", "f" * 64]
    assert families(["4-1", "3-1", "2-1", "1-1"], hashes, 4) == ["2", "2", "2", "1"]


def test_the_distance_counts_bits():
    assert families(["1-1", "2-1"], ["0" * 64, "0" * 63 + "3"], 1) == ["1", "2"]
    assert families(["1-1", "2-1"], ["0" * 64, "0" * 63 + "3"], 2) == ["1", "1"]


def test_only_pairs_with_the_first_rows_are_looked_for_if_told_so():
    hashes = ["0" * 64, "f" * 64, "0" * 64, "f" * 64, "0" * 64]
    assert near_pairs(hashes, 0) == [(0, 2), (0, 4), (1, 3), (2, 4)]
    assert near_pairs(hashes, 0, first_rows=1) == [(0, 2), (0, 4)]
    assert near_pairs([], 0) == []


def test_pairs_and_equal_names_connect():
    first, second, third, fourth, last = connected(["a", "b", "c", "b", "d"], [(0, 1)])
    assert first == second == fourth and len({first, third, last}) == 3


def catalogue(seed: int) -> tuple[list[str], list[str]]:
    """Return labels and families of a catalogue: few large families, many small ones, some of two labels."""
    chance = random.Random(seed)
    names, family_of = [], []
    for family in range(300):
        label = chance.choice("AAABBC")
        for _ in range(chance.choice([1, 1, 1, 2, 16])):
            names.append(label if chance.random() < 0.95 else "D")
            family_of.append(str(family))
    return names, family_of


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


def test_the_seed_alone_decides():
    names, family_of = ["A", "B"] * 50, [str(index) for index in range(100)]
    assert split(names, family_of, FRACTIONS, 1) == split(names, family_of, FRACTIONS, 1)
    assert split(names, family_of, FRACTIONS, 1) != split(names, family_of, FRACTIONS, 2)


def test_a_label_that_misses_a_split_is_named():
    with pytest.raises(UserError, match=r'the test split would hold no "B" \(1 families\)'):
        split(["A"] * 20 + ["B"] * 5, [str(index) for index in range(20)] + ["b"] * 5, FRACTIONS, 0)
