#!/usr/bin/env bash
# `Index.add` of usearch without keys, after a vector was removed.
#
# Versions: usearch 2.26.6, numpy 2.4.6.
# Behaviour: where no keys are given, it numbers the vectors from the size of the index on. That is free only if the
# keys in use are 0, 1, 2 and so on. After a removal, the last key is taken: an index raises RuntimeError, "Duplicate
# keys not allowed", again with each call, since its size stays as it is. An index with `multi=True` accepts it, and two
# pictures share one key. The same happens where the first keys were chosen by the caller. Nothing says so.
# It matters to a catalogue that loses a picture and gets another: no vector can be added, or a search finds the key of
# a wrong picture.
# Seen, with four vectors of which the second was removed, and with one whose key was chosen:
#   plain, one removed       keys 0 2 3   next: RuntimeError, tried again: RuntimeError
#   multi, one removed       keys 0 2 3   next: key 3, which 2 vectors have, tried again: key 4
#   plain, key 1 was chosen  keys 1       next: RuntimeError, tried again: RuntimeError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q usearch==2.26.6 numpy==2.4.6
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import numpy as np
from usearch.index import Index

vectors = np.eye(6, dtype=np.float32)


def add_next(index, vector):
    """The key that a vector gets, or the name of the error."""
    try:
        (key,) = index.add(None, vector)
    except RuntimeError as error:
        return type(error).__name__
    count = index.count(int(key))
    return f"key {key}" if count == 1 else f"key {key}, which {count} vectors have"


def show(name, index):
    keys = " ".join(str(key) for key in sorted(index.keys))
    first, second = add_next(index, vectors[4]), add_next(index, vectors[5])
    print(f"{name:24} keys {keys:7} next: {first}, tried again: {second}")


for name, multi in (("plain, one removed", False), ("multi, one removed", True)):
    index = Index(ndim=6, multi=multi)
    index.add(None, vectors[:4])
    index.remove(1)
    show(name, index)
index = Index(ndim=6)
index.add(1, vectors[0])
show("plain, key 1 was chosen", index)
PYTHON
diff "$folder/seen" - <<'SEEN'
plain, one removed       keys 0 2 3   next: RuntimeError, tried again: RuntimeError
multi, one removed       keys 0 2 3   next: key 3, which 2 vectors have, tried again: key 4
plain, key 1 was chosen  keys 1       next: RuntimeError, tried again: RuntimeError
SEEN
