#!/usr/bin/env bash
# `Interpreter.invoke` of LiteRT while a signature runner of the same interpreter exists.
#
# Versions: ai-edge-litert 2.3.0, tensorflow 2.21.0 and keras 3.15.1 to make the model.
# Behaviour: it raises RuntimeError, as do `allocate_tensors` and `resize_tensor_input`, and says that a numpy array
# refers to the interpreter's memory. There is none, and the runner need not have run: it holds the interpreter's inner
# object, whose references LiteRT counts to find such arrays. The runner itself goes on. Once it is deleted, all works
# again.
# It matters to programs that ask the runner for the names of inputs and outputs, and then set tensors by index: the
# message has them search for an array.
# Seen:
#   no runner: invoke returns, allocate_tensors returns
#   a runner that has not run: invoke RuntimeError, allocate_tensors RuntimeError
#   the runner: [[2.0, 6.0]]
#   the runner is deleted: invoke returns, allocate_tensors returns
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1 ai-edge-litert==2.3.0
cat >"$folder/invoke.py" <<'PYTHON'
import sys

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

model = keras.Sequential([keras.Input((2,), name="numbers"), keras.layers.Rescaling(2.0)])
interpreter = Interpreter(model_content=tf.lite.TFLiteConverter.from_keras_model(model).convert())
interpreter.allocate_tensors()


def end(method):
    try:
        method()
    except RuntimeError as error:
        return f"{method.__name__} {type(error).__name__}"
    return f"{method.__name__} returns"


def show(name):
    print(f"{name}: {end(interpreter.invoke)}, {end(interpreter.allocate_tensors)}", file=seen)


with open(sys.argv[1], "w") as seen:
    show("no runner")
    runner = interpreter.get_signature_runner()
    show("a runner that has not run")
    (doubled,) = runner(numbers=np.array([[1, 3]], np.float32)).values()
    print(f"the runner: {doubled.tolist()}", file=seen)
    del runner
    show("the runner is deleted")
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" "$folder/invoke.py" "$folder/seen" >"$folder/log" 2>&1
cat "$folder/seen"
diff "$folder/seen" - <<'SEEN'
no runner: invoke returns, allocate_tensors returns
a runner that has not run: invoke RuntimeError, allocate_tensors RuntimeError
the runner: [[2.0, 6.0]]
the runner is deleted: invoke returns, allocate_tensors returns
SEEN
