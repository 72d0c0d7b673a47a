"""Families of sets that belong together, and splits that no family crosses."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from themer.base.errors import UserError


def split(labels: Sequence[str], family_of: Sequence[str], fractions: dict[str, float], seed: int) -> list[str]:
    """Return the split of each set: stratified by label, no family in two, the same for the same seed.

    Families go one by one, the largest first and equals in seeded order, to the split that lacks most of what they
    hold: the sum, over the family's sets, of the share of their label's target that is still missing.

    Raises:
        UserError: a label has fewer families than there are splits, or misses one of them.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for label, family in zip(labels, family_of, strict=True):
        members[family].append(label)
    missing = {name: {label: n * share for label, n in Counter(labels).items()} for name, share in fractions.items()}
    targets = {name: dict(wanted) for name, wanted in missing.items()}
    chosen: dict[str, str] = {}
    for family in _largest_first(members, seed):
        chosen[family] = max(missing, key=lambda name: _lack(members[family], missing[name], targets[name]))
        for label in members[family]:
            missing[chosen[family]][label] -= 1
    found = [chosen[family] for family in family_of]
    _require_every_label_in_every_split(labels, family_of, found, list(fractions))
    return found


def _lack(labels: list[str], missing: dict[str, float], targets: dict[str, float]) -> float:
    """Return how much a split still lacks of what a family holds."""
    return sum(missing[label] / targets[label] for label in labels)


def _largest_first(members: dict[str, list[str]], seed: int) -> list[str]:
    """Return the families by falling size, equals in seeded random order."""
    order = sorted(members)
    random.Random(seed).shuffle(order)
    return sorted(order, key=lambda family: -len(members[family]))


def _require_every_label_in_every_split(
    labels: Sequence[str], family_of: Sequence[str], found: Sequence[str], names: list[str]
) -> None:
    """Raise UserError naming each label that a split lacks."""
    seen = set(zip(labels, found, strict=True))
    lacking = [(label, name) for label in sorted(set(labels)) for name in names if (label, name) not in seen]
    if lacking:
        count = {
            label: len({f for f, other in zip(family_of, labels, strict=True) if other == label})
            for label, _ in lacking
        }
        lines = [
            f'regroup: the {name} split would hold no "{label}" ({count[label]} families).' for label, name in lacking
        ]
        raise UserError(
            "\n".join([*lines, "Raise regroup.minimum_pictures, widen the group's rules, or enlarge that split."])
        )
