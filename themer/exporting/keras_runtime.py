"""Run a trained classifier with Keras, to compare the exported model with it."""

import numpy as np

from themer.answering.runtime import ModelOutputs
from themer.exporting.model_outputs import with_all_outputs
from themer.networks.model_file import Classifier

PICTURES_PER_BATCH = 8


class KerasRuntime:
    """A trained classifier, and the SHA-256 of its file."""

    def __init__(self, classifier: Classifier, model_sha256: str) -> None:
        self._model = with_all_outputs(classifier.model)
        self.description, self.model_sha256 = classifier.description, model_sha256

    def run(self, pixels: np.ndarray) -> ModelOutputs:
        """Return the model's outputs for pixels 0..255 of any number type, [n, size, size, 3].

        Every batch is padded to the same shape, so that the other pictures in a batch change no output.
        """
        parts = []
        for start in range(0, max(1, len(pixels)), PICTURES_PER_BATCH):
            chunk = pixels[start : start + PICTURES_PER_BATCH]
            batch = np.zeros((PICTURES_PER_BATCH, *pixels.shape[1:]), np.float32)
            batch[: len(chunk)] = chunk
            outputs = self._model.predict_on_batch(batch)
            parts.append({name: np.asarray(rows, np.float32)[: len(chunk)] for name, rows in outputs.items()})
        found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return ModelOutputs(found["probabilities"], found["features"], found.get("class_maps"))
