#!/usr/bin/env bash
# mlxtend's .632+ bootstrap of a classifier that finds little or nothing to learn in a few examples.
#
# Versions: mlxtend 0.25.0, numpy 2.4.6, scikit-learn 1.9.1.
# Behaviour: .632+ mixes the error in training and that on the examples left out, with a weight that grows with the
# overfitting. Efron and Tibshirani (1997), whom its documentation cites, keep the overfitting between 0 and 1, which
# keeps the weight between 0.632 and 1. mlxtend does not. Where a draw does worse than chance, the weight grows beyond
# 1, to infinity, and is negative after that. So some accuracies are far below 0 or above 1, and the mean and the
# percentiles that its documentation takes of them say nothing. A draw that is as good as chance in training may be
# nan. The methods "oob" and ".632" stay between 0 and 1. For such values, nothing but nan warns.
# It matters to small and hard groups of pictures, which .632+ was made for.
# Seen, for 40 examples, 200 draws and two labels, the lowest and the highest accuracy:
#   weak signal, 5 neighbours       oob 0.25 to 0.91  .632 0.38 to 0.86  .632+ -8.43 to 3.04, 12 outside of 0 to 1
#   random labels, 5 neighbours     oob 0.20 to 0.83  .632 0.32 to 0.80  .632+ -8.43 to 2.57, 22 outside of 0 to 1
#   random labels, always one       oob 0.08 to 0.67  .632 0.24 to 0.61  .632+ 0.50 to 0.50, 29 are nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q mlxtend==0.25.0 numpy==2.4.6 scikit-learn==1.9.1
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import numpy as np
from mlxtend.evaluate import bootstrap_point632_score
from sklearn.dummy import DummyClassifier
from sklearn.neighbors import KNeighborsClassifier

generator = np.random.default_rng(0)
noise = generator.normal(size=(40, 10))
labels = generator.permutation(40) % 2
signal = noise + np.stack([labels, *np.zeros((9, 40))], axis=1)


def spread(model, examples, method):
    """The range of the accuracies, and how many are none."""
    scores = bootstrap_point632_score(model, examples, labels, 200, method=method, random_seed=0)
    outside, missing = np.sum((scores < 0) | (scores > 1)), np.sum(np.isnan(scores))
    strange = f", {outside} outside of 0 to 1" * bool(outside) + f", {missing} are nan" * bool(missing)
    return f"{method} {np.nanmin(scores):.2f} to {np.nanmax(scores):.2f}{strange}"


for name, model, examples in (
    ("weak signal, 5 neighbours", KNeighborsClassifier(5), signal),
    ("random labels, 5 neighbours", KNeighborsClassifier(5), noise),
    ("random labels, always one", DummyClassifier(), noise),
):
    print(f"{name:30}", *(spread(model, examples, method) for method in ("oob", ".632", ".632+")), sep="  ")
PYTHON
diff "$folder/seen" - <<'SEEN'
weak signal, 5 neighbours       oob 0.25 to 0.91  .632 0.38 to 0.86  .632+ -8.43 to 3.04, 12 outside of 0 to 1
random labels, 5 neighbours     oob 0.20 to 0.83  .632 0.32 to 0.80  .632+ -8.43 to 2.57, 22 outside of 0 to 1
random labels, always one       oob 0.08 to 0.67  .632 0.24 to 0.61  .632+ 0.50 to 0.50, 29 are nan
SEEN
