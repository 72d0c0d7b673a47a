"""What a model computes, whichever library runs it, and the exported classifier run by LiteRT.

LiteRT is small and needs no TensorFlow.
"""

import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Protocol, cast

import numpy as np
from ai_edge_litert.interpreter import Interpreter  # type: ignore[import-untyped]

from themer.base.model_description import Description, no_classifier, no_model, read_description
from themer.base.quiet_stderr import without_notes

CLASSIFIER_NAME = "classifier.sha256"
SHORTEST = 1e-12
# What reading a file raises that is no exported classifier.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, RuntimeError, OSError)
NOTE = re.compile(rb"INFO: ")


@dataclass(frozen=True)
class ModelOutputs:
    """What a model computes for n pictures; all arrays are float32.

    `probabilities` is [n, labels]. `features` is [n, width], rows of length 1, and so is `block_features`: what every
    block of the network finds, or `features` again for other models. `class_maps` is
    [n, height, width, labels]: what each place in the picture adds to each label's logit. It is None for a network that
    does not average its features over the picture.
    """

    probabilities: np.ndarray
    features: np.ndarray
    block_features: np.ndarray
    class_maps: np.ndarray | None

    @classmethod
    def of(cls, found: Mapping[str, np.ndarray]) -> "ModelOutputs":
        """Return the outputs for a model's "logits" and "features", and its "block_features" and "class_maps" if any.

        LiteRT's own softmax and sums have other last bits on processors with AVX-512.
        """
        shares = np.exp(found["logits"].astype(np.float64) - found["logits"].max(axis=1, keepdims=True))
        probabilities = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
        features = _of_length_one(found["features"])
        of_blocks = _of_length_one(found["block_features"]) if "block_features" in found else features
        return cls(probabilities, features, of_blocks, found.get("class_maps"))


def _of_length_one(rows: np.ndarray) -> np.ndarray:
    """Return rows float32 [n, width] scaled to length 1; rows of zeros stay zero."""
    lengths = np.sqrt(np.square(rows, dtype=np.float64).sum(axis=1, keepdims=True))
    return np.asarray(rows / np.maximum(lengths, SHORTEST), np.float32)


class Runtime(Protocol):
    """A loaded model, its description, and the SHA-256 of the `.keras` file that it was made from."""

    description: Description
    model_sha256: str

    def run(self, pixels: np.ndarray) -> ModelOutputs:
        """Return the model's outputs for pixels 0..255 of any number type, [n, size, size, 3]."""


class LiteRuntime:
    """A `.tflite` file that the stage export wrote, or its content, run by LiteRT; by default a thread for each core.

    It runs each picture by itself. On a CPU a batch saves nothing and takes more memory, and a prediction could depend
    on the other pictures in the batch.

    Several threads may call it; at most `at_once` pictures run at the same time, be they of one call or of several. A
    single picture gets all cores, which is fastest for it. Concurrent pictures share the cores, which gives a higher
    rate. The first single picture after concurrent ones still gets a share only, since more are likely to follow.

    Raises:
        UserError: the file is missing, or is not an exported classifier.
    """

    def __init__(self, source: Path | bytes, threads: int | None = None, at_once: int = 1) -> None:
        path = source if isinstance(source, Path) else Path("model.tflite")
        threads = threads or os.cpu_count() or 1
        self._at_once, self._slots, self._lock = at_once, BoundedSemaphore(at_once), Lock()
        self._running, self._was_shared, self._is_shared = 0, False, False
        try:
            # Read once: LiteRT would map the file into memory, and compute with what is written into it later.
            content = source.read_bytes() if isinstance(source, Path) else source
            with zipfile.ZipFile(io.BytesIO(content)) as file:
                self.description = read_description(file)
                self.model_sha256 = file.read(CLASSIFIER_NAME).decode()
            with without_notes(NOTE):
                self._sole_runner = _runner(content, threads)
                count = at_once if at_once > 1 else 0
                self._share_runners = [_runner(content, max(1, threads // at_once)) for _ in range(count)]
        except FileNotFoundError:
            raise no_model(path) from None
        except DAMAGED as error:
            raise no_classifier(path, error) from None

    def run(self, pixels: np.ndarray) -> ModelOutputs:
        """Return the model's outputs for pixels 0..255 of any number type, [n, size, size, 3]."""
        # For an empty batch, a black picture gives the shapes of the outputs.
        pictures = pixels if len(pixels) else np.zeros((1, *pixels.shape[1:]))
        threads = min(self._at_once, len(pictures))
        with ThreadPoolExecutor(threads) as pool:
            # Without work, a pool starts no thread.
            parts = list((pool.map if threads > 1 else map)(self._outputs, pictures))
        found = {name: np.concatenate([part[name] for part in parts])[: len(pixels)] for name in parts[0]}
        return ModelOutputs.of(found)

    def _outputs(self, picture: np.ndarray) -> dict[str, np.ndarray]:
        """Return the model's outputs for one picture, [size, size, 3], by name."""
        with self._runner() as run:
            return run(pixels=picture[np.newaxis].astype(np.float32))

    @contextmanager
    def _runner(self) -> Iterator[Callable[..., dict[str, np.ndarray]]]:
        """Yield an interpreter that no other thread uses at the same time."""
        with self._slots:
            with self._lock:
                self._running += 1
                self._is_shared = self._is_shared or self._running > 1
                runner = self._share_runners.pop() if self._running > 1 or self._was_shared else self._sole_runner
            try:
                yield runner
            finally:
                with self._lock:
                    self._running -= 1
                    if runner is not self._sole_runner:
                        self._share_runners.append(runner)
                    if not self._running:
                        self._was_shared, self._is_shared = self._is_shared, False


def _runner(content: bytes, threads: int) -> Callable[..., dict[str, np.ndarray]]:
    """Return a function that runs the content of a `.tflite` file on some threads, with its memory allocated."""
    interpreter = Interpreter(model_content=content, num_threads=threads)
    interpreter.allocate_tensors()
    return cast(Callable[..., dict[str, np.ndarray]], interpreter.get_signature_runner())
