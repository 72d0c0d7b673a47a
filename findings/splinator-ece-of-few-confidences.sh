#!/usr/bin/env bash
# splinator's expected calibration error of a model with few confidences, such as one whose outputs are rounded.
#
# Versions: splinator 0.3.0, scikit-learn 1.9.1, numpy 2.4.6, pandas 3.0.6.
# Behaviour: it has scikit-learn's `calibration_curve` make ten bins of as many predictions each, adds up their errors,
# and divides by ten. scikit-learn leaves out empty bins, and predictions of the same confidence are all in one bin,
# which leaves others empty. So the sum has fewer terms than it is divided by, and a bin counts the same whether it has
# a tenth of the predictions or all. A model that says 90 % and is right in half of all cases is wrong by 0.4; splinator
# says 0.04. It is right where all confidences differ.
# It matters to models that are sure, where most confidences are 1.0, and to quantized ones, whose outputs are bytes.
# Seen, for models that are right 40 percentage points less often than they say:
#   0.9 only                   splinator 0.040   weighted 0.399
#   0.6 and 0.9                splinator 0.082   weighted 0.408
#   0.5, 0.6, 0.7, 0.8, 0.9    splinator 0.205   weighted 0.409
#   1.0 for 90 %, 0.5 for 10 % splinator 0.040   weighted 0.400
#   all between 0.5 and 1      splinator 0.410
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q splinator==0.3.0 scikit-learn==1.9.1 numpy==2.4.6 pandas==3.0.6
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
from splinator.metrics import expected_calibration_error

randomness = np.random.default_rng(0)


def by_size(right, confidences):
    """The error of each confidence that occurs, weighted by how often it does."""
    values = np.unique(confidences)
    return sum(abs(np.sum(right[confidences == value] - value)) for value in values) / len(confidences)


def show(name, confidences):
    right = (randomness.random(len(confidences)) < confidences - 0.4).astype(int)
    print(f"{name:26} splinator {expected_calibration_error(right, confidences):.3f}", end="")
    print(f"   weighted {by_size(right, confidences):.3f}" if len(np.unique(confidences)) < 20 else "")


show("0.9 only", np.full(5000, 0.9))
show("0.6 and 0.9", randomness.choice([0.6, 0.9], 5000))
show("0.5, 0.6, 0.7, 0.8, 0.9", randomness.choice([0.5, 0.6, 0.7, 0.8, 0.9], 5000))
show("1.0 for 90 %, 0.5 for 10 %", randomness.choice([1.0, 0.5], 5000, p=[0.9, 0.1]))
show("all between 0.5 and 1", randomness.uniform(0.5, 1, 5000))
PYTHON
diff "$folder/seen" - <<'SEEN'
0.9 only                   splinator 0.040   weighted 0.399
0.6 and 0.9                splinator 0.082   weighted 0.408
0.5, 0.6, 0.7, 0.8, 0.9    splinator 0.205   weighted 0.409
1.0 for 90 %, 0.5 for 10 % splinator 0.040   weighted 0.400
all between 0.5 and 1      splinator 0.410
SEEN
