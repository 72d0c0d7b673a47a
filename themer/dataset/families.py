"""Families: sets that share a number without its variant, or nearly a picture."""

from collections.abc import Sequence

from themer.catalogue.sets import number_without_variant
from themer.pictures.near_duplicates import connected, near_pairs


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
