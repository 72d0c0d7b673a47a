#!/usr/bin/env bash
# A Resizing layer with `pad_to_aspect_ratio=True` for pictures of bytes.
#
# Versions: keras 3.15.1, tensorflow 2.21.0.
# Behaviour: it raises TypeError, since its default `fill_value` of 0.0 is no byte for TensorFlow. It stretches and
# crops the same pictures, and returns bytes. With `fill_value=0` it pads them too, although the documentation asks for
# a float. Pictures that need no padding pass, and so do all within a `tf.data` pipeline, as floats.
# It matters to whoever decodes JPEGs and keeps their shape: decoded pictures are bytes.
# Seen, for a picture of 30 x 10 pixels:
#   stretched: uint8
#   cropped: uint8
#   padded: TypeError
#   padded with 0: uint8
#   floats, padded: float32
#   in tf.data, padded: float32
#   30 x 30, padded: uint8
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>/dev/null <<'PYTHON' | tee "$folder/seen"
import numpy as np
import tensorflow as tf
from keras.layers import Resizing

pictures = np.ones((1, 30, 10, 3), np.uint8)
padding = Resizing(8, 8, pad_to_aspect_ratio=True)


def show(name, resize, pictures):
    try:
        print(f"{name}: {resize(pictures).dtype.name}")
    except TypeError as error:
        print(f"{name}: {type(error).__name__}")


def mapped(pictures):
    return next(iter(tf.data.Dataset.from_tensors(pictures).map(padding)))


show("stretched", Resizing(8, 8), pictures)
show("cropped", Resizing(8, 8, crop_to_aspect_ratio=True), pictures)
show("padded", padding, pictures)
show("padded with 0", Resizing(8, 8, pad_to_aspect_ratio=True, fill_value=0), pictures)
show("floats, padded", padding, pictures.astype(np.float32))
show("in tf.data, padded", mapped, pictures)
show("30 x 30, padded", padding, np.ones((1, 30, 30, 3), np.uint8))
PYTHON
diff "$folder/seen" - <<'SEEN'
stretched: uint8
cropped: uint8
padded: TypeError
padded with 0: uint8
floats, padded: float32
in tf.data, padded: float32
30 x 30, padded: uint8
SEEN
