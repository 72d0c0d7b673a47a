#!/usr/bin/env bash
# `keras.ops.image.map_coordinates` with coordinates beyond the picture, filled by reflecting or mirroring.
#
# Versions: keras 3.15.1, tensorflow 2.21.0 as its backend, scipy 1.17.1 to compare.
# Behaviour: the documentation has `reflect` repeat the pixel at the edge, (d c b a | a b c d | d c b a), and `mirror`
# not, (c d c b | a b c d | c b a b), as scipy does. With TensorFlow, Keras takes the absolute value of the coordinate
# for both. So `reflect` mirrors at the left and at the top, and reflects at the right and at the bottom. `mirror` is
# two pixels off at the right and at the bottom, and the first pixel there raises InvalidArgumentError.
# It matters to warped pictures: `reflect` is the default of `elastic_transform`.
# Seen, for a row of the pixels 0 to 4 and the three coordinates before it and after it:
#   reflect   before, scipy 2 1 0   keras 3 2 1
#   reflect   after,  scipy 4 3 2   keras 4 3 2
#   mirror    before, scipy 3 2 1   keras 3 2 1
#   mirror    after,  scipy 3 2 1   keras InvalidArgumentError 4 3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q keras==3.15.1 tensorflow==2.21.0 scipy==1.17.1
KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import numpy as np
import tensorflow as tf
from keras import ops
from scipy import ndimage

row = np.arange(5, dtype=np.float32)


def pixel(coordinate, mode):
    """The pixel that Keras finds at a coordinate, or the name of its error."""
    try:
        found = ops.image.map_coordinates(row, np.array([[coordinate]], np.float32), order=0, fill_mode=mode)
    except tf.errors.InvalidArgumentError as error:
        return type(error).__name__
    return f"{found.numpy().item():g}"


for mode in ("reflect", "mirror"):
    for place, coordinates in (("before", (-3, -2, -1)), ("after", (5, 6, 7))):
        expected = ndimage.map_coordinates(row, [coordinates], order=0, mode=mode)
        found = " ".join(pixel(coordinate, mode) for coordinate in coordinates)
        print(f"{mode:9} {place + ',':7} scipy {' '.join(f'{value:g}' for value in expected)}   keras {found}")
PYTHON
diff "$folder/seen" - <<'SEEN'
reflect   before, scipy 2 1 0   keras 3 2 1
reflect   after,  scipy 4 3 2   keras 4 3 2
mirror    before, scipy 3 2 1   keras 3 2 1
mirror    after,  scipy 3 2 1   keras InvalidArgumentError 4 3
SEEN
