"""Families of sets that belong together, and splits that no family crosses."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from themer.errors import UserError

HASH_BYTES = 32  # 256 bits, as themer.pictures.perceptual_hash gives


def number_without_variant(set_id: str) -> str:
    """Return `8684` for `8684-16`."""
    return set_id.rpartition("-")[0] or set_id


def families(set_ids: Sequence[str], perceptual_hashes: Sequence[str], duplicate_distance: int) -> list[str]:
    """Return a family for each set: sets that share a number without its variant, or nearly a picture.

    Two pictures are near-duplicates if at most `duplicate_distance` bits of their hashes differ; families are the
    connected components, each named for its smallest number.
    """
    numbers = [number_without_variant(set_id) for set_id in set_ids]
    components = connected(numbers, near_pairs(perceptual_hashes, duplicate_distance))
    names: dict[int, str] = {}
    for component, number in sorted(zip(components, numbers, strict=True)):
        names.setdefault(component, number)
    return [names[component] for component in components]


def near_pairs(
    perceptual_hashes: Sequence[str], duplicate_distance: int, first_rows: int | None = None
) -> list[tuple[int, int]]:
    """Return the pairs of positions whose hexadecimal hashes differ in at most `duplicate_distance` bits.

    A hash is compared with all later ones at a time; `first_rows` leaves it at the pairs with one of the first so many.
    """
    words, pairs = _bits(perceptual_hashes), []
    for row in range(len(words) if first_rows is None else first_rows):
        differing = numpy.bitwise_count(words[row + 1 :] ^ words[row]).sum(axis=1)
        pairs += [(row, row + 1 + int(later)) for later in numpy.flatnonzero(differing <= duplicate_distance)]
    return pairs


def connected(names: Sequence[str], pairs: list[tuple[int, int]]) -> list[int]:
    """Return the connected component of each position, linked by pairs of positions and by equal names."""
    first, second = numpy.array(pairs + _pairs_of_equals(names), dtype=int).reshape(-1, 2).T
    graph = coo_matrix((numpy.ones(len(first)), (first, second)), shape=(len(names), len(names)))
    return [int(component) for component in connected_components(graph, directed=False)[1]]


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


def _bits(perceptual_hashes: Sequence[str]) -> numpy.ndarray:
    """Return hexadecimal hashes as uint64 words, shape [n, 4]."""
    octets = numpy.frombuffer(bytes.fromhex("".join(perceptual_hashes)), dtype=numpy.uint8)
    return octets.reshape(len(perceptual_hashes), HASH_BYTES).view(numpy.uint64)


def _pairs_of_equals(names: Sequence[str]) -> list[tuple[int, int]]:
    """Return a pair of positions for each name that was seen before: its first one and this one."""
    first: dict[str, int] = {}
    return [(first[name], index) for index, name in enumerate(names) if first.setdefault(name, index) != index]
