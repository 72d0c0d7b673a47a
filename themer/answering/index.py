"""The index: the model's features of every picture, to find the nearest sets and to notice unfamiliar pictures.

A folder holds `features.npy` (float16 [pictures, width], rows of length 1), `pictures.csv` (a row for each picture),
`validation.csv` (the model's confidence in each validation picture), `shares.csv` (how likely each picture shows one of
the labels), `boundary.npy` (see `abstention`) and `index.json`, the summary. The user's photos come first, then the
training pictures, also those of other themes, then all others. So the training pictures are one block of rows, and the
sets are another.
"""

import csv
import io
import json
import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from themer.answering.abstention import Boundary
from themer.answering.nearest import Search
from themer.base.arrays import read_array
from themer.base.errors import UserError, refused

FEATURES_NAME, PICTURES_NAME, SUMMARY_NAME = "features.npy", "pictures.csv", "index.json"
VALIDATION_NAME, SHARES_NAME = "validation.csv", "shares.csv"
# The user's photos; those of other themes come second.
PHOTOS = ("photos", "other_photos")
TRAINING = (*PHOTOS, "train", "other_train")


@dataclass(frozen=True)
class IndexSummary:
    """The model that an index belongs to, and when that model abstains.

    It abstains when its confidence is below `threshold`, when the probability that the picture shows one of the labels
    is below `boundary`, or when the cosine distance to the k-th nearest training picture is above `limit`. k is
    `neighbours`. A share `quantile` of the validation views is within the limit.
    `labels`, `width` and `block_width` are the numbers of the model's labels, features and block features. `made_from`
    is the fingerprint of everything that the model's export and the index depend on.
    """

    model_sha256: str
    labels: int
    width: int
    block_width: int
    neighbours: int
    quantile: float
    limit: float
    threshold: float
    boundary: float
    made_from: str


class IndexedPicture(NamedTuple):
    """A row of the index: a set or photo, its label and its split. Name, year and page are empty if unknown."""

    set_id: str
    label: str
    split: str
    name: str
    year: str
    page: str


@dataclass(frozen=True)
class NearSet:
    """A set with a similar picture, and the cosine distance to it, 0 to 2. `page` is a URL."""

    set_id: str
    name: str
    year: int | None
    theme: str
    distance: float
    page: str | None


class Index:
    """The features of all pictures, held in memory as float32, since converting them for each query takes longer.

    Raises:
        UserError: the folder holds no index, or its files do not belong together.
    """

    def __init__(self, directory: Path) -> None:
        try:
            self.summary = read_index_summary(directory)
            self.pictures = _read_pictures(directory / PICTURES_NAME)
            self.features = read_array(directory / FEATURES_NAME).astype(np.float32)
            self.boundary = Boundary.read(directory, self.summary.labels)
            _require(self.features.shape == (len(self.pictures), self.summary.width), "its files differ in length")
            _require(self.boundary.suits(self.summary.block_width), "its boundary is of another length")
        except PermissionError as error:
            raise refused(error) from None
        except (OSError, ValueError, TypeError, RecursionError, csv.Error) as error:
            raise UserError(f"{directory}: not an index of features ({error}). Run: dvc repro --force export") from None
        self._search = Search(self.features)
        self._training = slice(sum(picture.split in TRAINING for picture in self.pictures))
        self._sets = slice(sum(picture.split in PHOTOS for picture in self.pictures), None)

    def distances(self, features: np.ndarray) -> np.ndarray:
        """Return the distance to the k-th nearest training picture, float32 [n], for features float32 [n, width].

        The method is deep nearest neighbours: Sun et al. 2022, https://arxiv.org/abs/2204.06507.
        """
        return self._training_distances(features, self._search.estimates(features))

    def look_up(self, features: np.ndarray, count: int) -> tuple[np.ndarray, list[list[NearSet]]]:
        """Return what `distances` returns, and for each row the `count` nearest sets, from one search."""
        estimates = self._search.estimates(features)
        return self._training_distances(features, estimates), self._nearest_sets(features, estimates, count)

    def _training_distances(self, features: np.ndarray, estimates: np.ndarray) -> np.ndarray:
        """Return the distance of each row to its k-th nearest training picture, float32 [n]."""
        rows, count = self._training, self.summary.neighbours
        pairs = zip(features, estimates, strict=True)
        return np.array([self._search.nearest(*pair, rows, count)[1][-1] for pair in pairs], np.float32)

    def _nearest_sets(self, features: np.ndarray, estimates: np.ndarray, count: int) -> list[list[NearSet]]:
        """Return the sets nearest to each row."""
        found = [self._search.nearest(*pair, self._sets, count) for pair in zip(features, estimates, strict=True)]
        return [[self._near_set(row, distance) for row, distance in zip(*near, strict=True)] for near in found]

    def _near_set(self, row: int, distance: float) -> NearSet:
        """Return the set in a row, with its distance."""
        picture = self.pictures[row]
        year = int(picture.year) if picture.year.isdecimal() else None
        return NearSet(picture.set_id, picture.name, year, picture.label, float(distance), picture.page or None)


def read_index_summary(directory: Path) -> IndexSummary:
    """Return the summary of an index; OSError, TypeError or ValueError if the folder has no valid one."""
    summary = IndexSummary(**json.loads((directory / SUMMARY_NAME).read_text(encoding="utf-8")))
    for field in fields(summary):
        value = getattr(summary, field.name)
        _require(_is_possible(value, field.type), f"its {field.name} is {value!r}")
    return summary


def _is_possible(value: Any, kind: Any) -> bool:
    """Return whether an export writes such a value into a summary: texts, finite numbers, and counts from 1 up."""
    if kind is float:
        return type(value) in (int, float) and math.isfinite(value)
    return type(value) is kind and (kind is str or value > 0)


def _read_pictures(path: Path) -> list[IndexedPicture]:
    """Read the table of an index; ValueError if it has other columns or breaks off."""
    content = path.read_bytes().decode()
    rows = csv.reader(io.StringIO(content, newline=""))
    _require(next(rows, []) == list(IndexedPicture._fields), "its table has other columns")
    _require(content.endswith("\n"), "its table breaks off")
    return [IndexedPicture(*row) for row in rows]


def _require(condition: bool, reason: str) -> None:
    """Raise ValueError with a reason unless the condition holds."""
    if not condition:
        raise ValueError(reason)
