#!/usr/bin/env bash
# A Keras model as the second argument of TFLiteConverter.from_concrete_functions.
#
# Versions: keras 3.15.1, tensorflow 2.21.0, ai-edge-litert 2.3.0, on Linux x86-64.
# Behaviour: without that argument, TensorFlow warns that leaving it out is deprecated, and converts rightly. Given the
# Keras model that the function calls, it converts without an error or a warning, but the file holds no weights, and
# LiteRT computes from whatever is in their place. Keras 3 wraps its variables, and the converter does not find them.
# A tf.Module that holds the wrapped tf.Variables themselves gives a whole file.
# It matters to whoever follows the warning's advice: the file opens, runs, and predicts nonsense.
# Seen:
#   nothing          holds the weights: True, predicts as Keras: True
#   the Keras model  holds the weights: False, predicts as Keras: False
#   a tf.Module      holds the weights: True, predicts as Keras: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1 ai-edge-litert==2.3.0
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>/dev/null <<'PYTHON' | tee "$folder/seen"
import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

keras.utils.set_random_seed(0)
rows = np.ones((1, 4), np.float32)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(256), keras.layers.Dense(2)])
function = tf.function(lambda rows: model(rows)).get_concrete_function(tf.TensorSpec((1, 4)))
module = tf.Module()
module.held = [variable.value for variable in model.variables]
for name, given in (("nothing        ", []), ("the Keras model", [model]), ("a tf.Module    ", [module])):
    content = tf.lite.TFLiteConverter.from_concrete_functions([function], *given).convert()
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], rows)
    interpreter.invoke()
    found = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    holds, same = len(content) > 3 * model.count_params(), np.allclose(found, model(rows), atol=1e-5)
    print(f"{name} holds the weights: {holds}, predicts as Keras: {same}")
PYTHON
diff "$folder/seen" - <<'SEEN'
nothing         holds the weights: True, predicts as Keras: True
the Keras model holds the weights: False, predicts as Keras: False
a tf.Module     holds the weights: True, predicts as Keras: True
SEEN
