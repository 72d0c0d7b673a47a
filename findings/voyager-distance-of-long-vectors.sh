#!/usr/bin/env bash
# `Index.get_distance` of a voyager index for inner products, whose vectors differ in length.
#
# Versions: voyager 2.2.3, numpy 2.4.6.
# Behaviour: `query` gives 1 minus the inner product. `get_distance` promises "the distance between two provided
# vectors". It gives the same only as long as the index has no longer vectors than these two. Such an index adds a
# dimension, which brings all vectors to about the length of its longest. A query has 0 there, but `get_distance` fills
# it for both vectors and counts the product of the two. So one long vector changes the distances of all others, and
# their order. Nothing warns.
# It matters to whoever ranks again, or sets a threshold, with distances of pairs: they are not those of the query.
# Seen, from (1, 0) to the items of an index:
#   (0.5, 0.5)             query 0.5      get_distance 0.5
#   (0.5, 0.5), (2, 9)     query 0.5, -1  get_distance -80.5, -1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q voyager==2.2.3 numpy==2.4.6
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import numpy as np
from voyager import Index, Space

asked = np.array([1, 0], np.float32)
items = np.array([[0.5, 0.5], [2, 9]], np.float32)
index = Index(Space.InnerProduct, 2)
for item in items:
    number = index.add_item(item)
    found, distances = index.query(asked, number + 1)
    by_query = ", ".join(f"{distance:g}" for _, distance in sorted(zip(found, distances, strict=True)))
    by_pair = ", ".join(f"{index.get_distance(asked, other):g}" for other in items[: number + 1])
    names = ", ".join(f"({x:g}, {y:g})" for x, y in items[: number + 1])
    print(f"{names:22} query {by_query:8} get_distance {by_pair}")
PYTHON
diff "$folder/seen" - <<'SEEN'
(0.5, 0.5)             query 0.5      get_distance 0.5
(0.5, 0.5), (2, 9)     query 0.5, -1  get_distance -80.5, -1
SEEN
