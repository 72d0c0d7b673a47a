#!/usr/bin/env bash
# Vectors for a voyager index that are a view of some columns, or that lie in columns, as pandas and numpy's SVD give.
#
# Versions: voyager 2.2.3, numpy 2.4.6, hnswlib 0.8.0 to compare.
# Behaviour: it accepts the array, takes its shape, and reads its memory from the start as if row followed row. So the
# first half of the columns gets vectors from other halves, and Fortran order mixes the rows. A vector that is a column
# becomes a piece of a row. `add_items`, `add_item` and `query` all do so. Nothing warns. `np.ascontiguousarray` before
# each call puts it right. hnswlib, on which voyager is based, reads the same arrays rightly.
# It matters to embeddings that come out of a decomposition, a transposition or a table: the index finds nothing useful.
# Seen, for an array of the numbers 0 to 7 in two rows of four:
#   as it is                voyager 0 1 2 3 | 4 5 6 7   hnswlib 0 1 2 3 | 4 5 6 7
#   in Fortran order        voyager 0 4 1 5 | 2 6 3 7   hnswlib 0 1 2 3 | 4 5 6 7
#   the first two columns   voyager 0 1 | 2 3           hnswlib 0 1 | 4 5
#   the first column        voyager 0 1                 hnswlib 0 4
#   the vectors as they are, asked for in Fortran order: distances 14, 14 and 0, 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q voyager==2.2.3 hnswlib==0.8.0 numpy==2.4.6
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import hnswlib
import numpy as np
import voyager


def indexes(vectors):
    """Both indexes with the vectors of an array, shape (count, size), or with one vector."""
    size, count = vectors.shape[-1], len(vectors) if vectors.ndim == 2 else 1
    first, second = voyager.Index(voyager.Space.Euclidean, size), hnswlib.Index("l2", size)
    (first.add_items if vectors.ndim == 2 else first.add_item)(vectors)
    second.init_index(count)
    second.add_items(vectors)
    return first, second


def as_text(index, count):
    vectors = index.get_vectors(range(count)) if isinstance(index, voyager.Index) else index.get_items(range(count))
    return " | ".join(" ".join(f"{value:g}" for value in vector) for vector in vectors)


rows = np.arange(8, dtype=np.float32).reshape(2, 4)
for name, vectors, count in (
    ("as it is", rows, 2),
    ("in Fortran order", np.asfortranarray(rows), 2),
    ("the first two columns", rows[:, :2], 2),
    ("the first column", rows[:, 0], 1),
):
    first, second = indexes(vectors)
    print(f"{name:23} voyager {as_text(first, count):19} hnswlib {as_text(second, count)}")
first, second = indexes(rows)
asked = np.asfortranarray(rows)
distances = [f"{a:g}, {b:g}" for a, b in (first.query(asked, 1)[1][:, 0], second.knn_query(asked, 1)[1][:, 0])]
print("the vectors as they are, asked for in Fortran order: distances", " and ".join(distances))
PYTHON
diff "$folder/seen" - <<'SEEN'
as it is                voyager 0 1 2 3 | 4 5 6 7   hnswlib 0 1 2 3 | 4 5 6 7
in Fortran order        voyager 0 4 1 5 | 2 6 3 7   hnswlib 0 1 2 3 | 4 5 6 7
the first two columns   voyager 0 1 | 2 3           hnswlib 0 1 | 4 5
the first column        voyager 0 1                 hnswlib 0 4
the vectors as they are, asked for in Fortran order: distances 14, 14 and 0, 0
SEEN
