#!/usr/bin/env bash
# Keras's Solarization layer with a range of thresholds, such as 0.5 to 0.5 of the brightest level.
#
# Versions: keras 3.15.1, tensorflow 2.21.0.
# Behaviour: only the upper end of the range is multiplied by 255, the lower one is taken as a level. So 0.5 to 0.5
# draws a threshold between 0.5 and 127.5 in each call, and 0.9 to 1 one between 0.9 and 255. The documentation has a
# value sampled from the range that is given, and the layer refuses numbers above 1. `addition_factor` has the same
# fault.
# It matters to whoever wants only the bright parts inverted: dark ones are, in most calls.
# Seen, the lowest and the highest threshold in 500 calls, in tens:
#   (0.5, 0.5)  0 to 120
#   (0.9, 1)    0 to 250
#   0.5         0 to 120
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>/dev/null <<'PYTHON' | tee "$folder/seen"
import numpy as np
from keras.layers import Solarization

levels = np.arange(256, dtype=np.float32).reshape(1, 16, 16, 1)


def threshold(layer):
    """The first level that one call inverts."""
    changed = np.asarray(layer(levels, training=True)).ravel() != levels.ravel()
    return int(changed.argmax()) if changed.any() else 256


for factor in ((0.5, 0.5), (0.9, 1), 0.5):
    layer = Solarization(threshold_factor=factor, seed=0)
    found = [threshold(layer) for _ in range(500)]
    print(f"{factor!s:11} {min(found) // 10 * 10} to {max(found) // 10 * 10}")
PYTHON
diff "$folder/seen" - <<'SEEN'
(0.5, 0.5)  0 to 120
(0.9, 1)    0 to 250
0.5         0 to 120
SEEN
