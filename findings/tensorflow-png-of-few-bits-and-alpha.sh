#!/usr/bin/env bash
# `tf.io.decode_png` with four channels, of PNG files with 16 colours or fewer and without transparency.
#
# Versions: tensorflow 2.21.0, pillow 13.0.0, numpy 2.4.6, on Linux x86-64.
# Behaviour: asked for four channels, it fills in an alpha. That should be opaque, which is 255 in bytes, as it is for
# files of 8 bits. For files of 1, 2 and 4 bits it is the highest number of so many bits: 1, 3 and 15. The colours are
# right. So an opaque picture comes back as all but transparent. `tf.io.decode_image` does the same. Nothing warns.
# It matters to drawings and logos, which programs that shrink PNG files store in few bits: laid on a background by
# their alpha, they vanish.
# Seen, the first pixel, which is opaque:
#   palette of 200 colours    8 bits   tensorflow 220 20 20 255     pillow 220 20 20 255
#   palette of 16 colours     4 bits   tensorflow 220 20 20 15      pillow 220 20 20 255
#   palette of 4 colours      2 bits   tensorflow 220 20 20 3       pillow 220 20 20 255
#   palette of 2 colours      1 bit    tensorflow 220 20 20 1       pillow 220 20 20 255
#   black and white           1 bit    tensorflow 255 255 255 1     pillow 255 255 255 255
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 pillow==13.0.0 numpy==2.4.6
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import io

import numpy as np
import tensorflow as tf
from PIL import Image


def with_colours(count):
    """A picture of 16 times 16 pixels with so many colours, the first one red."""
    palette = [(220, 20, 20)] + [(number, number, 255 - number) for number in range(1, count)]
    picture = Image.new("P", (16, 16))
    picture.putpalette([level for colour in palette for level in colour])
    picture.putdata([number % count for number in range(256)])
    return picture


def first_pixel(pixels):
    return " ".join(str(level) for level in pixels[0, 0])


pictures = {f"palette of {count} colours": with_colours(count) for count in (200, 16, 4, 2)}
pictures["black and white"] = Image.new("1", (16, 16), 1)
for name, picture in pictures.items():
    file = io.BytesIO()
    picture.save(file, "PNG")
    bits = file.getvalue()[24]
    decoded = tf.io.decode_png(file.getvalue(), channels=4).numpy()
    expected = np.array(Image.open(file).convert("RGBA"))
    depth = f"{bits} bit" + "s" * (bits > 1)
    print(f"{name:25} {depth:8} tensorflow {first_pixel(decoded):17} pillow {first_pixel(expected)}")
PYTHON
diff "$folder/seen" - <<'SEEN'
palette of 200 colours    8 bits   tensorflow 220 20 20 255     pillow 220 20 20 255
palette of 16 colours     4 bits   tensorflow 220 20 20 15      pillow 220 20 20 255
palette of 4 colours      2 bits   tensorflow 220 20 20 3       pillow 220 20 20 255
palette of 2 colours      1 bit    tensorflow 220 20 20 1       pillow 220 20 20 255
black and white           1 bit    tensorflow 255 255 255 1     pillow 255 255 255 255
SEEN
