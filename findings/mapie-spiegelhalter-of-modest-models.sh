#!/usr/bin/env bash
# MAPIE's p-value of Spiegelhalter's test, for a model that is right more often than it says.
#
# Versions: mapie 1.6.0, numpy 2.4.6, scikit-learn 1.9.1, scipy 1.17.1.
# Behaviour: it documents "the probability of the observed statistic under the null hypothesis of perfect calibration",
# and that a model is calibrated the better, the closer the statistic is to 0. That has both signs: above 0, the model
# is too sure, below 0 it isn't sure enough. The p-value counts statistics above the observed one only. So a model that
# says 70 % and is always right has 1.000, and looks better than one that is right in 70 of 100 cases, which has 0.5.
# MAPIE's other two p-values, of Kolmogorov and Smirnov's test and of Kuiper's, reject both kinds. Nothing says that
# this one is one-sided.
# It matters to temperature scaling and label smoothing, which make models say too little: the test never notices.
# Seen, for 100 predictions of 70 %:
#   right in  55   3.27  p 0.001  Kolmogorov-Smirnov 0.001  Kuiper 0.001
#   right in  60   2.18  p 0.015  Kolmogorov-Smirnov 0.058  Kuiper 0.083
#   right in  70   0.00  p 0.500  Kolmogorov-Smirnov 0.980  Kuiper 0.935
#   right in  80  -2.18  p 0.985  Kolmogorov-Smirnov 0.058  Kuiper 0.078
#   right in  85  -3.27  p 0.999  Kolmogorov-Smirnov 0.002  Kuiper 0.003
#   right in 100  -6.55  p 1.000  Kolmogorov-Smirnov 0.000  Kuiper 0.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q mapie==1.6.0 numpy==2.4.6 scikit-learn==1.9.1 scipy==1.17.1
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
from mapie.metrics.calibration import (
    kolmogorov_smirnov_p_value,
    kuiper_p_value,
    spiegelhalter_p_value,
    spiegelhalter_statistic,
)

randomness = np.random.default_rng(0)
confidences = np.full(100, 0.7)
for count in (55, 60, 70, 80, 85, 100):
    right = randomness.permutation(np.arange(100) < count).astype(int)
    statistic = round(spiegelhalter_statistic(right, confidences), 2) + 0.0
    p, kolmogorov, kuiper = (
        test(right, confidences) for test in (spiegelhalter_p_value, kolmogorov_smirnov_p_value, kuiper_p_value)
    )
    print(f"right in {count:3}  {statistic:5.2f}  p {p:.3f}  Kolmogorov-Smirnov {kolmogorov:.3f}  Kuiper {kuiper:.3f}")
PYTHON
diff "$folder/seen" - <<'SEEN'
right in  55   3.27  p 0.001  Kolmogorov-Smirnov 0.001  Kuiper 0.001
right in  60   2.18  p 0.015  Kolmogorov-Smirnov 0.058  Kuiper 0.083
right in  70   0.00  p 0.500  Kolmogorov-Smirnov 0.980  Kuiper 0.935
right in  80  -2.18  p 0.985  Kolmogorov-Smirnov 0.058  Kuiper 0.078
right in  85  -3.27  p 0.999  Kolmogorov-Smirnov 0.002  Kuiper 0.003
right in 100  -6.55  p 1.000  Kolmogorov-Smirnov 0.000  Kuiper 0.000
SEEN
