#!/usr/bin/env bash
# `tf.reduce_mean` of a picture of bytes in a converted model.
#
# Versions: tensorflow 2.21.0, ai-edge-litert 2.3.0, on Linux x86-64.
# Behaviour: TensorFlow returns the mean, cut off to a byte. The converter accepts the same function, without
# quantization, and LiteRT returns 0 for any picture, with and without its default delegate. It seems to take bytes for
# quantized numbers, whose scale is missing here. The converter refuses signed bytes. Whole numbers of 32 bits, and
# bytes that are cast to floats first, have their mean.
# It matters to models that find the brightness or the background of a picture before they cast it.
# Seen, for pictures of the levels 10, 20, 30 and 60:
#   uint8             tensorflow 30  litert 0  plain 0
#   int8              ConverterError
#   int32             tensorflow 30  litert 30  plain 30
#   uint8, cast first tensorflow 30  litert 30  plain 30
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 ai-edge-litert==2.3.0
cat >"$folder/mean.py" <<'PYTHON'
import sys

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter, OpResolverType

RESOLVERS = {"litert": OpResolverType.AUTO, "plain": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES}


def mean(picture):
    return tf.reduce_mean(picture, [1, 2])


def cast_mean(picture):
    return mean(tf.cast(picture, tf.float32))


def run(content, resolver, picture):
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def answers(function, dtype):
    picture = np.array([10, 20, 30, 60], dtype).reshape(1, 2, 2, 1)
    traced = tf.function(function).get_concrete_function(tf.TensorSpec(picture.shape, dtype))
    try:
        content = tf.lite.TFLiteConverter.from_concrete_functions([traced]).convert()
    except Exception as error:
        return type(error).__name__
    found = {"tensorflow": function(tf.constant(picture)).numpy()}
    found |= {by: run(content, resolver, picture) for by, resolver in RESOLVERS.items()}
    return "  ".join(f"{by} {level.item():.0f}" for by, level in found.items())


with open(sys.argv[1], "w") as seen:
    for dtype in (np.uint8, np.int8, np.int32):
        print(f"{np.dtype(dtype).name:17}", answers(mean, dtype), file=seen)
    print(f"{'uint8, cast first':17}", answers(cast_mean, np.uint8), file=seen)
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" "$folder/mean.py" "$folder/seen" >"$folder/log" 2>&1
cat "$folder/seen"
diff "$folder/seen" - <<'SEEN'
uint8             tensorflow 30  litert 0  plain 0
int8              ConverterError
int32             tensorflow 30  litert 30  plain 30
uint8, cast first tensorflow 30  litert 30  plain 30
SEEN
