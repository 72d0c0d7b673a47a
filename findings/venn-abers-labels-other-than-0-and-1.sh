#!/usr/bin/env bash
# Venn-ABERS calibration of a classifier's probabilities, where the labels are 1 and 2, or one of three has no example.
#
# Versions: venn-abers 1.5.4, mapie 1.6.0, numpy 2.4.6, scikit-learn 1.9.1.
# Behaviour: `VennAbersCalibrator` without an estimator looks at the labels of the calibration examples. If there are at
# most two, it takes the binary method, which computes with the labels as numbers. Where they aren't 0 and 1,
# "probabilities" are below 0 and above 1. So it is with three classes of which one has no example; its column is gone
# too, although the classifier's probabilities have three. Nothing warns. Given an estimator, it takes any two labels
# for classes. MAPIE's `VennAbersCalibrator` of a fitted estimator, whose code is from there, computes with 1 and 2 too.
# It matters to rare classes: whether one is missing depends on the draw of the calibration examples.
# Seen, the columns of the answer and the range of its values:
#   labels 0 1           2 columns, 0.1 to 0.9
#   labels 1 2           2 columns, -3.5 to 4.5
#   labels -1 1          2 columns, -5.5 to 6.5
#   labels 0 1 2         3 columns, 0.1 to 0.8
#   labels 0 1 2, no 2   2 columns, 0.1 to 0.9
#   labels 0 1 2, no 1   2 columns, -0.4 to 1.4
#   labels 0 1 2, no 0   2 columns, -0.4 to 1.4
#   labels 1 2, estimator given: 0.1 to 0.9
#   labels 0 1, MAPIE: 0.1 to 0.9
#   labels 1 2, MAPIE: -3.5 to 4.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q venn-abers==1.5.4 mapie==1.6.0 numpy==2.4.6 scikit-learn==1.9.1
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import mapie.calibration
import numpy as np
from sklearn.naive_bayes import GaussianNB
from venn_abers import VennAbersCalibrator

centres = np.array([[-2.0, 0.0], [2.0, 0.0], [0.0, 3.0]])


def examples(labels):
    """60 points, each near the centre of its label."""
    classes = np.arange(60) % len(labels)
    return centres[classes] + np.random.default_rng(0).normal(size=(60, 2)) * 1.2, np.array(labels)[classes]


def calibrate(labels, missing=None):
    """Train on 20 points, calibrate with the others but those of one label, and ask for the centres."""
    points, truth = examples(labels)
    model = GaussianNB().fit(points[:20], truth[:20])
    kept = np.arange(20, 60)[truth[20:] != missing]
    given = {"p_cal": model.predict_proba(points[kept]), "y_cal": truth[kept]}
    answer = VennAbersCalibrator().predict_proba(**given, p_test=model.predict_proba(centres[: len(labels)]))
    name = "labels " + " ".join(map(str, labels)) + (f", no {missing}" if missing is not None else "")
    print(f"{name:20} {answer.shape[1]} columns, {answer.min():.1f} to {answer.max():.1f}")


calibrate([0, 1])
calibrate([1, 2])
calibrate([-1, 1])
for missing in (None, 2, 1, 0):
    calibrate([0, 1, 2], missing)
answer = VennAbersCalibrator(GaussianNB(), cal_size=40, random_state=0).fit(*examples([1, 2])).predict_proba(centres)
print(f"labels 1 2, estimator given: {answer.min():.1f} to {answer.max():.1f}")
for labels in ([0, 1], [1, 2]):
    points, truth = examples(labels)
    fitted = mapie.calibration.VennAbersCalibrator(GaussianNB().fit(points[:20], truth[:20]), cv="prefit")
    answer = fitted.fit(points[20:], truth[20:]).predict_proba(centres)
    print(f"labels {labels[0]} {labels[1]}, MAPIE: {answer.min():.1f} to {answer.max():.1f}")
PYTHON
diff "$folder/seen" - <<'SEEN'
labels 0 1           2 columns, 0.1 to 0.9
labels 1 2           2 columns, -3.5 to 4.5
labels -1 1          2 columns, -5.5 to 6.5
labels 0 1 2         3 columns, 0.1 to 0.8
labels 0 1 2, no 2   2 columns, 0.1 to 0.9
labels 0 1 2, no 1   2 columns, -0.4 to 1.4
labels 0 1 2, no 0   2 columns, -0.4 to 1.4
labels 1 2, estimator given: 0.1 to 0.9
labels 0 1, MAPIE: 0.1 to 0.9
labels 1 2, MAPIE: -3.5 to 4.5
SEEN
