#!/usr/bin/env bash
# Prediction sets of puncc's APS for the same pictures, one at a time, in pairs and all at once.
#
# Versions: puncc 0.9.3, numpy 1.26.4.
# Behaviour: a set takes the most probable themes until they exceed the calibrated threshold. puncc limits the length of
# a set to the number of pictures in the call, where the number of themes is meant. So one picture gets one theme at
# most, two get two each, and nothing warns. The promised coverage is lost, and what a picture gets depends on how many
# come with it. With as many pictures as themes all is well. `RAPS` does the same, and so do both with randomization,
# which is the default. `LAC`, whose sets have no such limit, does not.
# It matters to a service, which predicts one picture at a time, after tests on a thousand at once.
# Seen, for 8 themes, 90 % and a model whose probabilities are right:
#   APS 2000 at a time   0.957 of the labels in the set   5.91 themes
#   APS    8 at a time   0.957 of the labels in the set   5.91 themes
#   APS    4 at a time   0.815 of the labels in the set   4.00 themes
#   APS    2 at a time   0.550 of the labels in the set   2.00 themes
#   APS    1 at a time   0.344 of the labels in the set   1.00 themes
#   LAC 2000 at a time   0.895 of the labels in the set   4.79 themes
#   LAC    1 at a time   0.895 of the labels in the set   4.79 themes
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q puncc==0.9.3 numpy==1.26.4
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
from deel.puncc.api.prediction import BasePredictor
from deel.puncc.classification import APS, LAC
from deel.puncc.metrics import classification_mean_coverage, classification_mean_size

THEMES = 8
randomness = np.random.default_rng(0)
probabilities = randomness.dirichlet(np.ones(THEMES), 4000)
labels = np.array([randomness.choice(THEMES, p=row) for row in probabilities])
calibration, new = slice(0, 2000), slice(2000, 4000)


class Known(BasePredictor):
    """A calibrated model: it gets the probabilities from which the labels were drawn."""

    def predict(self, X, **kwargs):
        return X


def show(name, method, batch):
    """The sets of 2,000 new pictures at 90 %, asked for in batches."""
    method.fit(X_calib=probabilities[calibration], y_calib=labels[calibration])
    rows = probabilities[new]
    sets = [one for start in range(0, len(rows), batch) for one in method.predict(rows[start : start + batch], 0.1)[1]]
    coverage, size = classification_mean_coverage(labels[new], sets), classification_mean_size(sets)
    print(f"{name} {batch:4} at a time   {coverage:.3f} of the labels in the set   {size:.2f} themes")


for batch in (2000, 8, 4, 2, 1):
    show("APS", APS(Known(None, is_trained=True), train=False, rand=False), batch)
for batch in (2000, 1):
    show("LAC", LAC(Known(None, is_trained=True), train=False), batch)
PYTHON
diff "$folder/seen" - <<'SEEN'
APS 2000 at a time   0.957 of the labels in the set   5.91 themes
APS    8 at a time   0.957 of the labels in the set   5.91 themes
APS    4 at a time   0.815 of the labels in the set   4.00 themes
APS    2 at a time   0.550 of the labels in the set   2.00 themes
APS    1 at a time   0.344 of the labels in the set   1.00 themes
LAC 2000 at a time   0.895 of the labels in the set   4.79 themes
LAC    1 at a time   0.895 of the labels in the set   4.79 themes
SEEN
