#!/usr/bin/env bash
# Conformal predictions at a confidence that the calibration examples just allow, such as 90 % with 9 of them.
#
# Versions: crepes 0.9.1, numpy 2.4.6, scikit-learn 1.9.1, which crepes needs and does not declare.
# Behaviour: crepes computes with 1 - confidence as it is in floating point, which is a little less than 0.1 for 0.9,
# and a little more than 0.05 for 0.95. So with 9 examples and 0.9, a regressor warns that they are too few and gives an
# infinite interval, where 19 are enough for 0.95. With 99 examples and 0.9 it takes the 91st and not the 90th. And a
# classifier keeps a label whose p-value is 0.1 for 0.9, but leaves out one of 0.05 for 0.95.
# It matters to few examples, and to whoever reads exact guarantees: at the border, rounding decides.
# Seen, without smoothing; the errors of the examples are 1, 2, 3 ...:
#   9 for 0.9    interval +-inf  label of p 0.1 kept
#   19 for 0.95  interval +-19   label of p 0.05 left out
#   99 for 0.9   interval +-91   label of p 0.1 kept
#   99 for 0.99  interval +-99   label of p 0.01 left out
#   9 for 0.7    interval +-7    label of p 0.3 left out
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q crepes==0.9.1 numpy==2.4.6 scikit-learn==1.9.1
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import numpy as np
from crepes import ConformalClassifier, ConformalRegressor


def half_width(errors, confidence):
    (interval,) = ConformalRegressor().fit(errors).predict_int(np.zeros(1), confidence=confidence)
    return interval[1]


def kept(errors, confidence):
    """The p-value of a label at the border of the confidence, and whether the label is kept."""
    allowed = round((1 - confidence) * (len(errors) + 1))
    score = np.array([[len(errors) + 1.5 - allowed]])
    classifier = ConformalClassifier().fit(errors)
    p = classifier.predict_p(score, smoothing=False).item()
    labels = classifier.predict_set(score, confidence=confidence, smoothing=False)
    return f"label of p {p:g} {'kept' if labels.item() else 'left out'}"


for count, confidence in ((9, 0.9), (19, 0.95), (99, 0.9), (99, 0.99), (9, 0.7)):
    errors = np.arange(1.0, count + 1)
    name, interval = f"{count} for {confidence:g}", f"interval +-{half_width(errors, confidence):g}"
    print(f"{name:12} {interval:15} {kept(errors, confidence)}")
PYTHON
diff "$folder/seen" - <<'SEEN'
9 for 0.9    interval +-inf  label of p 0.1 kept
19 for 0.95  interval +-19   label of p 0.05 left out
99 for 0.9   interval +-91   label of p 0.1 kept
99 for 0.99  interval +-99   label of p 0.01 left out
9 for 0.7    interval +-7    label of p 0.3 left out
SEEN
grep -q "calibration examples is too small" "$folder/log"
