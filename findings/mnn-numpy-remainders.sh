#!/usr/bin/env bash
# Remainders, signs and roots of negative numbers in MNN.numpy, and of whole numbers.
#
# Versions: mnn 3.6.1, numpy 2.4.6 to compare, on Linux x86-64.
# Behaviour: MNN, which runs converted models, comes with a module whose documentation says of each function that it
# does what numpy's does. `mod` and `fmod` are one function: of whole numbers both have the divisor's sign, of floats
# both have the dividend's. `floor_divide` rounds down in both cases. So `divmod` and `modf` of a negative float give
# two numbers that don't make it up again: -4 times 2 and -1 are not -7. `copysign` makes no number positive, and `cbrt`
# of a negative one is NaN. `true_divide` of whole numbers leaves out the fraction; their `cbrt` is 1. Nothing warns.
# It matters to whoever prepares pictures for MNN with its own module, which its examples do: angles and coordinates go
# wrong where they are negative, and brightness where bytes are divided before they are made floats.
# Seen:
#   mod -7, 2             numpy 1       MNN 1
#   mod -7.0, 2.0         numpy 1       MNN -1
#   fmod -7, 2            numpy -1      MNN 1
#   fmod -7.0, 2.0        numpy -1      MNN -1
#   divmod -7.0, 2.0      numpy -4 1    MNN -4 -1
#   modf -2.5             numpy -0.5 -2 MNN -0.5 -3
#   copysign -2.0, 3.0    numpy 2       MNN -2
#   cbrt -8.0             numpy -2      MNN nan
#   cbrt 8                numpy 2       MNN 1
#   true_divide 7, 2      numpy 3.5     MNN 3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q mnn==3.6.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON' | grep -v "^The device supports" | tee "$folder/seen"
import MNN.numpy as mnn
import numpy as np


def text(results):
    """One number, or a tuple of two, each as a list of one."""
    results = results if isinstance(results, tuple) else (results,)
    numbers = (result.read() if hasattr(result, "read") else result for result in results)
    return " ".join(f"{np.ravel(number)[0]:.3g}" for number in numbers)


def show(name, *arguments):
    """Calls the functions of both modules with the same numbers."""
    ours, theirs = (getattr(module, name)(*(module.array([n]) for n in arguments)) for module in (mnn, np))
    print(f"{name + ' ' + ', '.join(map(str, arguments)):21} numpy {text(theirs):7} MNN {text(ours)}")


show("mod", -7, 2)
show("mod", -7.0, 2.0)
show("fmod", -7, 2)
show("fmod", -7.0, 2.0)
show("divmod", -7.0, 2.0)
show("modf", -2.5)
show("copysign", -2.0, 3.0)
show("cbrt", -8.0)
show("cbrt", 8)
show("true_divide", 7, 2)
PYTHON
diff "$folder/seen" - <<'SEEN'
mod -7, 2             numpy 1       MNN 1
mod -7.0, 2.0         numpy 1       MNN -1
fmod -7, 2            numpy -1      MNN 1
fmod -7.0, 2.0        numpy -1      MNN -1
divmod -7.0, 2.0      numpy -4 1    MNN -4 -1
modf -2.5             numpy -0.5 -2 MNN -0.5 -3
copysign -2.0, 3.0    numpy 2       MNN -2
cbrt -8.0             numpy -2      MNN nan
cbrt 8                numpy 2       MNN 1
true_divide 7, 2      numpy 3.5     MNN 3
SEEN
