"""What runs a model: LiteRT, which is small and needs no TensorFlow, or Keras."""

import os
import re
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

import numpy as np
from ai_edge_litert.interpreter import Interpreter  # type: ignore[import-untyped]

from themer.descriptions import Description, no_classifier, no_model, read_description
from themer.quiet_stderr import without_notes

CLASSIFIER_NAME = "classifier.sha256"
NOTE = re.compile(rb"INFO: ")


@dataclass(frozen=True)
class Seen:
    """What a model sees in n pictures, all float32.

    Probabilities [n, classes], features of length 1 [n, width], and what each place adds to each theme
    [n, height, width, classes], None for a network that does not average over the picture's places.
    """

    probabilities: np.ndarray
    features: np.ndarray
    class_maps: np.ndarray | None


class Runtime(Protocol):
    """A model that is ready to be asked, its description, and the SHA-256 of the classifier that it was made from."""

    description: Description
    model_sha256: str

    def see(self, pixels: np.ndarray) -> Seen:
        """Return what is seen in pixels 0..255 of any number type, [n, size, size, 3]."""


class LiteRuntime:
    """A `.tflite` file that the stage export wrote, run by LiteRT.

    Pictures are seen one by one, since on a processor a batch saves nothing, but several at a time: each of so many
    interpreters has a thread. A picture's answer does not depend on its company. May be used by several threads.

    Raises:
        UserError: there is no such file, or it is no classifier.
    """

    def __init__(self, path: Path, threads: int | None = None) -> None:
        try:
            with zipfile.ZipFile(path) as file:
                self.description = read_description(file)
                self.model_sha256 = file.read(CLASSIFIER_NAME).decode()
            count = threads or os.cpu_count() or 1
            self._free: SimpleQueue[Any] = SimpleQueue()
            with without_notes(NOTE):
                for _ in range(count):
                    self._free.put(_runner(path))
        except FileNotFoundError:
            raise no_model(path) from None
        except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError) as error:
            raise no_classifier(path, error) from None
        self._pool = ThreadPoolExecutor(count)

    def see(self, pixels: np.ndarray) -> Seen:
        """Return what is seen in pixels 0..255 of any number type, [n, size, size, 3]."""
        # An empty batch as well has to tell its outputs' shapes.
        one_by_one = np.asarray(pixels, np.float32)[:, np.newaxis]
        if len(pixels) == 0:
            return _joined([self._see_one(np.zeros((1, *pixels.shape[1:]), np.float32))], 0)
        if len(pixels) == 1:
            return _joined([self._see_one(one_by_one[0])], 1)
        return _joined(list(self._pool.map(self._see_one, one_by_one)), len(pixels))

    def _see_one(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """Return the outputs for float32 [1, size, size, 3], from an interpreter that nobody else uses meanwhile."""
        run = self._free.get()
        try:
            return dict(run(pixels=pixels))
        finally:
            self._free.put(run)


def _runner(path: Path) -> Any:
    """Return an interpreter of a `.tflite` file, ready to be called with `pixels=`; ValueError if it is none."""
    interpreter = Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    return interpreter.get_signature_runner()


def load_runtime(path: Path) -> Runtime:
    """Return what runs a model's file: Keras for `.keras`, else LiteRT.

    Raises:
        UserError: there is no such file, or it is no classifier.
    """
    if path.suffix == ".keras":
        # Imported here, so that a server needs no TensorFlow.
        from themer.keras_runtime import KerasRuntime

        return KerasRuntime.load(path)
    return LiteRuntime(path)


def _joined(outputs: Sequence[dict[str, np.ndarray]], count: int) -> Seen:
    """Return the first so many rows of some pictures' outputs, one after another."""
    joined = {name: np.concatenate([one[name] for one in outputs])[:count] for name in outputs[0]}
    return Seen(joined["probabilities"], joined["features"], joined.get("class_maps"))
