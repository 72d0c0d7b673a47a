#!/usr/bin/env bash
# `tfrecord_loader` of a TFRecord file, with and without its index.
#
# Version: tfrecord 1.14.6.
# Behaviour: the documentation recommends an index for each file, and has the loader shuffle where a queue size is
# given. But given an index and no shard, it starts at a random record, goes to the end, and then reads those before. So
# an index alone changes the order, with each opening. `TFRecordDataset` for PyTorch does the same without workers; each
# worker reads its shard in order. Nothing says so.
# It matters to whoever joins predictions with other columns by their place in the file: they are those of other
# pictures.
# Seen, for a file of the records 0 to 9, opened 100 times:
#   without an index         1 order,   the first opening 0 1 2 3 4 5 6 7 8 9
#   with an index            10 orders, the first opening 5 6 7 8 9 0 1 2 3 4
#   with an index, shard 1   1 order,   the first opening 5 6 7 8 9
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tfrecord==1.14.6 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import subprocess
import sys

import numpy as np
from tfrecord import TFRecordWriter, tfrecord_loader

writer = TFRecordWriter("numbers.tfrecord")
for number in range(10):
    writer.write({"number": (number, "int")})
writer.close()
subprocess.run([sys.executable, "-m", "tfrecord.tools.tfrecord2idx", "numbers.tfrecord", "numbers.index"], check=True)
np.random.seed(0)


def order(index, shard):
    return tuple(record["number"].item() for record in tfrecord_loader("numbers.tfrecord", index, shard=shard))


for name, index, shard in (
    ("without an index", None, None),
    ("with an index", "numbers.index", None),
    ("with an index, shard 1", "numbers.index", (1, 2)),
):
    orders = [order(index, shard) for _ in range(100)]
    count = len(set(orders))
    first = " ".join(map(str, orders[0]))
    print(f"{name:24} {f'{count} order' + 's,' [count == 1 :]:10} the first opening {first}")
PYTHON
diff "$folder/seen" - <<'SEEN'
without an index         1 order,   the first opening 0 1 2 3 4 5 6 7 8 9
with an index            10 orders, the first opening 5 6 7 8 9 0 1 2 3 4
with an index, shard 1   1 order,   the first opening 5 6 7 8 9
SEEN
