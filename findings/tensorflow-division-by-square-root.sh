#!/usr/bin/env bash
# A division by a square root, and a reciprocal, in a graph of TensorFlow.
#
# Version: tensorflow 2.21.0, on Linux x86-64 without a GPU.
# Behaviour: called eagerly, x / sqrt(y) and 1 / y have the bits that IEEE 754 defines. Within a tf.function the graph's
# optimizer makes x * rsqrt(y) and reciprocal(y) of them. Both start from the processor's approximation, so the last bits
# of two in five results change, and they change differently with each maker of processors. A maximum between the root
# and the division prevents it.
# It matters to whoever writes the formula out to get the same bits on every processor.
# Seen, whether all of 10,000 results have the bits of numpy:
#   x / sqrt(y)                eager True   graph False
#   x / maximum(sqrt(y), tiny) eager True   graph True
#   1 / y                      eager True   graph False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>/dev/null <<'PYTHON' | tee "$folder/seen"
import numpy as np
import tensorflow as tf

x, y = np.random.default_rng(0).uniform(0.001, 9, (2, 10_000)).astype("float32")
root = x / np.sqrt(y)
CASES = [
    ("x / sqrt(y)", lambda a, b: a / tf.sqrt(b), root),
    ("x / maximum(sqrt(y), tiny)", lambda a, b: a / tf.maximum(tf.sqrt(b), 1e-12), root),
    ("1 / y", lambda a, b: 1 / b, 1 / y),
]
for name, function, expected in CASES:
    eager, graph = (np.array_equal(one(tf.constant(x), tf.constant(y)), expected) for one in (function, tf.function(function)))
    print(f"{name:26} eager {eager!s:6} graph {graph}")
PYTHON
diff "$folder/seen" - <<'SEEN'
x / sqrt(y)                eager True   graph False
x / maximum(sqrt(y), tiny) eager True   graph True
1 / y                      eager True   graph False
SEEN
