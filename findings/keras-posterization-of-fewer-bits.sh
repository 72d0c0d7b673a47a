#!/usr/bin/env bash
# Keras's RandomPosterization layer with a number of bits.
#
# Versions: keras 3.15.1, tensorflow 2.21.0.
# Behaviour: its documentation says "factor: integer, the number of bits to keep for each channel". The layer keeps a
# random number of bits, from 1 to one less than that. So 8, which would keep everything, keeps at most 7, and 2 keeps
# one. A range leaves out its upper end too. Twice the same number, as in (4, 4), keeps that many.
# It matters to whoever asks for a mild change: some pictures come back in two levels.
# Seen, the bits that are kept of 256 levels in 200 calls:
#   1       1
#   2       1
#   4       1 2 3
#   8       1 2 3 4 5 6 7
#   (6, 8)  6 7
#   (4, 4)  4
#   (8, 8)  8
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>/dev/null <<'PYTHON' | tee "$folder/seen"
import numpy as np
from keras.layers import RandomPosterization

levels = np.arange(256, dtype=np.float32).reshape(1, 16, 16, 1)


def bits(layer):
    """How many bits one call keeps."""
    return int(np.log2(len(np.unique(layer(levels, training=True)))))


for factor in (1, 2, 4, 8, (6, 8), (4, 4), (8, 8)):
    layer = RandomPosterization(factor, seed=0)
    print(f"{factor!s:7}", *sorted({bits(layer) for _ in range(200)}))
PYTHON
diff "$folder/seen" - <<'SEEN'
1       1
2       1
4       1 2 3
8       1 2 3 4 5 6 7
(6, 8)  6 7
(4, 4)  4
(8, 8)  8
SEEN
