"""Shards: padded pictures with their labels in TFRecord files, and a summary beside them."""

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from themer.base.errors import UserError
from themer.base.files import write_json
from themer.shards.records import read_record, read_records, record_positions, serialized, values_of, write_records

SUMMARY_NAME = "shards.json"
OTHER = "other_"


@dataclass(frozen=True)
class Example:
    """One picture: its set, the index of its label, and an RGB PNG already padded to the shards' size."""

    set_id: str
    label: int
    image_png: bytes

    @property
    def pixels(self) -> np.ndarray:
        """The decoded picture, uint8 [size, size, 3]."""
        return decoded(self.image_png)


@dataclass(frozen=True)
class Batch:
    """Some pictures: their sets, the index of each label, int32 [n], and pixels, uint8 [n, size, size, 3]."""

    set_ids: list[str]
    labels: np.ndarray
    pixels: np.ndarray


@dataclass(frozen=True)
class ShardSummary:
    """A directory of shards: its sorted labels, side in pixels, padding colour as RGB, and pictures in each split.

    The splits that start with OTHER hold sets of themes without a label. Their "labels" are indices into
    `other_themes`, which is sorted.
    """

    labels: list[str]
    size: int
    fill: tuple[int, int, int]
    pictures: dict[str, int]
    other_themes: list[str] = field(default_factory=list)


def decoded(image_png: bytes) -> np.ndarray:
    """Return the pixels of a padded picture, uint8 [size, size, 3]."""
    return np.asarray(Image.open(io.BytesIO(image_png)))


def write_summary(directory: Path, summary: ShardSummary) -> None:
    """Write the summary of a directory of shards."""
    write_json(asdict(summary), directory / SUMMARY_NAME)


def read_summary(directory: Path) -> ShardSummary:
    """Read the summary of a directory of shards.

    Raises:
        UserError: the summary is missing or unreadable.
    """
    path = directory / SUMMARY_NAME
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return ShardSummary(**{**values, "fill": tuple(values["fill"])})
    except FileNotFoundError:
        raise UserError(f"{directory}: there are no shards here ({SUMMARY_NAME} is missing). Run: dvc repro") from None
    except (ValueError, TypeError, KeyError) as error:
        raise UserError(f"{path}: not a summary of shards ({error}). Run: dvc repro --force resize") from None


def require_fit(labels: list[str], size: int, directory: Path) -> None:
    """Raise UserError unless a directory of shards has a model's labels and input size in pixels."""
    summary = read_summary(directory)
    if (labels, size) != (summary.labels, summary.size):
        raise UserError(
            f"The model predicts {', '.join(labels)} from pictures of {size} px, but {directory} has the "
            f"labels {', '.join(summary.labels)} and pictures of {summary.size} px. Train again: dvc repro"
        )


def write_split(directory: Path, split: str, examples: Iterable[Example], pictures_per_shard: int) -> int:
    """Write a split's pictures in the given order, `pictures_per_shard` to a file, and return their number.

    An empty split gets one empty file. Only at the end, the new files get their final names and replace those of an
    earlier run.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for left in directory.glob(f"{split}-*.part"):
        left.unlink()
    parts, count = [], 0
    for shard_number, shard in groupby(enumerate(examples), key=lambda pair: pair[0] // pictures_per_shard):
        parts.append(directory / f"{split}-{shard_number:05}.part")
        count += write_records(parts[-1], (_record(example) for _, example in shard))
    if not parts:
        parts.append(directory / f"{split}-00000.part")
        write_records(parts[-1], [])
    for old in directory.glob(f"{split}-*.tfrecord"):
        old.unlink()
    for shard_number, part in enumerate(parts):
        part.rename(directory / f"{split}-{shard_number:05}-of-{len(parts):05}.tfrecord")
    return count


def read_examples(directory: Path, split: str) -> Iterator[Example]:
    """Yield a split's pictures in the order of the shards, without decoding them; raise UserError if a file is missing.

    The files are checked at once, before the first picture.
    """
    paths = split_files(directory, split)
    return (_example(values_of(record)) for path in paths for record in read_records(path))


def read_batches(directory: Path, split: str, batch_size: int) -> Iterator[Batch]:
    """Yield a split's decoded pictures, `batch_size` at a time; raise UserError if a file is missing."""
    examples = read_examples(directory, split)
    while batch := list(islice(examples, batch_size)):
        labels = np.array([example.label for example in batch], np.int32)
        yield Batch([example.set_id for example in batch], labels, np.stack([example.pixels for example in batch]))


class Rows:
    """A split's pictures, each read from its file on access; memory holds only where it begins.

    Raises:
        UserError: a file of the split is missing or damaged.
    """

    def __init__(self, directory: Path, split: str) -> None:
        self._paths = split_files(directory, split)
        positions = [np.fromiter(record_positions(path), np.int64) for path in self._paths]
        self._positions = np.concatenate(positions)
        self._files = np.repeat(np.arange(len(positions), dtype=np.int32), [len(found) for found in positions])

    def __len__(self) -> int:
        return len(self._positions)

    def __getitem__(self, row: int) -> Example:
        """Return the picture of a row, in the order of the shards."""
        return _example(values_of(read_record(self._paths[self._files[row]], int(self._positions[row]))))


def read_labels(directory: Path, split: str) -> np.ndarray:
    """Return the labels of a split's pictures, int64 [n], in the order of the shards."""
    return np.array([example.label for example in read_examples(directory, split)], np.int64)


def split_files(directory: Path, split: str) -> list[Path]:
    """Return the split's files in order; raise UserError unless there are as many as their names say."""
    paths = sorted(directory.glob(f"{split}-*.tfrecord"))
    expected = int(paths[0].stem.rsplit("-", 1)[-1]) if paths else 1
    if len(paths) != expected:
        raise UserError(
            f"{directory}: {len(paths)} of {expected} files of the split {split!r} are here. "
            "Run: dvc repro --force resize"
        )
    return paths


def _record(example: Example) -> bytes:
    """Return the record of an example."""
    return serialized({"set_id": example.set_id.encode(), "label": example.label, "image": example.image_png})


def _example(values: dict[str, Any]) -> Example:
    """Return the example in the values of a record."""
    return Example(values["set_id"].decode(), values["label"], values["image"])
