import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from themer.base.quiet_tensorflow import keras

SETTINGS = ("backend", "floatx", "epsilon", "image_data_format", "is_nnx_enabled", "max_epochs", "max_steps_per_epoch")
PRINTED = f"""
import stages, json, sys
from themer.base.quiet_tensorflow import UNUSED, keras
found = {{name: getattr(keras.config, name)() for name in {SETTINGS}}}
found["unused"] = [name for name in UNUSED if name in sys.modules]
import matplotlib, sklearn
print(json.dumps(found | {{"dtype": keras.layers.Dense(1).dtype}}))
"""
OF_ANOTHER_PROJECT = {
    "floatx": "float16",
    "epsilon": 0.5,
    "backend": "jax",
    "image_data_format": "channels_first",
    "nnx_enabled": True,
}


def run(home: Path, settings: object, **environment: str) -> subprocess.CompletedProcess:
    """Import Keras in a fresh interpreter, with this keras.json in the home folder and this environment."""
    (home / ".keras").mkdir()
    (home / ".keras" / "keras.json").write_text(json.dumps(settings))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KERAS_")}
    env = {**kept, "HOME": str(home), **environment}
    return subprocess.run([sys.executable, "-c", PRINTED], cwd=PROJECT, env=env, capture_output=True, text=True)


def test_keras_keeps_its_own_settings_whatever_another_project_has_set(tmp_path):
    more = {"KERAS_BACKEND": "torch", "KERAS_MAX_EPOCHS": "1", "KERAS_MAX_STEPS_PER_EPOCH": "1"}
    done = run(tmp_path, OF_ANOTHER_PROJECT, **more)
    found = json.loads(done.stdout)
    assert found == {name: getattr(keras.config, name)() for name in SETTINGS} | {"unused": [], "dtype": "float32"}
    assert found["floatx"] == "float32" and found["max_epochs"] is None


@pytest.mark.parametrize("settings", [{"floatx": "bfloat16"}, ["a list"]])
def test_a_file_that_keras_can_not_use_is_named_without_a_traceback(tmp_path, settings):
    done = run(tmp_path, settings)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "error: Keras can't use the file keras.json in ~/.keras: " in done.stderr
