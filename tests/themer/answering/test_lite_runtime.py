import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.conftest import PROJECT
from tests.small_shards import FILL, LABELS, SIZE, picture, settings
from themer.answering.lite_runtime import LiteRuntime
from themer.answering.predictor import load_runtime
from themer.base.errors import UserError
from themer.base.model_description import Description
from themer.exporting.lite_export import export_classifier
from themer.networks.model_file import Classifier
from themer.networks.registry import build

HEAVY = ["tensorflow", "keras", "sklearn", "scipy", "matplotlib", "pandas", "pydantic"]
ALONE = """
import sys
from pathlib import Path
from themer.predictor import load_runtime
load_runtime(Path(sys.argv[1]))
print([name for name in sys.argv[2:] if name in sys.modules])
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    found = tmp_path_factory.mktemp("runtimes") / "one.tflite"
    model = build(settings(), SIZE, 3)
    export_classifier(Classifier(model, Description(LABELS, SIZE, FILL, "lego_cnn", 1.0, 0.0)), "abc", found)
    return found


def test_serving_imports_nothing_heavy(path):
    command = [sys.executable, "-c", ALONE, str(path), *HEAVY]
    assert subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_changes_no_answer(path, threads):
    pixels = np.stack([picture(index % 3, index) for index in range(7)])
    together = LiteRuntime(path, threads).see(pixels)
    for index in range(7):
        alone = LiteRuntime(path, 1).see(pixels[index : index + 1])
        np.testing.assert_array_equal(alone.probabilities[0], together.probabilities[index])
        np.testing.assert_array_equal(alone.features[0], together.features[index])


def test_several_threads_at_once_all_get_their_own_answers(path):
    runtime, alone = LiteRuntime(path, 2, at_once=2), LiteRuntime(path, 1)
    pixels = [np.stack([picture(index % 3, index)]) for index in range(40)]
    with ThreadPoolExecutor(5) as pool:
        found = list(pool.map(runtime.see, pixels))
    for one, seen in zip(pixels, found, strict=True):
        np.testing.assert_array_equal(seen.probabilities, alone.see(one).probabilities)


def test_a_failure_leaves_room_for_the_next(path):
    runtime = LiteRuntime(path, 2, at_once=2)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            runtime.see(np.zeros((1, 1), np.uint8))
    assert len(runtime.see(np.stack([picture(0, 0)])).probabilities) == 1


def test_a_missing_file_says_what_to_run(tmp_path):
    for name in ("one.tflite", "one.keras"):
        with pytest.raises(UserError, match="no model here yet. Run: dvc repro"):
            load_runtime(tmp_path / name)


def test_other_files_are_refused(path, tmp_path):
    broken = tmp_path / "one.tflite"
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    for content in (b"", b"no model at all", b"x" * 5000):
        broken.write_bytes(content)
        with pytest.raises(UserError, match=r"one\.tflite: not a classifier that this project saved"):
            load_runtime(broken)
        with zipfile.ZipFile(broken, "a" if content else "w") as file:
            for name, value in members.items():
                file.writestr(name, value)
        with pytest.raises(UserError, match=r"one\.tflite: not a classifier that this project saved"):
            load_runtime(broken)
