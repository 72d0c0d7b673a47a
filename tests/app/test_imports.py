import subprocess
import sys

import pytest

from tests.conftest import PROJECT

NOT_FOR_SERVING = ["tensorflow", "keras", "pandas", "sklearn", "matplotlib"]


@pytest.mark.parametrize("module", ["app.factory", "app.predict", "app.server"])
def test_serving_imports_no_training_library(module):
    code = f"import sys, {module}; print([one for one in {NOT_FOR_SERVING} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
