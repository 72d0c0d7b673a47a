import ast
import json
import os
import platform
import subprocess
import sys

import pytest

from tests.conftest import PROJECT
from themer.base.arithmetic import SETTINGS, device
from themer.base.errors import UserError

PRINT_SETTINGS = """
import json, os, numpy, scipy.linalg, threadpoolctl
products = [(one["architecture"], one["num_threads"]) for one in threadpoolctl.threadpool_info()]
instructions = numpy.show_config(mode="dicts")["SIMD Extensions"]["found"]
print(json.dumps({"products": products, "instructions": instructions}))
"""
OTHER_PROCESSOR = "import platform; platform.machine = lambda: 'aarch64'; import os, stages; print(os.environ)"

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="only these processors have the same bytes")


def python(code: str, **environment: str) -> subprocess.CompletedProcess:
    """Run code in a fresh interpreter, in an environment without the settings."""
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=kept | environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("package", ["stages", "app", "benchmarks"])
def test_numpy_and_scipy_compute_as_on_the_smallest_processor(package):
    found = json.loads(python(f"import {package}{PRINT_SETTINGS}", OPENBLAS_NUM_THREADS="4").stdout)
    assert found == {"products": [["Haswell", 1]] * 2, "instructions": ["X86_V3"]}


@pytest.mark.parametrize("package", ["stages", "app"])
def test_too_late_is_refused_without_a_traceback(package):
    done = python(f"import numpy, {package}", OPENBLAS_NUM_THREADS="4")
    assert done.returncode == 1 and done.stderr.startswith("error: numpy was imported before Lego Themer")
    assert "OPENBLAS_NUM_THREADS=1" in done.stderr and "Traceback" not in done.stderr


def test_libraries_imported_earlier_with_the_same_settings_are_welcome():
    assert python("import numpy, scipy, stages", **SETTINGS).returncode == 0


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_what_would_change_results_is_dropped_and_what_does_not_is_kept(machine):
    names = "TF_USE_DEEP_CONV2D TF_XLA_FLAGS ONEDNN_DEFAULT_FPMATH_MODE NPY_ENABLE_CPU_FEATURES KERAS_MAX_EPOCHS"
    changing = dict.fromkeys(names.split(), "1")
    kept = {"KERAS_HOME": "/", "TF_CPP_MIN_LOG_LEVEL": "3", "TF_FORCE_GPU_ALLOW_GROWTH": "true", "HOME": "/"}
    code = OTHER_PROCESSOR.replace("aarch64", machine).replace("print(os.environ)", "print({**os.environ})")
    found = ast.literal_eval(python(code, **changing, **kept).stdout)
    assert changing.keys() & found.keys() == set() and kept.items() <= found.items()


def test_other_kinds_of_processors_keep_their_own_settings():
    assert "OPENBLAS_CORETYPE" not in python(OTHER_PROCESSOR).stdout


@pytest.mark.parametrize(
    ("gpus", "wanted", "use_gpu", "note"),
    [
        (0, "", False, ""),
        (0, "cpu", False, ""),
        (1, "", False, "LEGO_THEMER_DEVICE=gpu is faster"),
        (1, "cpu", False, ""),
        (1, "gpu", True, "differ in the last bits"),
    ],
)
def test_the_cpu_computes_unless_a_gpu_is_asked_for(gpus, wanted, use_gpu, note):
    found = device(gpus, wanted)
    assert found[0] == use_gpu and note in found[1] and bool(found[1]) == bool(note)


@pytest.mark.parametrize(("wanted", "message"), [("gpu", "TensorFlow finds no GPU"), ("tpu", 'is "tpu". Set it to')])
def test_a_device_that_is_not_there_is_refused_without_a_traceback(wanted, message):
    with pytest.raises(UserError, match=message):
        device(0, wanted)
