"""TFRecord files of `tf.train.Example`, in the bytes that TensorFlow writes, without importing it for seconds.

Formats: https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details and
https://github.com/tensorflow/tensorflow/blob/v2.21.0/tensorflow/core/example/example.proto
"""

import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import google_crc32c
from google.protobuf import text_format
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from themer.base.errors import UserError

LENGTH, CHECKSUM = struct.Struct("<Q"), struct.Struct("<I")
# A map is a repeated message with a key and a value. The floats of the original are left out: the shards hold none.
SCHEMA = """
package: "tensorflow" syntax: "proto3" name: "example.proto"
message_type { name: "BytesList" field { name: "value" number: 1 label: LABEL_REPEATED type: TYPE_BYTES } }
message_type { name: "Int64List" field { name: "value" number: 1 label: LABEL_REPEATED type: TYPE_INT64 } }
message_type {
  name: "Feature"
  field { name: "bytes_list" number: 1 type: TYPE_MESSAGE type_name: "BytesList" oneof_index: 0 }
  field { name: "int64_list" number: 3 type: TYPE_MESSAGE type_name: "Int64List" oneof_index: 0 }
  oneof_decl { name: "kind" }
}
message_type {
  name: "Features"
  nested_type {
    name: "FeatureEntry"
    options { map_entry: true }
    field { name: "key" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
    field { name: "value" number: 2 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: "Feature" }
  }
  field { name: "feature" number: 1 label: LABEL_REPEATED type: TYPE_MESSAGE type_name: "FeatureEntry" }
}
message_type { name: "Example" field { name: "features" number: 1 type: TYPE_MESSAGE type_name: "Features" } }
"""


def _example_class() -> Any:
    """Return the class of the message, from a pool of its own, where TensorFlow's can't clash with it."""
    pool = DescriptorPool()
    pool.Add(text_format.Parse(SCHEMA, FileDescriptorProto()))
    return GetMessageClass(pool.FindMessageTypeByName("tensorflow.Example"))


ExampleMessage = _example_class()


def serialized(values: dict[str, bytes | int]) -> bytes:
    """Return the values as a serialized `tf.train.Example`."""
    message = ExampleMessage()
    for name, value in values.items():
        feature = message.features.feature[name]
        (feature.bytes_list if isinstance(value, bytes) else feature.int64_list).value.append(value)
    # Without `deterministic`, the order of the names may vary.
    return bytes(message.SerializeToString(deterministic=True))


def values_of(record: bytes) -> dict[str, bytes | int]:
    """Return the values of a serialized `tf.train.Example`; the inverse of `serialized`."""
    features = ExampleMessage.FromString(record).features.feature
    return {name: getattr(one, one.WhichOneof("kind")).value[0] for name, one in features.items()}


def write_records(path: Path, records: Iterable[bytes]) -> int:
    """Write a TFRecord file and return the number of its records."""
    count = 0
    with path.open("wb") as file:
        for record in records:
            length = LENGTH.pack(len(record))
            file.writelines([length, _checksum(length), record, _checksum(record)])
            count += 1
    return count


def read_records(path: Path) -> Iterator[bytes]:
    """Yield the records of a TFRecord file; raise UserError if it is damaged."""
    with path.open("rb") as file:
        while (length := _length(file, path)) is not None:
            yield _content(file, length, path)


def record_positions(path: Path) -> Iterator[int]:
    """Yield where each record of a TFRecord file begins, in bytes; raise UserError if a length is damaged."""
    with path.open("rb") as file:
        position = 0
        while (length := _length(file, path)) is not None:
            yield position
            position = file.seek(length + CHECKSUM.size, os.SEEK_CUR)


def read_record(path: Path, position: int) -> bytes:
    """Return the record that begins at a position of `record_positions`; raise UserError if it is damaged."""
    with path.open("rb") as file:
        file.seek(position)
        # At the end of the file there is no checksum either, so it counts as damaged.
        return _content(file, _length(file, path) or 0, path)


def _length(file: BinaryIO, path: Path) -> int | None:
    """Return the length in bytes of the record that begins here, or None at the end of the file."""
    length = file.read(LENGTH.size)
    if not length:
        return None
    if file.read(CHECKSUM.size) != _checksum(length):
        raise _damaged(path)
    return int(LENGTH.unpack(length)[0])


def _content(file: BinaryIO, length: int, path: Path) -> bytes:
    """Return a record of a length, which begins here."""
    record = file.read(length)
    if file.read(CHECKSUM.size) != _checksum(record):
        raise _damaged(path)
    return record


def _checksum(content: bytes) -> bytes:
    """Return the masked CRC-32C of TFRecord files, 4 bytes."""
    crc = google_crc32c.value(content)
    return CHECKSUM.pack((((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def _damaged(path: Path) -> UserError:
    """Return the error for a file whose checksum does not match."""
    return UserError(f"{path}: the file is damaged. Make it again: dvc repro --force resize")
