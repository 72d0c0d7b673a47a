#!/usr/bin/env bash
# A row of zeros through Keras's UnitNormalization.
#
# Versions: keras 3.15.1, tensorflow 2.21.0, ai-edge-litert 2.3.0, on Linux x86-64.
# Behaviour: Keras returns zeros. The converted model returns NaN where LiteRT runs it with its default delegate,
# XNNPACK, and zeros without that delegate. It computes x * min(rsqrt(sum of squares), 1e6), which is 0 * 1e6 without
# the delegate.
# It matters to every model that returns embeddings of length 1: a picture to which no unit reacts has NaN for one.
# Seen:
#   keras           [0.0, 0.0, 0.0, 0.0]
#   litert default  [nan, nan, nan, nan]
#   litert plain    [0.0, 0.0, 0.0, 0.0]
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

path, rows = sys.argv[1], np.zeros((1, 4), np.float32)
model = keras.Sequential([keras.Input((4,), name="rows"), keras.layers.UnitNormalization()])
model.export(path, format="litert", verbose=False)
print("keras          ", model(rows).numpy()[0].tolist())
for name, resolver in (("default", OpResolverType.AUTO), ("plain  ", OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)):
    interpreter = Interpreter(path, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], rows)
    interpreter.invoke()
    print("litert", name, interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0].tolist())
PYTHON
diff "$folder/seen" - <<'SEEN'
keras           [0.0, 0.0, 0.0, 0.0]
litert default [nan, nan, nan, nan]
litert plain   [0.0, 0.0, 0.0, 0.0]
SEEN
