#!/usr/bin/env bash
# A converted model that resizes with the nearest pixel, run by LiteRT and by OpenVINO.
#
# Versions: openvino 2026.4.1, ai-edge-litert 2.3.0, tensorflow 2.21.0 to make the models, on Linux x86-64.
# Behaviour: `tf.image.resize` and Keras's Resizing take the pixel under the centre of each new one, and the .tflite
# file says so with `half_pixel_centers`. LiteRT obeys. OpenVINO reads the same file and ignores it with the nearest
# pixel: its operation is "asymmetric", and takes the pixel under the upper left corner. So another size shows other
# pixels, unless it is a multiple of the old one. With bilinear resizing it obeys. Nothing warns.
# It matters to models that scale pictures or masks within: what they see is moved by up to half of a new pixel.
# Seen, for a row of the pixels 0 to 8:
#   nearest to 1    tensorflow 4           litert 4           openvino 0
#   nearest to 3    tensorflow 1 4 7       litert 1 4 7       openvino 0 3 6
#   nearest to 5    tensorflow 0 2 4 6 8   litert 0 2 4 6 8   openvino 0 1 3 5 7
#   bilinear to 3   tensorflow 1 4 7       litert 1 4 7       openvino 1 4 7
#   nearest to 18, all three alike: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q openvino==2026.4.1 ai-edge-litert==2.3.0 tensorflow==2.21.0
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
from pathlib import Path

import numpy as np
import openvino
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

row = np.arange(9, dtype=np.float32).reshape(1, 1, 9, 1)


def resize(method, width):
    """The row at another width, from TensorFlow, and from LiteRT and OpenVINO with the converted model."""
    function = tf.function(lambda pixels: tf.image.resize(pixels, (1, width), method))
    concrete = function.get_concrete_function(tf.TensorSpec(row.shape))
    data = tf.lite.TFLiteConverter.from_concrete_functions([concrete]).convert()
    Path("model.tflite").write_bytes(data)
    interpreter = Interpreter("model.tflite")
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], row)
    interpreter.invoke()
    compiled = openvino.Core().compile_model("model.tflite", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return {
        "tensorflow": function(row).numpy().ravel(),
        "litert": interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).ravel(),
        "openvino": compiled([row])[0].ravel(),
    }


for method, width in (("nearest", 1), ("nearest", 3), ("nearest", 5), ("bilinear", 3)):
    texts = [f"{name} {' '.join(f'{pixel:g}' for pixel in pixels)}" for name, pixels in resize(method, width).items()]
    print(f"{method} to {width}".ljust(15), f"{texts[0]:22} {texts[1]:18} {texts[2]}")
alike = resize("nearest", 18).values()
print(f"nearest to 18, all three alike: {len({tuple(pixels) for pixels in alike}) == 1}")
PYTHON
diff "$folder/seen" - <<'SEEN'
nearest to 1    tensorflow 4           litert 4           openvino 0
nearest to 3    tensorflow 1 4 7       litert 1 4 7       openvino 0 3 6
nearest to 5    tensorflow 0 2 4 6 8   litert 0 2 4 6 8   openvino 0 1 3 5 7
bilinear to 3   tensorflow 1 4 7       litert 1 4 7       openvino 1 4 7
nearest to 18, all three alike: True
SEEN
