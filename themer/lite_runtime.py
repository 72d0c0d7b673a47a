"""A classifier run by LiteRT, which is small and needs no TensorFlow, as the server does."""

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

from themer.descriptions import no_classifier, no_model, read_description
from themer.quiet_stderr import without_notes
from themer.runtimes import Seen

CLASSIFIER_NAME = "classifier.sha256"
NOTE = re.compile(rb"INFO: ")


class LiteRuntime:
    """A `.tflite` file that the stage export wrote, run by LiteRT with so many threads, by default one a core.

    Pictures are seen one by one: a batch saves nothing on a processor, takes more memory, and would let a picture's
    answer depend on its company. May be used by several threads, of which `at_once` see a picture at a time: one that
    is alone with all cores, which is fastest for it; several with a part each, which together see more in a second.
    After company one sees a picture by itself before it gets all cores: most likely it will have company again.

    Raises:
        UserError: there is no such file, or it is no classifier.
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

    def see(self, pixels: np.ndarray) -> Seen:
        """Return what is seen in pixels 0..255 of any number type, [n, size, size, 3]."""
        # Without pictures, one that is black tells the shapes of the outputs.
        some = pixels if len(pixels) else np.zeros((1, *pixels.shape[1:]))
        outputs = [self._outputs(one[np.newaxis].astype(np.float32)) for one in some]
        seen = {name: np.concatenate([one[name] for one in outputs])[: len(pixels)] for name in outputs[0]}
        return Seen(seen["probabilities"], seen["features"], seen.get("class_maps"))

    def _outputs(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """Return the model's outputs for float32 [1, size, size, 3], by name."""
        with self._runner() as run:
            return run(pixels=pixels)

    @contextmanager
    def _runner(self) -> Iterator[Callable[..., dict[str, np.ndarray]]]:
        """Yield what nobody else runs meanwhile."""
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
    """Return what runs a `.tflite` file on so many threads, ready for its first picture."""
    interpreter = Interpreter(str(path), num_threads=threads)
    interpreter.allocate_tensors()
    return cast(Callable[..., dict[str, np.ndarray]], interpreter.get_signature_runner())
