"""Families, and splits that no family crosses.

Sets of a family share a number or have near-duplicate pictures.
"""

import bisect
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from themer.base.errors import UserError
from themer.catalogue.sets import number_without_variant
from themer.pictures.near_duplicates import connected, near_pairs


def families(set_ids: Sequence[str], perceptual_hashes: Sequence[str], duplicate_distance: int) -> list[str]:
    """Return the family of each set, named after the smallest of its numbers without variant.

    Sets of one family are linked, directly or through others, by the same number without variant or by near-duplicate
    pictures, whose hashes differ in at most `duplicate_distance` bits.
    """
    numbers = [number_without_variant(set_id) for set_id in set_ids]
    components = connected(numbers, near_pairs(perceptual_hashes, duplicate_distance))
    names: dict[int, str] = {}
    for component, number in sorted(zip(components, numbers, strict=True)):
        names.setdefault(component, number)
    return [names[component] for component in components]


def split(labels: Sequence[str], family_of: Sequence[str], fractions: dict[str, float], seed: int) -> list[str]:
    """Return the split of each set: stratified by label, with each family in one split, reproducible by the seed.

    Families are placed one by one, the largest first and equal ones in seeded order. Each goes to the split with the
    greatest need for its sets: the sum, over these, of the share of the label's target that the split still lacks.

    Args:
        labels: the label of each set.
        family_of: the family of each set.
        fractions: the share of the sets in each split, by name; they add up to 1.
        seed: any whole number.

    Raises:
        UserError: a split would have no set of a label.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for label, family in zip(labels, family_of, strict=True):
        members[family].append(label)
    missing = {name: {label: n * share for label, n in Counter(labels).items()} for name, share in fractions.items()}
    targets = {name: dict(wanted) for name, wanted in missing.items()}
    chosen: dict[str, str] = {}
    for family in _largest_first(members, seed):
        chosen[family] = max(missing, key=lambda name: _need(members[family], missing[name], targets[name]))
        for label in members[family]:
            missing[chosen[family]][label] -= 1
    splits = [chosen[family] for family in family_of]
    _require_every_label_in_every_split(labels, family_of, splits, list(fractions))
    return splits


def random_split(family_of: Sequence[str], fractions: dict[str, float], seed: int) -> list[str]:
    """Return the split of each set without regard to labels, with each family in one split; a split may be empty.

    Each family draws a number from 0 to 1 by its name, so that more families change no other family's split.
    """
    ends = list(itertools.accumulate(fractions.values()))
    # Without the last end, which rounding can put a little below 1.
    chosen = {family: bisect.bisect(ends[:-1], random.Random(f"{seed} {family}").random()) for family in set(family_of)}
    return [list(fractions)[chosen[family]] for family in family_of]


def _need(labels: list[str], missing: dict[str, float], targets: dict[str, float]) -> float:
    """Return how much a split needs a family: the missing share of its target, summed over the family's labels."""
    return sum(missing[label] / targets[label] for label in labels)


def _largest_first(members: dict[str, list[str]], seed: int) -> list[str]:
    """Return the families by decreasing size; equal ones are in seeded random order."""
    # Sorted first, so that the order of the sets changes nothing.
    order = sorted(members)
    random.Random(seed).shuffle(order)
    return sorted(order, key=lambda family: -len(members[family]))


def _require_every_label_in_every_split(
    labels: Sequence[str], family_of: Sequence[str], splits: Sequence[str], names: list[str]
) -> None:
    """Raise UserError naming each label that a split lacks."""
    present = set(zip(labels, splits, strict=True))
    lacking = [(label, name) for label in sorted(set(labels)) for name in names if (label, name) not in present]
    if not lacking:
        return
    families_of: dict[str, set[str]] = defaultdict(set)
    for label, family in zip(labels, family_of, strict=True):
        families_of[label].add(family)
    lines = [
        f'regroup: the {name} split would have no picture of "{label}" (its families: {len(families_of[label])}).'
        for label, name in lacking
    ]
    remedy = (
        "Raise fetch.limit if there is one, enlarge that split, add themes to a group, or leave root and leaf themes "
        "out with a higher regroup.minimum_pictures."
    )
    raise UserError("\n".join([*lines, remedy]))
