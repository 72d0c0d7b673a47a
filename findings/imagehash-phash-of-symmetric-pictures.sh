#!/usr/bin/env bash
# `imagehash.phash` of a picture that is symmetric in both directions, and of the same picture as a JPEG.
#
# Versions: imagehash 4.3.2, pillow 13.0.0.
# Behaviour: three quarters of the coefficients of such a picture are 0, and so is their median. Each bit says whether a
# coefficient is above the median, so rounding alone decides these. A JPEG of quality 95 is then 32 of 256 bits away.
# Moved by one pixel of 400, the same drawing is 1 bit away.
# It matters to whoever finds near-duplicates by a distance of some bits among drawings, logos and parts seen from
# above.
# Seen:
#   0 pixels off the centre: more than 24 of 256 bits differ
#   1 pixels off the centre: at most 24 of 256 bits differ
#   20 pixels off the centre: at most 24 of 256 bits differ
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q imagehash==4.3.2 pillow==13.0.0 numpy==2.4.6 scipy==1.17.1
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import io

import imagehash
from PIL import Image, ImageDraw


def drawing(right):
    """A red square with a yellow disc, as many pixels right of the centre."""
    picture = Image.new("RGB", (400, 400), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((100 + right, 100, 299 + right, 299), fill=(200, 30, 30))
    draw.ellipse((150 + right, 150, 249 + right, 249), fill=(250, 210, 40))
    return picture


def as_jpeg(picture):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95)
    return Image.open(file)


for right in (0, 1, 20):
    picture = drawing(right)
    bits = imagehash.phash(picture, 16) - imagehash.phash(as_jpeg(picture), 16)
    print(f"{right} pixels off the centre: {'more than' if bits > 24 else 'at most'} 24 of 256 bits differ")
PYTHON
diff "$folder/seen" - <<'SEEN'
0 pixels off the centre: more than 24 of 256 bits differ
1 pixels off the centre: at most 24 of 256 bits differ
20 pixels off the centre: at most 24 of 256 bits differ
SEEN
