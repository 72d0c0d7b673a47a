"""The pictures that are held out in turn: set, label and family of each, in the order of the shards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from themer.base.errors import UserError
from themer.base.params import SPLITS
from themer.shards.files import Example, read_examples, read_summary


@dataclass(frozen=True)
class Pictures:
    """The pictures of all splits, in the order of the shards; `actual` is int64 [n], the index of each label."""

    set_ids: list[str]
    actual: np.ndarray
    families: list[str]
    labels: list[str]

    @property
    def label_names(self) -> list[str]:
        """The name of each picture's label."""
        return [self.labels[index] for index in self.actual]


def read_pictures(shards: Path, family_of: Mapping[str, str]) -> Pictures:
    """Return the set, label and family of each picture in the shards.

    Raises:
        UserError: a set has no family, or a file of the shards is missing.
    """
    summary = read_summary(shards)
    pairs = [(example.set_id, example.label) for example in all_examples(shards)]
    unknown = [set_id for set_id, _ in pairs if set_id not in family_of]
    if unknown:
        raise UserError(
            f"{shards}: {len(unknown)} of {len(pairs)} pictures have no family in the dataset, such as set "
            f"{unknown[0]}. The shards were made from another dataset. Make them again: dvc repro"
        )
    set_ids = [set_id for set_id, _ in pairs]
    actual = np.array([label for _, label in pairs], np.int64)
    return Pictures(set_ids, actual, [family_of[set_id] for set_id in set_ids], summary.labels)


def all_examples(shards: Path) -> Iterator[Example]:
    """Yield the pictures of all splits in order, one at a time, without decoding them."""
    return chain.from_iterable(read_examples(shards, split) for split in SPLITS)
