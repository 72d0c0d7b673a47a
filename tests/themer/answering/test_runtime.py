import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from stages import paths
from tests.conftest import PROJECT
from tests.small_shards import picture
from tests.themer.exporting.short_networks import short_classifier
from tests.themer.small_model import small_model
from themer.answering.runtime import LiteRuntime
from themer.base.errors import UserError
from themer.exporting.served_model import export_classifier

NOT_FOR_SERVING = ["tensorflow", "keras", "sklearn", "scipy", "matplotlib", "pandas", "pydantic"]
LOADING = """
import sys
from pathlib import Path
from themer.answering.predictor import Predictor
Predictor.load(Path(sys.argv[1]), Path(sys.argv[2]))
print([name for name in sys.argv[3:] if name in sys.modules])
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_model(tmp_path_factory)


@pytest.fixture(scope="module")
def path(project: Path) -> Path:
    return project / paths.model


def test_loading_a_model_imports_no_training_library(project, path):
    command = [sys.executable, "-c", LOADING, str(path), str(project / paths.index), *NOT_FOR_SERVING]
    assert subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_changes_no_output(path, threads):
    pixels = np.stack([picture(index % 3, index) for index in range(7)])
    together = LiteRuntime(path, threads).run(pixels)
    single_thread = LiteRuntime(path, 1)
    for index in range(7):
        alone = single_thread.run(pixels[index : index + 1])
        np.testing.assert_array_equal(alone.probabilities[0], together.probabilities[index])
        np.testing.assert_array_equal(alone.features[0], together.features[index])


def test_concurrent_threads_each_get_their_own_outputs(path):
    runtime, alone = LiteRuntime(path, 2, at_once=2), LiteRuntime(path, 1)
    batches = [np.stack([picture(index % 3, index)]) for index in range(40)]
    with ThreadPoolExecutor(5) as pool:
        found = list(pool.map(runtime.run, batches))
    for pixels, outputs in zip(batches, found, strict=True):
        np.testing.assert_array_equal(outputs.probabilities, alone.run(pixels).probabilities)


class Meeting(np.ndarray):
    """Pixels of a picture that runs only once another is about to run."""

    barrier = Barrier(2, timeout=5)

    def astype(self, dtype, *args, **kwargs):
        self.barrier.wait()
        return np.asarray(super().astype(dtype, *args, **kwargs))


def test_pictures_of_one_batch_run_at_once_and_keep_their_order(path):
    pixels = np.stack([picture(index % 3, index) for index in range(6)])
    together = LiteRuntime(path, 2, at_once=2).run(pixels.view(Meeting))
    np.testing.assert_array_equal(together.probabilities, LiteRuntime(path, 1).run(pixels).probabilities)


def test_a_failure_frees_its_slot(path):
    runtime = LiteRuntime(path, 2, at_once=2)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            runtime.run(np.zeros((1, 1), np.uint8))
    assert len(runtime.run(np.stack([picture(0, 0)])).probabilities) == 1


REPLACED = """
import sys
from pathlib import Path
import numpy as np
from themer.answering.runtime import LiteRuntime
path = Path(sys.argv[1])
runtime, pixels = LiteRuntime(path, 1, at_once=2), np.load(sys.argv[2])
before = runtime.run(pixels).probabilities
path.write_bytes(bytes(int(sys.argv[3])))
np.testing.assert_array_equal(runtime.run(pixels).probabilities, before)
"""


@pytest.mark.parametrize("share", [0, 1])
def test_a_loaded_model_stays_the_same_when_its_file_is_written_over(tmp_path, share):
    path, pixels = tmp_path / "one.tflite", tmp_path / "pixels.npy"
    export_classifier(short_classifier("efficientnet_lite0"), "abc", path, views=1)
    np.save(pixels, np.stack([picture(index % 3, index) for index in range(3)]))
    # In a process of its own: a system ends the one that reads beyond the end of a file that it has mapped.
    command = [sys.executable, "-c", REPLACED, str(path), str(pixels), str(share * path.stat().st_size)]
    found = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")


def test_a_missing_file_names_the_command_to_run(tmp_path):
    with pytest.raises(UserError, match="no model yet. Run: dvc repro"):
        LiteRuntime(tmp_path / "one.tflite")


@pytest.mark.parametrize("content", [b"", b"not a model", b"x" * 5000])
def test_other_files_are_refused(path, tmp_path, content):
    broken = tmp_path / "one.tflite"
    broken.write_bytes(content)
    with pytest.raises(UserError, match=r"one\.tflite: this file is damaged, or was not saved by this project"):
        LiteRuntime(broken)
    # The right members do not make it a model.
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(broken, "a" if content else "w") as file:
        for name in source.namelist():
            file.writestr(name, source.read(name))
    with pytest.raises(UserError, match=r"one\.tflite: this file is damaged, or was not saved by this project"):
        LiteRuntime(broken)
