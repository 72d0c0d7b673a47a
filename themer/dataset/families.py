"""Families: sets that share a number or have near-duplicate pictures. A family stays in one split."""

from collections.abc import Sequence

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
