#!/usr/bin/env bash
# Keras's Equalization layer, which spreads the levels of a picture.
#
# Versions: keras 3.15.1, tensorflow 2.21.0.
# Behaviour: it takes one histogram of the whole batch. So what becomes of a picture depends on those beside it. With
# `training=False` it returns the picture as it is, although its documentation says "At inference time, the equalization
# is consistently applied." And no functional or sequential model can have one: it gives Keras its input as its output,
# which is a cycle. AutoContrast does all this rightly.
# It matters to whoever prepares pictures in batches for training, and one by one for predictions.
# Seen, the darkest and the brightest level of a picture of 100 to 120, beside one of 0 to 255:
#   Equalization  alone 0 255     beside 53 188    not training 100 120   in a model ValueError
#   AutoContrast  alone 0 255     beside 0 255     not training 0 255     in a model 0 255
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>/dev/null <<'PYTHON' | tee "$folder/seen"
import keras
import numpy as np

dull = np.linspace(100, 120, 256, dtype=np.float32).round().reshape(1, 16, 16, 1)
both = np.concatenate([dull, np.arange(256, dtype=np.float32).reshape(1, 16, 16, 1)])


def levels(pictures):
    """The darkest and the brightest level of the first picture."""
    first = np.asarray(pictures)[0]
    return f"{first.min():.0f} {first.max():.0f}"


def in_a_model(layer):
    try:
        model = keras.Sequential([keras.Input((16, 16, 1)), layer])
    except ValueError as error:
        assert "is part of a cycle" in str(error)
        return type(error).__name__
    return levels(model.predict(dull, verbose=0))


for kind in (keras.layers.Equalization, keras.layers.AutoContrast):
    layer = kind()
    parts = {"alone": layer(dull), "beside": layer(both), "not training": layer(dull, training=False)}
    shown = (f"{name} {levels(pictures):9}" for name, pictures in parts.items())
    print(f"{kind.__name__:13}", *shown, "in a model", in_a_model(kind()))
PYTHON
diff "$folder/seen" - <<'SEEN'
Equalization  alone 0 255     beside 53 188    not training 100 120   in a model ValueError
AutoContrast  alone 0 255     beside 0 255     not training 0 255     in a model 0 255
SEEN
