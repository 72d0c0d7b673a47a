#!/usr/bin/env bash
# The label quality "confidence_weighted_entropy" of cleanlab, for a model that is very sure.
#
# Versions: cleanlab 2.9.0, numpy 2.4.6.
# Behaviour: the lower the score, the less a label is to be trusted. It is log(1 + w) / w, where w is the entropy
# divided by the label's probability. cleanlab lifts the w below the line to 1e-6, and not the one above it. Where w is
# smaller, from a probability of about 1 - 5e-8 on, the score of a right label falls to 0. The label's probability is
# lifted too, so that of a wrong one rises to 1. In the end both are 0. Nothing warns. The methods "self_confidence" and
# "normalized_margin" are right.
# It matters to trained networks, which are this sure of many examples: right labels top the list of suspicious ones,
# and wrong ones close it.
# Seen, for the softmax of three logits, one of them higher than the others:
#    5 higher  right label 0.96, wrong label 0.23   self_confidence 0.99, 0.01
#   10 higher  right label 1.00, wrong label 0.15   self_confidence 1.00, 0.00
#   15 higher  right label 1.00, wrong label 0.26   self_confidence 1.00, 0.00
#   20 higher  right label 0.08, wrong label 0.96   self_confidence 1.00, 0.00
#   25 higher  right label 0.00, wrong label 1.00   self_confidence 1.00, 0.00
#   30 higher  right label 0.00, wrong label 1.00   self_confidence 1.00, 0.00
#   40 higher  right label 0.00, wrong label 0.00   self_confidence 1.00, 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q cleanlab==2.9.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
from cleanlab.rank import get_label_quality_scores


def scores(higher, method):
    """The quality of a right and of a wrong label; a third example has the third class."""
    logits = np.array([[higher, 0, 0], [higher, 0, 0], [0, 0, 1.0]])
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return get_label_quality_scores(np.array([0, 1, 2]), probabilities, method=method)[:2]


for higher in (5, 10, 15, 20, 25, 30, 40):
    (right, wrong), plain = (scores(higher, method) for method in ("confidence_weighted_entropy", "self_confidence"))
    print(f"{higher:2} higher  right label {right:.2f}, wrong label {wrong:.2f}", end="   ")
    print(f"self_confidence {plain[0]:.2f}, {plain[1]:.2f}")
PYTHON
diff "$folder/seen" - <<'SEEN'
 5 higher  right label 0.96, wrong label 0.23   self_confidence 0.99, 0.01
10 higher  right label 1.00, wrong label 0.15   self_confidence 1.00, 0.00
15 higher  right label 1.00, wrong label 0.26   self_confidence 1.00, 0.00
20 higher  right label 0.08, wrong label 0.96   self_confidence 1.00, 0.00
25 higher  right label 0.00, wrong label 1.00   self_confidence 1.00, 0.00
30 higher  right label 0.00, wrong label 1.00   self_confidence 1.00, 0.00
40 higher  right label 0.00, wrong label 0.00   self_confidence 1.00, 0.00
SEEN
