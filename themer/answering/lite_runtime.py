"""Run the exported classifier with LiteRT, which is small and needs no TensorFlow."""

import os
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import cast

import numpy as np
from ai_edge_litert.interpreter import Interpreter  # type: ignore[import-untyped]

from themer.answering.runtime import ModelOutputs
from themer.base.model_description import no_classifier, no_model, read_description
from themer.base.quiet_stderr import without_notes

CLASSIFIER_NAME = "classifier.sha256"
NOTE = re.compile(rb"INFO: ")


class LiteRuntime:
    """A `.tflite` file that the stage export wrote, run by LiteRT, by default with one thread for each core.

    It runs one picture at a time. On a CPU a batch saves nothing and takes more memory, and a prediction could depend
    on the other pictures in the batch.

    Several threads may call it; at most `at_once` pictures run at the same time. A single picture gets all cores, which
    is fastest for it. Concurrent pictures share the cores, which gives a higher rate. After concurrent pictures, the
    next single one still gets its share only, since more are likely to follow.

    Raises:
        UserError: the file is missing, or is not an exported classifier.
    """

    def __init__(self, path: Path, threads: int | None = None, at_once: int = 1) -> None:
        threads = threads or os.cpu_count() or 1
        self._places, self._lock = BoundedSemaphore(at_once), Lock()
        self._in_use, self._had_company, self._has_company = 0, False, False
        try:
            with zipfile.ZipFile(path) as file:
                self.description = read_description(file)
                self.model_sha256 = file.read(CLASSIFIER_NAME).decode()
            with without_notes(NOTE):
                self._alone = _runner(path, threads)
                self._shared = [_runner(path, max(1, threads // at_once)) for _ in range(at_once if at_once > 1 else 0)]
        except FileNotFoundError:
            raise no_model(path) from None
        except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError) as error:
            raise no_classifier(path, error) from None

    def run(self, pixels: np.ndarray) -> ModelOutputs:
        """Return the model's outputs for pixels 0..255 of any number type, [n, size, size, 3]."""
        # Without pictures, a black one gives the shapes of the outputs.
        some = pixels if len(pixels) else np.zeros((1, *pixels.shape[1:]))
        outputs = [self._outputs(one[np.newaxis].astype(np.float32)) for one in some]
        found = {name: np.concatenate([one[name] for one in outputs])[: len(pixels)] for name in outputs[0]}
        return ModelOutputs(found["probabilities"], found["features"], found.get("class_maps"))

    def _outputs(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """Return the model's outputs for float32 [1, size, size, 3], by name."""
        with self._runner() as run:
            return run(pixels=pixels)

    @contextmanager
    def _runner(self) -> Iterator[Callable[..., dict[str, np.ndarray]]]:
        """Yield an interpreter that no other thread uses meanwhile."""
        with self._places:
            with self._lock:
                self._in_use += 1
                self._has_company = self._has_company or self._in_use > 1
                runner = self._shared.pop() if self._in_use > 1 or self._had_company else self._alone
            try:
                yield runner
            finally:
                with self._lock:
                    self._in_use -= 1
                    if runner is not self._alone:
                        self._shared.append(runner)
                    if not self._in_use:
                        self._had_company, self._has_company = self._has_company, False


def _runner(path: Path, threads: int) -> Callable[..., dict[str, np.ndarray]]:
    """Return a function that runs a `.tflite` file on this many threads, ready for its first picture."""
    interpreter = Interpreter(str(path), num_threads=threads)
    interpreter.allocate_tensors()
    return cast(Callable[..., dict[str, np.ndarray]], interpreter.get_signature_runner())
