#!/usr/bin/env bash
# The Cox slope and intercept that calzone gives for each theme.
#
# Versions: calzone-tool 0.1.0, statsmodels 0.15.0, numpy 2.4.6, scipy 1.17.1.
# Behaviour: `CalibrationMetrics(class_to_calculate=...)` takes "the class index to calculate the metrics for". It does
# not pass it on to the Cox regression, so the slope and the intercept are those of class 1 for every class; the other
# metrics are those of the class. `cox_regression_analysis` takes the number too. It looks for that class in the labels,
# but always takes the probabilities of class 1. So it regresses one class on another: a calibrated model of two classes
# has the slope -1 for class 0, where a slope near 1 means that a class is calibrated.
# It matters to whoever looks for the theme that is badly calibrated.
# Seen, slope and intercept; "alone" is the same regression with the class as the second of two:
#   class 0 of 2, calibrated metrics  1.03  0.03  function -1.03 -0.03  alone  1.03 -0.03
#   class 1 of 2, calibrated metrics  1.03  0.03  function  1.03  0.03  alone  1.03  0.03
#   class 0 of 3, 0 too sure metrics  0.67 -0.31  function -0.35 -1.10  alone  0.34  0.04
#   class 1 of 3, 0 too sure metrics  0.67 -0.31  function  0.67 -0.31  alone  0.67 -0.31
#   class 2 of 3, 0 too sure metrics  0.67 -0.31  function -0.09 -0.82  alone  0.66 -0.32
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q calzone-tool==0.1.0 statsmodels==0.15.0 numpy==2.4.6 scipy==1.17.1
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
from calzone.metrics import CalibrationMetrics, cox_regression_analysis

randomness = np.random.default_rng(0)


def alone(labels, probabilities, number):
    """The regression of one class against the rest, as class 1 of two."""
    chosen = probabilities[:, number]
    return cox_regression_analysis((labels == number).astype(int), np.column_stack((1 - chosen, chosen)))


def show(name, labels, probabilities, number):
    metrics = CalibrationMetrics(class_to_calculate=number).calculate_metrics(labels, probabilities, ["COX"])
    pairs = {
        "metrics": (metrics["COX coef"], metrics["COX intercept"]),
        "function": cox_regression_analysis(labels, probabilities, class_to_calculate=number)[:2],
        "alone": alone(labels, probabilities, number)[:2],
    }
    print(f"{name:24}", "  ".join(f"{way} {slope:5.2f} {intercept:5.2f}" for way, (slope, intercept) in pairs.items()))


def labels_of(probabilities):
    return np.array([randomness.choice(len(row), p=row) for row in probabilities])


right = randomness.dirichlet(np.ones(2), 5000)
labels = labels_of(right)
for number in range(2):
    show(f"class {number} of 2, calibrated", labels, right, number)

right = randomness.dirichlet(np.ones(3), 5000)
labels = labels_of(right)
sure = 1 / (1 + (1 / right[:, 0] - 1) ** 3)  # three times the log-odds
rest = right[:, 1:] / right[:, 1:].sum(axis=1, keepdims=True) * (1 - sure[:, None])
for number in range(3):
    show(f"class {number} of 3, 0 too sure", labels, np.column_stack((sure, rest)), number)
PYTHON
diff "$folder/seen" - <<'SEEN'
class 0 of 2, calibrated metrics  1.03  0.03  function -1.03 -0.03  alone  1.03 -0.03
class 1 of 2, calibrated metrics  1.03  0.03  function  1.03  0.03  alone  1.03  0.03
class 0 of 3, 0 too sure metrics  0.67 -0.31  function -0.35 -1.10  alone  0.34  0.04
class 1 of 3, 0 too sure metrics  0.67 -0.31  function  0.67 -0.31  alone  0.67 -0.31
class 2 of 3, 0 too sure metrics  0.67 -0.31  function -0.09 -0.82  alone  0.66 -0.32
SEEN
