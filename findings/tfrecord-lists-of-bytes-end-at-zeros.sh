#!/usr/bin/env bash
# A TFRecord feature with several byte strings, such as a mask for each of two parts, read without TensorFlow.
#
# Versions: tfrecord 1.14.6, numpy 2.4.6.
# Behaviour: a feature with one byte string is returned as bytes, one with several as an array of numpy's type S. That
# type fills short strings with zeros, and drops zeros at the end of what is taken out. So each string of a list ends
# before its last zeros, and its length depends on its content. The file has them all. Nothing warns.
# It matters to raw pixels, masks and features: where the last ones are 0, `np.frombuffer` finds fewer of them, or
# refuses a length that is no multiple of their size.
# Seen, for strings of 4 bytes:
#   one string     written 05 00 00 00               read 05 00 00 00
#   two strings    written 05 00 00 00, 00 00 00 00  read 05, (nothing)
#   two floats     written 00 00 80 3f, 00 00 00 00  read 00 00 80 3f, (nothing)
#   in the file, two strings   05 00 00 00, 00 00 00 00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tfrecord==1.14.6 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import numpy as np
from tfrecord import TFRecordWriter, example_pb2, tfrecord_loader
from tfrecord.reader import tfrecord_iterator


def as_text(strings):
    return ", ".join(string.hex(" ") or "(nothing)" for string in strings)


def write(strings):
    writer = TFRecordWriter("masks.tfrecord")
    writer.write({"masks": (strings, "byte")})
    writer.close()


for name, strings in (
    ("one string", [bytes([5, 0, 0, 0])]),
    ("two strings", [bytes([5, 0, 0, 0]), bytes(4)]),
    ("two floats", [np.float32(1).tobytes(), np.float32(0).tobytes()]),
):
    write(strings)
    (record,) = tfrecord_loader("masks.tfrecord", None, {"masks": "byte"})
    read = record["masks"] if len(strings) > 1 else [record["masks"]]
    print(f"{name:14} written {as_text(strings):25} read {as_text(map(bytes, read))}")
write([bytes([5, 0, 0, 0]), bytes(4)])
(record,) = tfrecord_iterator("masks.tfrecord")
stored = example_pb2.Example.FromString(bytes(record)).features.feature["masks"].bytes_list.value
print(f"in the file, two strings   {as_text(stored)}")
PYTHON
diff "$folder/seen" - <<'SEEN'
one string     written 05 00 00 00               read 05 00 00 00
two strings    written 05 00 00 00, 00 00 00 00  read 05, (nothing)
two floats     written 00 00 80 3f, 00 00 00 00  read 00 00 80 3f, (nothing)
in the file, two strings   05 00 00 00, 00 00 00 00
SEEN
