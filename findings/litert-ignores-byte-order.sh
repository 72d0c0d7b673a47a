#!/usr/bin/env bash
# An array of numpy's in big-endian order as the input of a LiteRT model.
#
# Versions: ai-edge-litert 2.3.0, tensorflow 2.21.0 and keras 3.15.1 to make the model, on Linux x86-64.
# Behaviour: LiteRT refuses an array of another type, such as float64 for float32. But it takes one of float32 whose
# bytes are in the other order for its own type, copies the bytes, and computes from what they are when read the wrong
# way round: 0.1 becomes -4.3e+08. Both `set_tensor` and the signature runner do so. Keras reads the same array rightly,
# as numpy does. `array.astype(np.float32)` puts it right.
# It matters to arrays from files of that order, such as IDX, FITS and 16-bit TIFF: predictions are wrong without an
# error.
# Seen, for a model that doubles its input of 0.1 and 0.7:
#   native order  keras 0.2 1.4  set_tensor 0.2 1.4  runner 0.2 1.4
#   big-endian    keras 0.2 1.4  set_tensor -8.6e+08 8.3e-08  runner -8.6e+08 8.3e-08
#   float64       keras 0.2 1.4  set_tensor ValueError  runner ValueError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1 ai-edge-litert==2.3.0
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>/dev/null <<'PYTHON' | grep -a 'keras ' | tee "$folder/seen"
import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

model = keras.Sequential([keras.Input((2,), name="numbers"), keras.layers.Rescaling(2.0)])
content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
interpreter = Interpreter(model_content=content)
interpreter.allocate_tensors()


def set_and_invoke(numbers):
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], numbers)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def run(numbers):
    (doubled,) = Interpreter(model_content=content).get_signature_runner()(numbers=numbers).values()
    return doubled


def shown(function, numbers):
    try:
        return " ".join(f"{number:.2}" for number in np.ravel(function(numbers)))
    except ValueError as error:
        return type(error).__name__


numbers = np.array([[0.1, 0.7]], np.float32)
CASES = {"native order": numbers, "big-endian": numbers.astype(">f4"), "float64": numbers.astype(np.float64)}
for name, given in CASES.items():
    functions = {"keras": model.predict_on_batch, "set_tensor": set_and_invoke, "runner": run}
    print(f"{name:13}", "  ".join(f"{by} {shown(function, given)}" for by, function in functions.items()))
PYTHON
diff "$folder/seen" - <<'SEEN'
native order  keras 0.2 1.4  set_tensor 0.2 1.4  runner 0.2 1.4
big-endian    keras 0.2 1.4  set_tensor -8.6e+08 8.3e-08  runner -8.6e+08 8.3e-08
float64       keras 0.2 1.4  set_tensor ValueError  runner ValueError
SEEN
