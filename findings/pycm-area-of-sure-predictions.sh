#!/usr/bin/env bash
# The area under pycm's precision-recall curve, for a model that gets everything right.
#
# Versions: pycm 4.6, scikit-learn 1.9.1 to compare, numpy 2.4.6.
# Behaviour: the curve ends at the highest probability and does not go on to recall 0, as scikit-learn's and pycm's own
# `ROCCurve` do. So the area misses the share of the class that has the highest probability. Where all right examples
# have it, as 1 or as 0.9 after rounding, all points of the curve are at recall 1, and the area is 0. With distinct
# probabilities 1 in n is missing. `area` with the method "midpoint" is the same. Nothing warns.
# It matters to trained networks, whose best probabilities round to 1: the surer a model is, the lower is its area.
# Seen, for five examples of the class and five others, all told apart:
#   0.99 0.95 0.9 0.8 0.7   pycm PR 0.8 ROC 1   scikit-learn PR 1 ROC 1
#   0.95 0.95 0.95 0.8 0.7  pycm PR 0.4 ROC 1   scikit-learn PR 1 ROC 1
#   0.9 0.9 0.9 0.9 0.9     pycm PR 0 ROC 1     scikit-learn PR 1 ROC 1
#   1 1 1 1 1               pycm PR 0 ROC 1     scikit-learn PR 1 ROC 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pycm==4.6 scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import numpy as np
from pycm import PRCurve, ROCCurve
from sklearn.metrics import auc, precision_recall_curve, roc_auc_score

labels = [1] * 5 + [0] * 5


def areas_by_pycm(probabilities):
    """The areas under class 1's precision-recall and ROC curves."""
    columns = np.stack([1 - probabilities, probabilities], axis=1).tolist()
    curves = [kind(actual_vector=labels, probs=columns, classes=[0, 1]) for kind in (PRCurve, ROCCurve)]
    assert np.isclose(curves[0].area("midpoint")[1], curves[0].area()[1])
    return [curve.area()[1] for curve in curves]


def areas_by_sklearn(probabilities):
    precision, recall, _ = precision_recall_curve(labels, probabilities)
    return [auc(recall, precision), roc_auc_score(labels, probabilities)]


for of_class in ([0.99, 0.95, 0.9, 0.8, 0.7], [0.95, 0.95, 0.95, 0.8, 0.7], [0.9] * 5, [1] * 5):
    probabilities = np.array([*of_class, *(1 - np.array(of_class))])
    pycm, sklearn = (
        "PR {:.2g} ROC {:.2g}".format(*areas(probabilities)) for areas in (areas_by_pycm, areas_by_sklearn)
    )
    print(f"{' '.join(f'{value:g}' for value in of_class):22}  pycm {pycm:13}  scikit-learn {sklearn}")
PYTHON
diff "$folder/seen" - <<'SEEN'
0.99 0.95 0.9 0.8 0.7   pycm PR 0.8 ROC 1   scikit-learn PR 1 ROC 1
0.95 0.95 0.95 0.8 0.7  pycm PR 0.4 ROC 1   scikit-learn PR 1 ROC 1
0.9 0.9 0.9 0.9 0.9     pycm PR 0 ROC 1     scikit-learn PR 1 ROC 1
1 1 1 1 1               pycm PR 0 ROC 1     scikit-learn PR 1 ROC 1
SEEN
