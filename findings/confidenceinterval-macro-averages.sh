#!/usr/bin/env bash
# The confidence intervals of macro-averaged F1, precision and recall, by the package's default method.
#
# Versions: confidenceinterval 1.0.5, numpy 2.4.6, scikit-learn 1.9.1, scipy 1.17.1.
# Behaviour: its documentation has the delta method, with the covariance diag(p) - p pT. It computes p * p.transpose()
# of a flat array, which is p squared and no matrix. So the interval of macro-F1 is four times too wide for a good model
# of three classes, reaches beyond 1, and is too narrow with ten classes. Those of precision and recall are too narrow.
# Nothing warns. The micro averages are right, and so is the bootstrap, where it is asked for.
# It matters to comparisons of models by their macro-F1: a real difference looks like chance, or chance like a real one.
# Seen, in 300 draws of 300 predictions each: the spread of the score, the spread that the intervals of 95 % claim, and
# how many of them hold the true score:
#   macro f1         3 classes, 0.98 right: spread 0.008, claimed 0.034, holds 100%
#   macro f1         3 classes, 0.50 right: spread 0.031, claimed 0.042, holds 98%
#   macro f1        10 classes, 0.50 right: spread 0.031, claimed 0.023, holds 85%
#   macro precision  3 classes, 0.50 right: spread 0.031, claimed 0.020, holds 82%
#   macro precision 10 classes, 0.50 right: spread 0.031, claimed 0.017, holds 74%
#   macro recall    10 classes, 0.50 right: spread 0.031, claimed 0.017, holds 74%
#   micro recall    10 classes, 0.50 right: spread 0.031, claimed 0.029, holds 93%
#   macro f1 of 300 right ones: 1.00, 0.93 to 1.07
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q confidenceinterval==1.0.5 numpy==2.4.6 scikit-learn==1.9.1 scipy==1.17.1
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import confidenceinterval
import numpy as np

SCORES = {
    "f1": confidenceinterval.f1_score,
    "precision": confidenceinterval.precision_score,
    "recall": confidenceinterval.recall_score,
}


def draw(random, classes, right):
    """300 labels, equally frequent, and predictions that miss equally often in all directions."""
    labels = np.arange(300) % classes
    missed = random.random(300) >= right
    return labels.tolist(), ((labels + missed * random.integers(1, classes, 300)) % classes).tolist()


def try_out(name, classes, right, average="macro"):
    random = np.random.default_rng(0)
    drawn = [SCORES[name](*draw(random, classes, right), average=average) for _ in range(300)]
    scores = [score for score, _ in drawn]
    claimed = np.mean([high - low for _, (low, high) in drawn]) / 2 / 1.96
    holds = np.mean([low <= right <= high for _, (low, high) in drawn])
    what = f"{average} {name:9} {classes:2} classes, {right:.2f} right"
    print(f"{what}: spread {np.std(scores):.3f}, claimed {claimed:.3f}, holds {holds:.0%}")


try_out("f1", 3, 0.98)
try_out("f1", 3, 0.5)
try_out("f1", 10, 0.5)
try_out("precision", 3, 0.5)
try_out("precision", 10, 0.5)
try_out("recall", 10, 0.5)
try_out("recall", 10, 0.5, "micro")
right = [k % 3 for k in range(300)]
score, (low, high) = SCORES["f1"](right, right, average="macro")
print(f"macro f1 of 300 right ones: {score:.2f}, {low:.2f} to {high:.2f}")
PYTHON
diff "$folder/seen" - <<'SEEN'
macro f1         3 classes, 0.98 right: spread 0.008, claimed 0.034, holds 100%
macro f1         3 classes, 0.50 right: spread 0.031, claimed 0.042, holds 98%
macro f1        10 classes, 0.50 right: spread 0.031, claimed 0.023, holds 85%
macro precision  3 classes, 0.50 right: spread 0.031, claimed 0.020, holds 82%
macro precision 10 classes, 0.50 right: spread 0.031, claimed 0.017, holds 74%
macro recall    10 classes, 0.50 right: spread 0.031, claimed 0.017, holds 74%
micro recall    10 classes, 0.50 right: spread 0.031, claimed 0.029, holds 93%
macro f1 of 300 right ones: 1.00, 0.93 to 1.07
SEEN
