"""What a trained classifier sees in every picture: finds the sets nearest to a picture, and tells what is like none.

A folder holds `features.npy` (float16 [pictures, width], rows of length 1), `pictures.csv` (of each row set_id, label
and split, and name, year and page of the set) and a summary. Photos come first, then the splits train, validation and
test, so that all pictures that the classifier learned from lie together, and all sets do.
"""

import csv
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from themer.errors import UserError
from themer.nearest import Search

FEATURES_NAME, PICTURES_NAME, SUMMARY_NAME = "features.npy", "pictures.csv", "index.json"
PHOTOS = "photos"
LEARNED = (PHOTOS, "train")


@dataclass(frozen=True)
class IndexSummary:
    """Whose features an index holds, and from which cosine distance on a picture is like none that was learned from.

    The distance is that to the nearest but `neighbours` - 1; `quantile` of the validation views lie within the limit.
    """

    model_sha256: str
    width: int
    neighbours: int
    quantile: float
    limit: float


class IndexedPicture(NamedTuple):
    """A row of an index: a set or photo, its label and split, and, where known, the set's name, year and page."""

    set_id: str
    label: str
    split: str
    name: str
    year: str
    page: str


@dataclass(frozen=True)
class NearSet:
    """A set, its name, year, theme and page (a URL), where known, and the cosine distance of its picture, 0 to 2."""

    set_id: str
    name: str
    year: int | None
    theme: str
    distance: float
    page: str | None


class Index:
    """The features of all pictures, in memory as float32: to convert those that are compared each time takes longer.

    Raises:
        UserError: the folder holds no index, or one whose parts do not belong together.
    """

    def __init__(self, directory: Path) -> None:
        try:
            self.summary = IndexSummary(**json.loads((directory / SUMMARY_NAME).read_text(encoding="utf-8")))
            self.pictures = _read_pictures(directory / PICTURES_NAME)
            self.features = np.load(directory / FEATURES_NAME).astype(np.float32)
            _require(self.features.shape == (len(self.pictures), self.summary.width), "its files differ in length")
        except (OSError, ValueError, TypeError) as error:
            raise UserError(f"{directory}: no index of features ({error}). Run: dvc repro --force index") from None
        self._search = Search(self.features)
        self._learned = slice(sum(one.split in LEARNED for one in self.pictures))
        self._sets = slice(sum(one.split == PHOTOS for one in self.pictures), None)

    def distances(self, features: np.ndarray) -> np.ndarray:
        """Return how unlike anything learned from each row is, float32 [n], from features float32 [n, width].

        The method is deep nearest neighbours: Sun et al. 2022, https://arxiv.org/abs/2204.06507.
        """
        return self._unlike_learned(features, self._search.estimates(features))

    def nearest_sets(self, features: np.ndarray, count: int) -> list[list[NearSet]]:
        """Return, for each row of float32 [n, width], the sets of any split whose pictures are most like it."""
        return self._sets_nearest(features, self._search.estimates(features), count)

    def look_up(self, features: np.ndarray, count: int) -> tuple[np.ndarray, list[list[NearSet]]]:
        """Return what `distances` and `nearest_sets` do, with half of the work."""
        estimates = self._search.estimates(features)
        return self._unlike_learned(features, estimates), self._sets_nearest(features, estimates, count)

    def _unlike_learned(self, features: np.ndarray, estimates: np.ndarray) -> np.ndarray:
        """Return the distance of each row to the last of its neighbours, float32 [n]."""
        rows, count = self._learned, self.summary.neighbours
        found = [self._search.nearest(*one, rows, count)[1][-1] for one in zip(features, estimates, strict=True)]
        return np.array(found, np.float32)

    def _sets_nearest(self, features: np.ndarray, estimates: np.ndarray, count: int) -> list[list[NearSet]]:
        """Return the sets nearest to each row."""
        found = [self._search.nearest(*one, self._sets, count) for one in zip(features, estimates, strict=True)]
        return [[self._near_set(row, distance) for row, distance in zip(*one, strict=True)] for one in found]

    def _near_set(self, row: int, distance: float) -> NearSet:
        """Return the set whose picture is in a row."""
        found = self.pictures[row]
        year = int(found.year) if found.year.isdecimal() else None
        return NearSet(found.set_id, found.name, year, found.label, float(distance), found.page or None)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_pictures(path: Path) -> list[IndexedPicture]:
    """Read the table of an index; ValueError if its columns are others."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        _require(next(rows, []) == list(IndexedPicture._fields), "the columns of its table are others")
        return [IndexedPicture(*row) for row in rows]


def _require(condition: bool, otherwise: str) -> None:
    """Raise ValueError unless a condition holds."""
    if not condition:
        raise ValueError(otherwise)
