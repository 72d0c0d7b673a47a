#!/usr/bin/env bash
# mlxtend's test of two accuracies, `proportion_difference`, with the two in one order and in the other.
#
# Versions: mlxtend 0.25.0, numpy 2.4.6, scipy 1.17.1.
# Behaviour: the documentation has the null hypothesis that both models are equally good, and rejects it where z is
# greater than 1.96, or where the p-value is smaller than a level chosen before. The p-value returned is the normal
# distribution up to z. So if the first model is the better one, it is above 0.5 and grows towards 1 with the
# difference: at a z above 1.96, which rejects, the p-value is above 0.97, which does not. If the second one is better,
# it is half of the two-sided p-value. Two equal models have 0.5. Nothing says that the test has one side, nor which.
# It matters to whoever compares a new model with an old one: named first, an improvement is never significant.
# Seen, for 100 test pictures each:
#   0.84 and 0.92   z -1.75  p 0.04   two-sided 0.08
#   0.92 and 0.84   z 1.75   p 0.96   two-sided 0.08
#   0.99 and 0.80   z 4.61   p 1.00   two-sided 0.00
#   0.80 and 0.80   z 0.00   p 0.50   two-sided 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q mlxtend==0.25.0 numpy==2.4.6 scipy==1.17.1
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
from mlxtend.evaluate import proportion_difference
from scipy.stats import norm

for first, second in ((0.84, 0.92), (0.92, 0.84), (0.99, 0.8), (0.8, 0.8)):
    z, p = proportion_difference(first, second, 100)
    print(f"{first:.2f} and {second:.2f}   z {z:<5.2f}  p {p:.2f}   two-sided {2 * norm.sf(abs(z)):.2f}")
PYTHON
diff "$folder/seen" - <<'SEEN'
0.84 and 0.92   z -1.75  p 0.04   two-sided 0.08
0.92 and 0.84   z 1.75   p 0.96   two-sided 0.08
0.99 and 0.80   z 4.61   p 1.00   two-sided 0.00
0.80 and 0.80   z 0.00   p 0.50   two-sided 1.00
SEEN
