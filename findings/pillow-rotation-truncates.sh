#!/usr/bin/env bash
# `Image.rotate` and `Image.transform` of 8-bit pictures with the bilinear or the bicubic filter.
#
# Version: pillow 13.0.0.
# Behaviour: they cut off what follows the whole level, where `Image.resize` with the same filters rounds. So each
# rotation takes half a level off a picture with texture, on average, and ten rotations take five. In mode F nothing is
# lost. `ImageChops.multiply` cuts off too; `Image.composite` rounds.
# It matters where views are drawn in several steps: they get darker, and pictures that needed no step do not.
# Seen, how much brighter the pixels are on average than with the same in floating point:
#   bilinear: resized +0.0, rotated -0.5
#   bicubic: resized +0.0, rotated -0.5
#   rotated ten times: -5.0
#   halved: multiply -0.5, composite +0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
from PIL import Image, ImageChops
from PIL.Image import Resampling

pixels = np.random.default_rng(0).integers(0, 256, (400, 400), dtype=np.uint8)
picture = Image.fromarray(pixels)
floats = picture.convert("F")


def level(picture):
    """The mean level away from the edges, clipped to what 8 bits hold."""
    return np.clip(np.asarray(picture, np.float64), 0, 255)[60:-60, 60:-60].mean()


def change(function):
    """How much more a function of a picture gives in 8 bits than in floating point."""
    return level(function(picture)) - level(function(floats))


def ten(one):
    for number in range(10):
        one = one.rotate(1 - 2 * (number % 2), Resampling.BILINEAR)
    return one


for name, filter_ in (("bilinear", Resampling.BILINEAR), ("bicubic", Resampling.BICUBIC)):
    resized = change(lambda one, filter_=filter_: one.resize((333, 333), filter_))
    rotated = change(lambda one, filter_=filter_: one.rotate(7, filter_))
    print(f"{name}: resized {abs(resized):+.1f}, rotated {rotated:+.1f}")
print(f"rotated ten times: {change(ten):+.1f}")
grey, black = Image.new("L", picture.size, 128), Image.new("L", picture.size)
half = level(pixels * (128 / 255))
multiplied, composed = ImageChops.multiply(picture, grey), Image.composite(picture, black, grey)
print(f"halved: multiply {level(multiplied) - half:+.1f}, composite {abs(level(composed) - half):+.1f}")
PYTHON
diff "$folder/seen" - <<'SEEN'
bilinear: resized +0.0, rotated -0.5
bicubic: resized +0.0, rotated -0.5
rotated ten times: -5.0
halved: multiply -0.5, composite +0.0
SEEN
