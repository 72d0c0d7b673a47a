#!/usr/bin/env bash
# ood-metrics' false positive rate and detection error where 95 % of the pictures of known themes are found.
#
# Versions: ood-metrics 1.1.2, scikit-learn 1.9.1, numpy 1.26.4, since it asks for numpy below 2.
# Behaviour: its documentation says "the FPR when TPR is at minimum 95%". It interpolates along the ROC curve, and where
# a piece of the curve lies at exactly 95 %, it takes the end with the highest rate. Such a piece is usual with 20, 100
# or 1,000 known pictures. If 19 of 20 are above all others, the rate is 1, and it is 0 for 20 of 21. And the detection
# error, "the misclassification probability", multiplies the share of known pictures that are missed by the share of the
# others among all, and the other way round. With equally many it is right, else it can be nine times too high or too
# low. Nothing warns.
# It matters to whoever compares ways to tell other themes: round numbers of pictures look bad, and the larger group
# decides as if it were the smaller.
# Seen, where all known pictures but one are above all others, and that one is below:
#   20 known, 20 others   rate 1, counted 0   error 0.025, counted 0.025
#   21 known, 20 others   rate 0, counted 0   error 0.023, counted 0.024
#   20 known, 180 others  rate 1, counted 0   error 0.045, counted 0.005
#   180 known, 20 others  rate 0, counted 0   error 0.001, counted 0.005
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q ood-metrics==1.1.2 scikit-learn==1.9.1 numpy==1.26.4
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import numpy as np
from ood_metrics import detection_error, fpr_at_95_tpr


def counted(scores, known):
    """The lowest rate and the lowest error of all thresholds that find at least 95 % of the known pictures."""
    taken = [scores >= threshold for threshold in np.unique(scores)]
    enough = [each for each in taken if each[known].sum() * 100 >= known.sum() * 95]
    return min(each[~known].mean() for each in enough), min((each != known).mean() for each in enough)


for count, others in ((20, 20), (21, 20), (20, 180), (180, 20)):
    scores = np.concatenate([np.linspace(0.8, 0.9, count - 1), [0.01], np.linspace(0.1, 0.7, others)])
    known = np.arange(count + others) < count
    labels = known.astype(int)
    rate, error = counted(scores, known)
    print(
        f"{f'{count} known, {others} others':20}  rate {fpr_at_95_tpr(scores, labels):g}, counted {rate:g}   "
        f"error {detection_error(scores, labels):.3f}, counted {error:.3f}"
    )
PYTHON
diff "$folder/seen" - <<'SEEN'
20 known, 20 others   rate 1, counted 0   error 0.025, counted 0.025
21 known, 20 others   rate 0, counted 0   error 0.023, counted 0.024
20 known, 180 others  rate 1, counted 0   error 0.045, counted 0.005
180 known, 20 others  rate 0, counted 0   error 0.001, counted 0.005
SEEN
