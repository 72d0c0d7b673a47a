#!/usr/bin/env bash
# A Keras model that returns the number of its best class, made with `keras.ops.argmax`, and converted for LiteRT.
#
# Versions: keras 3.15.1, tensorflow 2.21.0.
# Behaviour: the converter refuses it: "tf.BitwiseAnd" is no operation of LiteRT. Before it looks for the maximum, Keras
# replaces each -0.0 by the smallest normal number below 0, and finds the sign with bits. So `argmin` fails as well, and
# `argmax` of 0.0 and -0.0 takes the later zero where numpy takes the first. `top_k`, TensorFlow's `argmax`, and
# `argmax` of whole numbers are converted.
# It matters to whoever ends a model with its answer: such models train and predict, and fail when they are exported.
# Seen:
#   keras.ops.argmax     ConverterError, BitwiseAnd
#   keras.ops.argmin     ConverterError, BitwiseAnd
#   keras.ops.top_k      converted
#   tf.argmax            converted
#   argmax of -0.0, 0.0  keras 1, numpy 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1
cat >"$folder/convert.py" <<'PYTHON'
import sys

import keras
import numpy as np
import tensorflow as tf


class Best(keras.layers.Layer):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, scores):
        return self.function(scores)


def end(function):
    scores = keras.Input((3,))
    try:
        tf.lite.TFLiteConverter.from_keras_model(keras.Model(scores, Best(function)(scores))).convert()
    except Exception as error:
        return f"{type(error).__name__}{', BitwiseAnd' if 'BitwiseAnd' in str(error) else ''}"
    return "converted"


with open(sys.argv[1], "w") as seen:
    print("keras.ops.argmax    ", end(lambda scores: keras.ops.argmax(scores, axis=-1)), file=seen)
    print("keras.ops.argmin    ", end(lambda scores: keras.ops.argmin(scores, axis=-1)), file=seen)
    print("keras.ops.top_k     ", end(lambda scores: keras.ops.top_k(scores, 1)[1]), file=seen)
    print("tf.argmax           ", end(lambda scores: tf.argmax(scores, axis=-1)), file=seen)
    zeros = np.array([-0.0, 0.0], np.float32)
    print(f"argmax of -0.0, 0.0  keras {keras.ops.argmax(zeros)}, numpy {zeros.argmax()}", file=seen)
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" "$folder/convert.py" "$folder/seen" >"$folder/log" 2>&1
cat "$folder/seen"
diff "$folder/seen" - <<'SEEN'
keras.ops.argmax     ConverterError, BitwiseAnd
keras.ops.argmin     ConverterError, BitwiseAnd
keras.ops.top_k      converted
tf.argmax            converted
argmax of -0.0, 0.0  keras 1, numpy 0
SEEN
