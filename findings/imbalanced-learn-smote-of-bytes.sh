#!/usr/bin/env bash
# SMOTE of pictures whose pixels are bytes.
#
# Versions: imbalanced-learn 0.14.2, numpy 2.4.6, scikit-learn 1.9.1.
# Behaviour: a new example lies on the line between two of the rare class. SMOTE accepts bytes, finds the neighbours
# rightly, and subtracts one from the other as bytes. Where a pixel of the neighbour is darker, the difference wraps
# round: from 110 to 100 it is 246, and half of that added to 110 is 233. So nearly half of the new pixels are of a
# brightness that the class never has. Nothing warns. So it is with 16 bits without a sign, and with ADASYN and
# BorderlineSMOTE. Other numbers are right, and so is `pixels.astype(np.float32)`.
# It matters to rare themes: the pictures that should help to learn them are noise with the right label.
# Seen, for a rare class whose pixels are 100 to 110, the new pixels and how many of them are beyond that:
#   SMOTE            uint8    4 to 237, outside 43%
#   SMOTE            uint16   100 to 65327, outside 44%
#   SMOTE            int16    100 to 110, outside 0%
#   SMOTE            float32  100 to 110, outside 0%
#   ADASYN           uint8    3 to 246, outside 20%
#   ADASYN           float32  100 to 110, outside 0%
#   BorderlineSMOTE  uint8    12 to 213, outside 12%
#   BorderlineSMOTE  float32  100 to 108, outside 0%
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q imbalanced-learn==0.14.2 numpy==2.4.6 scikit-learn==1.9.1
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
from imblearn.over_sampling import ADASYN, SMOTE, BorderlineSMOTE

random = np.random.default_rng(0)
few, many = random.integers(100, 111, (10, 4)), random.integers(80, 106, (60, 4))
labels = np.repeat([0, 1], (60, 10))


def add(sampler, kind):
    """Let a sampler add to the rare class, from pixels of a type."""
    pixels = np.concatenate((many, few)).astype(kind)
    new = sampler(random_state=0).fit_resample(pixels, labels)[0][70:]
    outside = np.mean((new < 100) | (new > 110))
    print(f"{sampler.__name__:16} {kind:8} {new.min():.0f} to {new.max():.0f}, outside {outside:.0%}")


for kind in ("uint8", "uint16", "int16", "float32"):
    add(SMOTE, kind)
for sampler in (ADASYN, BorderlineSMOTE):
    add(sampler, "uint8")
    add(sampler, "float32")
PYTHON
diff "$folder/seen" - <<'SEEN'
SMOTE            uint8    4 to 237, outside 43%
SMOTE            uint16   100 to 65327, outside 44%
SMOTE            int16    100 to 110, outside 0%
SMOTE            float32  100 to 110, outside 0%
ADASYN           uint8    3 to 246, outside 20%
ADASYN           float32  100 to 110, outside 0%
BorderlineSMOTE  uint8    12 to 213, outside 12%
BorderlineSMOTE  float32  100 to 108, outside 0%
SEEN
