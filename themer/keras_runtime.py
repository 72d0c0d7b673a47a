"""A classifier run by Keras, as the stages do."""

from pathlib import Path

import numpy as np

from themer.index import file_sha256
from themer.model_files import Classifier, load_classifier
from themer.runtimes import Seen
from themer.seeing import seeing

PICTURES_PER_BATCH = 8


class KerasRuntime:
    """A trained classifier and the SHA-256 of the file that it comes from."""

    def __init__(self, classifier: Classifier, model_sha256: str) -> None:
        self._model = seeing(classifier.model)
        self.description, self.model_sha256 = classifier.description, model_sha256
        self.width = int(self._model.output["features"].shape[-1])

    @classmethod
    def load(cls, path: Path) -> "KerasRuntime":
        """Read a `.keras` file; raise UserError if there is none, or it is no classifier."""
        return cls(load_classifier(path), file_sha256(path))

    def see(self, pixels: np.ndarray) -> Seen:
        """Return what is seen in pixels 0..255 of any number type, [n, size, size, 3].

        A picture's answer does not depend on its company: every batch has the same shape, the last one filled up.
        """
        parts = []
        for start in range(0, max(1, len(pixels)), PICTURES_PER_BATCH):
            some = pixels[start : start + PICTURES_PER_BATCH]
            batch = np.zeros((PICTURES_PER_BATCH, *pixels.shape[1:]), np.float32)
            batch[: len(some)] = some
            outputs = self._model.predict_on_batch(batch)
            parts.append({name: np.asarray(rows, np.float32)[: len(some)] for name, rows in outputs.items()})
        seen = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return Seen(seen["probabilities"], seen["features"], seen.get("class_maps"))
