#!/usr/bin/env bash
# `softplus` and `log_sigmoid` of large numbers, in Keras and converted.
#
# Versions: keras 3.15.1, tensorflow 2.21.0, ai-edge-litert 2.3.0, on Linux x86-64.
# Behaviour: Keras computes both for any number. The converter writes log(exp(x) + 1), and exp overflows at 88.7. So
# LiteRT returns infinity with its default delegate, XNNPACK, and 88.7 without that delegate. At 88 all three agree.
# It matters to losses and scores computed from logits within a converted model: a logit of -100 has a log-probability
# of minus infinity, or one that stops falling.
# Seen:
#   softplus of 88 100 1000
#       keras            88.0 100.0 1000.0
#       litert, default  88.0 inf inf
#       litert, plain    88.0 88.7 88.7
#   log_sigmoid of -88 -100 -1000
#       keras            -88.0 -100.0 -1000.0
#       litert, default  -88.0 -inf -inf
#       litert, plain    -88.0 -88.7 -88.7
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1 ai-edge-litert==2.3.0
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - "$folder/model.tflite" 2>/dev/null <<'PYTHON' | tee "$folder/seen"
import sys

import keras
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

path, numbers = sys.argv[1], np.array([[88, 100, 1000]], np.float32)


def converted(numbers, resolver):
    interpreter = Interpreter(path, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], numbers)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def show(name, outputs):
    print(f"{name:20}", *(f"{value:.1f}" for value in outputs[0]))


for function, x in (("softplus", numbers), ("log_sigmoid", -numbers)):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Activation(function)])
    model.export(path, format="litert", verbose=False)
    print(function, "of", *(f"{value:.0f}" for value in x[0]))
    show("    keras", model(x).numpy())
    show("    litert, default", converted(x, OpResolverType.AUTO))
    show("    litert, plain", converted(x, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES))
PYTHON
diff "$folder/seen" - <<'SEEN'
softplus of 88 100 1000
    keras            88.0 100.0 1000.0
    litert, default  88.0 inf inf
    litert, plain    88.0 88.7 88.7
log_sigmoid of -88 -100 -1000
    keras            -88.0 -100.0 -1000.0
    litert, default  -88.0 -inf -inf
    litert, plain    -88.0 -88.7 -88.7
SEEN
