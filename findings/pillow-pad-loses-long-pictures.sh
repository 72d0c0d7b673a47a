#!/usr/bin/env bash
# `ImageOps.pad` and `ImageOps.contain` of a picture that is very long.
#
# Version: pillow 13.0.0.
# Behaviour: the short side is rounded, to 0 where it would be under half a pixel. `contain` then returns a picture
# without pixels, and `pad` one that shows nothing but the background. Neither says so. `Image.thumbnail` keeps one
# pixel.
# It matters to whoever pads pictures of all shapes to squares of 224 pixels: those more than 448 times as long as they
# are high become blank training examples.
# Seen, for a black picture of 1000 x 2 pixels and a white square of 224:
#   contain: 224 x 0
#   pad: 0 pixels are not white
#   thumbnail: 224 x 1
#   a pixel higher, pad: 224 pixels are not white
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
from PIL import Image, ImageOps


def black(height):
    return Image.new("L", (1000, height), 0)


def shown(height):
    """How many pixels of the padded picture are not white."""
    square = ImageOps.pad(black(height), (224, 224), color=255)
    return sum(square.histogram()[:255])


contained = ImageOps.contain(black(2), (224, 224))
print(f"contain: {contained.width} x {contained.height}")
print(f"pad: {shown(2)} pixels are not white")
small = black(2)
small.thumbnail((224, 224))
print(f"thumbnail: {small.width} x {small.height}")
print(f"a pixel higher, pad: {shown(3)} pixels are not white")
PYTHON
diff "$folder/seen" - <<'SEEN'
contain: 224 x 0
pad: 0 pixels are not white
thumbnail: 224 x 1
a pixel higher, pad: 224 pixels are not white
SEEN
