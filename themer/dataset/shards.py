"""Shards: padded pictures with their labels in TFRecord files, and a summary beside them."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from themer.base.errors import UserError
from themer.base.files import write_json
from themer.base.quiet_tensorflow import tf

SUMMARY_NAME = "shards.json"


@dataclass(frozen=True)
class Example:
    """One picture: its set, the index of its label, and an RGB PNG already padded to the shards' size."""

    set_id: str
    label: int
    image_png: bytes


@dataclass(frozen=True)
class ShardSummary:
    """A directory of shards: its sorted labels, side in pixels, padding colour as RGB, and pictures in each split."""

    labels: list[str]
    size: int
    fill: tuple[int, int, int]
    pictures: dict[str, int]


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
            f"The model predicts {', '.join(labels)} from {size} px, but {directory} holds "
            f"{', '.join(summary.labels)} in {summary.size} px. Train again: dvc repro"
        )


def write_split(directory: Path, split: str, examples: Iterable[Example], pictures_per_shard: int) -> int:
    """Write a split's pictures in the given order, `pictures_per_shard` to a file, and return their number.

    An empty split gets one empty file. Only at the end, the new files get their final names and replace those of an
    earlier run.
    """
    directory.mkdir(parents=True, exist_ok=True)
    parts, count = [], 0
    for shard_number, shard in groupby(enumerate(examples), key=lambda pair: pair[0] // pictures_per_shard):
        parts.append(directory / f"{split}-{shard_number:05}.part")
        count += _write_file(parts[-1], (example for _, example in shard))
    if not parts:
        parts.append(directory / f"{split}-00000.part")
        _write_file(parts[-1], [])
    for old in directory.glob(f"{split}-*.tfrecord"):
        old.unlink()
    for shard_number, part in enumerate(parts):
        part.rename(directory / f"{split}-{shard_number:05}-of-{len(parts):05}.tfrecord")
    return count


def read_split(directory: Path, split: str) -> tf.data.Dataset:
    """Return a split's pictures in the order of the shards, not batched.

    Each element is {"set_id": string, "label": int32, "image": uint8 [size, size, 3]}.

    Raises:
        UserError: there is no summary, or a file of the split is missing.
    """
    size = read_summary(directory).size
    records = read_records(directory, split)
    return records.map(lambda record: _parse(record, size))


def read_labels(directory: Path, split: str) -> tf.data.Dataset:
    """Return the labels of a split's pictures as int32 scalars, without decoding pictures."""
    fields = {"label": tf.io.FixedLenFeature([], tf.int64)}
    records = read_records(directory, split)
    return records.map(lambda record: tf.cast(tf.io.parse_single_example(record, fields)["label"], tf.int32))


def read_records(directory: Path, split: str) -> tf.data.Dataset:
    """Return a split's pictures as serialized examples, scalar strings; raise UserError if a file is missing."""
    records = tf.data.TFRecordDataset([str(path) for path in _split_files(directory, split)])
    # Datasets made from this one inherit the option. Autotuning gains nothing measurable here, and its thread sometimes
    # misses the end: TensorFlow 2.21 then waits as long again as the dataset was in use.
    options = tf.data.Options()
    options.autotune.enabled = False
    return records.with_options(options)


def _write_file(path: Path, examples: Iterable[Example]) -> int:
    """Write one TFRecord file and return the number of its records."""
    count = 0
    with tf.io.TFRecordWriter(str(path)) as writer:
        for example in examples:
            writer.write(_serialized(example))
            count += 1
    return count


def _serialized(example: Example) -> bytes:
    """Return a serialized tf.train.Example; without `deterministic`, the order of protobuf maps may vary."""
    features = {
        "set_id": tf.train.Feature(bytes_list=tf.train.BytesList(value=[example.set_id.encode()])),
        "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[example.label])),
        "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=[example.image_png])),
    }
    record = tf.train.Example(features=tf.train.Features(feature=features))
    return bytes(record.SerializeToString(deterministic=True))


def _split_files(directory: Path, split: str) -> list[Path]:
    """Return the split's files in order; raise UserError unless there are as many as their names say."""
    paths = sorted(directory.glob(f"{split}-*.tfrecord"))
    expected = int(paths[0].stem.rsplit("-", 1)[-1]) if paths else 1
    if len(paths) != expected:
        raise UserError(
            f"{directory}: {len(paths)} of {expected} files of the split {split!r} are here. "
            "Run: dvc repro --force resize"
        )
    return paths


def _parse(record: tf.Tensor, size: int) -> dict[str, tf.Tensor]:
    """Return the fields of one record, its picture decoded."""
    fields = {
        "set_id": tf.io.FixedLenFeature([], tf.string),
        "label": tf.io.FixedLenFeature([], tf.int64),
        "image": tf.io.FixedLenFeature([], tf.string),
    }
    values = tf.io.parse_single_example(record, fields)
    image = tf.ensure_shape(tf.io.decode_png(values["image"], channels=3), [size, size, 3])
    return {"set_id": values["set_id"], "label": tf.cast(values["label"], tf.int32), "image": image}
