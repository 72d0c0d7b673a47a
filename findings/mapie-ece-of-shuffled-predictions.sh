#!/usr/bin/env bash
# MAPIE's expected calibration error of the same predictions, sorted by confidence and shuffled.
#
# Versions: mapie 1.6.0, numpy 2.4.6, scikit-learn 1.9.1.
# Behaviour: with the strategy "array split", `expected_calibration_error` cuts the array of confidences into pieces and
# takes the largest of each for the end of a bin. It doesn't sort them first. In a shuffled array, each piece has a
# confidence close to the highest, so all ends are there, nearly all predictions are in the first bin, and errors of
# opposite sign cancel out. So the score depends on the order of the rows, and is far too low for all but sorted ones.
# The other two strategies, "uniform" and "quantile", don't depend on it. `top_label_ece` makes its bins the same way.
# It matters to whoever compares models: those that are far from calibrated look as if they were.
# Seen, for confidences that are 0.2 too low below a half and 0.2 too high above it, in 10 bins:
#   sorted           array split 0.188  uniform 0.182  quantile 0.174
#   the highest first array split 0.188  uniform 0.182  quantile 0.174
#   shuffled         array split 0.018  uniform 0.182  quantile 0.174
#   shuffled         array split 0.012  uniform 0.182  quantile 0.174
#   shuffled         array split 0.013  uniform 0.182  quantile 0.174
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q mapie==1.6.0 numpy==2.4.6 scikit-learn==1.9.1
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
from mapie.metrics.calibration import expected_calibration_error

randomness = np.random.default_rng(0)
confidences = np.sort(randomness.beta(0.5, 0.5, 2000))
right = (randomness.random(2000) < np.where(confidences < 0.5, confidences + 0.2, confidences - 0.2)).astype(int)


def show(name, order):
    scores = [
        f"{strategy} {expected_calibration_error(right[order], confidences[order], 10, strategy):.3f}"
        for strategy in ("array split", "uniform", "quantile")
    ]
    print(f"{name:16}", "  ".join(scores))


everything = np.arange(2000)
show("sorted", everything)
show("the highest first", everything[::-1])
for _ in range(3):
    show("shuffled", randomness.permutation(everything))
PYTHON
diff "$folder/seen" - <<'SEEN'
sorted           array split 0.188  uniform 0.182  quantile 0.174
the highest first array split 0.188  uniform 0.182  quantile 0.174
shuffled         array split 0.018  uniform 0.182  quantile 0.174
shuffled         array split 0.012  uniform 0.182  quantile 0.174
shuffled         array split 0.013  uniform 0.182  quantile 0.174
SEEN
