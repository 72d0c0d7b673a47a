#!/usr/bin/env bash
# A model with infinity as a constant, or that asks whether a number is infinite, converted for LiteRT.
#
# Versions: keras 3.15.1, tensorflow 2.21.0, ai-edge-litert 2.3.0, on Linux x86-64.
# Behaviour: the converter writes the largest float for each constant infinity. So a distance that is ruled out becomes
# 3.4e38, and `tf.math.is_inf` and `keras.ops.isinf`, which are converted to a comparison with that constant, say no to
# infinity and yes to the largest float. `is_finite` and `is_nan` are converted without a constant, and are right. So it
# is with LiteRT's default delegate, XNNPACK, and without. Nothing warns.
# It matters to models that mask with infinity, and to guards against overflow, which never act.
# Seen, for 1, 3, the largest float and infinity:
#   where x is 3: inf  keras 1 inf 3.4e+38 inf   litert 1 3.4e+38 3.4e+38 inf   plain 1 3.4e+38 3.4e+38 inf
#   x == inf           keras no no no yes        litert no no yes no            plain no no yes no
#   is_inf             keras no no no yes        litert no no yes no            plain no no yes no
#   keras isinf        keras no no no yes        litert no no yes no            plain no no yes no
#   is_finite          keras yes yes yes no      litert yes yes yes no          plain yes yes yes no
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tensorflow==2.21.0 keras==3.15.1 ai-edge-litert==2.3.0
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>/dev/null <<'PYTHON' | grep -a ' keras ' | tee "$folder/seen"
import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter, OpResolverType

numbers = np.array([1, 3, np.finfo(np.float32).max, np.inf], np.float32)
RESOLVERS = {"litert": OpResolverType.AUTO, "plain": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES}
CASES = {
    "where x is 3: inf": lambda x: tf.where(x == 3, np.inf, x),
    "x == inf": lambda x: x == np.inf,
    "is_inf": tf.math.is_inf,
    "keras isinf": keras.ops.isinf,
    "is_finite": tf.math.is_finite,
}


def run(content, resolver):
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], numbers)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def text(answer):
    if answer.dtype == bool:
        return " ".join("yes" if one else "no" for one in answer)
    return " ".join(f"{one:.2g}" for one in answer)


def show(name, function):
    traced = tf.function(function).get_concrete_function(tf.TensorSpec(numbers.shape))
    content = tf.lite.TFLiteConverter.from_concrete_functions([traced]).convert()
    litert, plain = (text(run(content, resolver)) for resolver in RESOLVERS.values())
    print(f"{name:18} keras {text(function(tf.constant(numbers)).numpy()):19} litert {litert:23} plain {plain}")


for name, function in CASES.items():
    show(name, function)
PYTHON
diff "$folder/seen" - <<'SEEN'
where x is 3: inf  keras 1 inf 3.4e+38 inf   litert 1 3.4e+38 3.4e+38 inf   plain 1 3.4e+38 3.4e+38 inf
x == inf           keras no no no yes        litert no no yes no            plain no no yes no
is_inf             keras no no no yes        litert no no yes no            plain no no yes no
keras isinf        keras no no no yes        litert no no yes no            plain no no yes no
is_finite          keras yes yes yes no      litert yes yes yes no          plain yes yes yes no
SEEN
