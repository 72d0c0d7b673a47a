#!/usr/bin/env bash
# `AverageHash` and `WaveletHash` of perception, for a picture in colour and for the same picture in grey.
#
# Versions: perception 0.9.3, opencv-contrib-python-headless 4.14.0.94, pillow 13.0.0, imagehash 4.3.2 to compare.
# Behaviour: pictures are RGB, and perception reads files as RGB too. These two hashes make them grey as if they were
# BGR, so red counts as little as blue, and blue as much as red. `PHash` and `DHash` make them grey rightly. The
# documentation has all four based on imagehash. Of OpenCV's hashes, which take BGR, `BlockMean` and `MarrHildreth`
# get RGB. Nothing warns.
# It matters to near-duplicates in grey, and to hashes that are compared with those of imagehash: pictures with red or
# blue areas, such as bricks, are far from themselves.
# Seen, the bits that differ for a drawing with red and blue areas:
#   AverageHash    from its grey copy 55 of 64     from imagehash 55, with red and blue swapped 0
#   WaveletHash    from its grey copy 38 of 64     from imagehash 38, with red and blue swapped 8
#   PHash          from its grey copy 0 of 64      from imagehash 0, with red and blue swapped 24
#   BlockMean      from its grey copy 834 of 968
#   MarrHildreth   from its grey copy 281 of 576
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q perception==0.9.3 opencv-contrib-python-headless==4.14.0.94 pillow==13.0.0 \
    imagehash==4.3.2 numpy==2.4.6
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import imagehash
import numpy as np
from perception import hashers
from PIL import Image, ImageDraw

picture = Image.new("RGB", (256, 256), (70, 70, 70))
draw = ImageDraw.Draw(picture)
draw.rectangle((32, 32, 127, 223), (220, 20, 20))
draw.rectangle((144, 64, 239, 191), (20, 20, 220))
draw.rectangle((64, 160, 200, 208), (150, 150, 20))
red, green, blue = picture.split()
swapped, grey = Image.merge("RGB", (blue, green, red)), picture.convert("L").convert("RGB")


def bits(hasher, image):
    return hasher.compute(image, hash_format="vector")


def differing(first, second):
    return int(np.sum(first != second))


for name, compared in (
    ("AverageHash", imagehash.average_hash),
    ("WaveletHash", imagehash.whash),
    ("PHash", imagehash.phash),
    ("BlockMean", None),
    ("MarrHildreth", None),
):
    hasher = getattr(hashers, name)()
    own = bits(hasher, picture)
    line = f"{name:14} from its grey copy {differing(own, bits(hasher, grey))} of {len(own)}"
    if compared:
        theirs = compared(picture).hash.ravel()
        line = f"{line:46} from imagehash {differing(own, theirs)}"
        line += f", with red and blue swapped {differing(bits(hasher, swapped), theirs)}"
    print(line)
PYTHON
diff "$folder/seen" - <<'SEEN'
AverageHash    from its grey copy 55 of 64     from imagehash 55, with red and blue swapped 0
WaveletHash    from its grey copy 38 of 64     from imagehash 38, with red and blue swapped 8
PHash          from its grey copy 0 of 64      from imagehash 0, with red and blue swapped 24
BlockMean      from its grey copy 834 of 968
MarrHildreth   from its grey copy 281 of 576
SEEN
