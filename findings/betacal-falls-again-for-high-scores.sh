#!/usr/bin/env bash
# Beta calibration with the parameters a and b, for a theme that has become rarer than it was in training.
#
# Versions: betacal 1.1.0, scikit-learn 1.9.1, numpy 2.4.6, scipy 1.17.1.
# Behaviour: the method's paper has a and b at least 0, so that a higher score stays higher. With all three parameters,
# betacal keeps to that: where one of them comes out negative, it drops it and fits again. With "ab" it does not look.
# The curve then falls again towards high scores, often to 0, so the best matches come last, and ranks are lost, which
# no calibration should do. Nothing warns: fitting also switches off all warnings of the program, for good.
# It matters to whoever takes the smaller model for a few examples: the surest pictures get "not sure".
# Seen, for a theme that pictures have with 0.3 times their score; the area is that under the ROC curve:
#   score          0.10 0.50 0.90 0.99   area 0.70
#   calibrated abm 0.03 0.15 0.27 0.30   area 0.70
#   calibrated am  0.06 0.13 0.26 0.47   area 0.70
#   calibrated ab  0.03 0.50 0.34 0.03   area 0.61
#   ab has a 2.7 and b -1.4; filter of warnings: ignore Warning
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q betacal==1.1.0 scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import warnings

import numpy as np
from betacal import BetaCalibration
from sklearn.metrics import roc_auc_score

randomness = np.random.default_rng(0)
scores = randomness.random(5000)
labels = (randomness.random(5000) < 0.3 * scores).astype(int)
points = np.array([0.1, 0.5, 0.9, 0.99])


def show(name, values, area):
    print(f"{name:14}", " ".join(f"{value:.2f}" for value in values), f"  area {area:.2f}")


show("score", points, roc_auc_score(labels, scores))
for parameters in ("abm", "am", "ab"):
    model = BetaCalibration(parameters).fit(scores, labels)
    show(f"calibrated {parameters}", model.predict(points), roc_auc_score(labels, model.predict(scores)))
a, b, _ = model.calibrator_.map_
print(f"ab has a {a:.1f} and b {b:.1f}; filter of warnings: {warnings.filters[0][0]} {warnings.filters[0][2].__name__}")
PYTHON
diff "$folder/seen" - <<'SEEN'
score          0.10 0.50 0.90 0.99   area 0.70
calibrated abm 0.03 0.15 0.27 0.30   area 0.70
calibrated am  0.06 0.13 0.26 0.47   area 0.70
calibrated ab  0.03 0.50 0.34 0.03   area 0.61
ab has a 2.7 and b -1.4; filter of warnings: ignore Warning
SEEN
