#!/usr/bin/env bash
# Keras's top-k accuracy where scores tie, and where one of them is minus infinity.
#
# Versions: keras 3.15.1, tensorflow 2.21.0.
# Behaviour: with TensorFlow, Keras counts a class as one of the best k if fewer than k have a higher score. All that
# tie at the border are in. So a model that gives all classes the same score has a top-k accuracy of 1 for any k, also
# for k = 1, where the accuracy is that of a guess. And a row with a score that isn't finite counts as wrong for every
# k. Keras's documentation says neither.
# It matters to saturated and quantized models, whose scores tie often: one that has collapsed looks perfect. And it
# matters to whoever rules classes out with minus infinity: the right answers among the others don't count.
# Seen, for 3 pictures of the classes 0, 1 and 2:
#   equal scores        accuracy 0.33  top 1 1.00  top 2 1.00
#   all right           accuracy 1.00  top 1 1.00  top 2 1.00
#   one class ruled out accuracy 1.00  top 1 0.67  top 2 0.67
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>/dev/null <<'PYTHON' | tee "$folder/seen"
import keras
import numpy as np

right = np.array([[3, 1, 2], [1, 3, 2], [1, 2, 3]], np.float32)
ruled_out = right.copy()
ruled_out[0, 1] = -np.inf


def share(metric, scores):
    metric.update_state(np.arange(3), scores)
    return f"{float(metric.result()):.2f}"


for name, scores in (("equal scores", np.ones_like(right)), ("all right", right), ("one class ruled out", ruled_out)):
    accuracy = share(keras.metrics.SparseCategoricalAccuracy(), scores)
    top_1, top_2 = (share(keras.metrics.SparseTopKCategoricalAccuracy(k), scores) for k in (1, 2))
    print(f"{name:19} accuracy {accuracy}  top 1 {top_1}  top 2 {top_2}")
PYTHON
diff "$folder/seen" - <<'SEEN'
equal scores        accuracy 0.33  top 1 1.00  top 2 1.00
all right           accuracy 1.00  top 1 1.00  top 2 1.00
one class ruled out accuracy 1.00  top 1 0.67  top 2 0.67
SEEN
