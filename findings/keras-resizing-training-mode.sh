#!/usr/bin/env bash
# A functional model with a Resizing layer, called without the argument `training`.
#
# Versions: keras 3.15.1, tensorflow 2.21.0.
# Behaviour: a call outside `fit` is an inference, unless a Resizing layer precedes: then every layer after it runs as in
# training. Batch normalization takes the statistics of the batch, and changes those that it has stored. `predict` and
# `training=False` give the same as without Resizing.
# It matters to whoever puts the preprocessing into the model, and then calls the model directly.
# Seen, the mean of the output and of the stored statistics after each call:
#   without Resizing, called     4.96 0.00
#   with Resizing, called        0.00 0.05
#   with Resizing, predicted     4.93 0.05
#   with Resizing, not training  4.93 0.05
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>/dev/null <<'PYTHON' | tee "$folder/seen"
import keras
import numpy as np

pixels = np.random.default_rng(0).normal(5, 1, (2, 8, 8, 3)).astype("float32")
inputs = keras.Input((8, 8, 3))
plain, resized = keras.layers.BatchNormalization(), keras.layers.BatchNormalization()
without = keras.Model(inputs, plain(inputs))
model = keras.Model(inputs, resized(keras.layers.Resizing(4, 4)(inputs)))


def show(name, outputs, norm):
    print(f"{name:28} {np.mean(outputs) + 0:.2f} {norm.moving_mean.numpy().mean():.2f}".replace("-0.00", "0.00"))


show("without Resizing, called", without(pixels), plain)
show("with Resizing, called", model(pixels), resized)
show("with Resizing, predicted", model.predict(pixels, verbose=0), resized)
show("with Resizing, not training", model(pixels, training=False), resized)
PYTHON
diff "$folder/seen" - <<'SEEN'
without Resizing, called     4.96 0.00
with Resizing, called        0.00 0.05
with Resizing, predicted     4.93 0.05
with Resizing, not training  4.93 0.05
SEEN
