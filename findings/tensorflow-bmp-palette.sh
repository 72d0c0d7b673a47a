#!/usr/bin/env bash
# `tf.io.decode_image` of a BMP file with 256 colours, which is the usual kind of 8 bits.
#
# Versions: tensorflow 2.21.0, pillow 13.0.0, numpy 2.4.6, on Linux x86-64.
# Behaviour: it takes each pixel's place in the palette for a level of grey, also where three channels are asked for,
# and `decode_bmp` does the same. So the colours are gone, and the levels depend on how the palette happens to be
# sorted. A file whose palette is 256 levels of grey in order comes out right, and so do files of 24 and 32 bits. The
# same picture in a PNG file has its colours. Nothing warns.
# It matters to old scans and drawings: Keras's `image_dataset_from_directory` takes BMP files and reads them so.
# Seen, the first two pixels, which are red and blue:
#   BMP, 24 bits             220 20 20 and 20 20 220
#   BMP, 8 bits              1 1 1 and 0 0 0
#   the same from Keras      1 1 1 and 0 0 0
#   BMP, 8 bits, by Pillow   220 20 20 and 20 20 220
#   PNG, 8 bits              220 20 20 and 20 20 220
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1 pillow==13.0.0 numpy==2.4.6
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

colours = [(20, 20, 220), (220, 20, 20)] + [(number, 255 - number, 128) for number in range(2, 256)]
picture = Image.new("P", (16, 16))
picture.putpalette([level for colour in colours for level in colour])
picture.putdata([1, 0, *range(2, 256)])
Path("bricks").mkdir()
picture.save("bricks/8.bmp")
picture.save("8.png")
picture.convert("RGB").save("24.bmp")


def tensorflow(name):
    return tf.io.decode_image(Path(name).read_bytes(), channels=3, expand_animations=False).numpy()


def from_keras(folder):
    dataset = keras.utils.image_dataset_from_directory(
        folder, labels=None, image_size=(16, 16), batch_size=None, verbose=False
    )
    return next(iter(dataset)).numpy()


for name, pixels in (
    ("BMP, 24 bits", tensorflow("24.bmp")),
    ("BMP, 8 bits", tensorflow("bricks/8.bmp")),
    ("the same from Keras", from_keras("bricks")),
    ("BMP, 8 bits, by Pillow", np.array(Image.open("bricks/8.bmp").convert("RGB"))),
    ("PNG, 8 bits", tensorflow("8.png")),
):
    print(f"{name:24} " + " and ".join(" ".join(f"{level:g}" for level in pixel) for pixel in pixels[0, :2]))
PYTHON
diff "$folder/seen" - <<'SEEN'
BMP, 24 bits             220 20 20 and 20 20 220
BMP, 8 bits              1 1 1 and 0 0 0
the same from Keras      1 1 1 and 0 0 0
BMP, 8 bits, by Pillow   220 20 20 and 20 20 220
PNG, 8 bits              220 20 20 and 20 20 220
SEEN
