"""A classifier as one file for LiteRT, which answers the same without TensorFlow, the same bytes each time."""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from themer.descriptions import DESCRIPTION_NAME, description_json, member
from themer.errors import UserError
from themer.lite_runtime import CLASSIFIER_NAME
from themer.model_files import Classifier
from themer.runtimes import Runtime
from themer.seeing import seeing

LARGEST_DIFFERENCE = 1e-4


@dataclass(frozen=True)
class Comparison:
    """How many pictures two runtimes answered alike, and the largest difference between two of their probabilities."""

    pictures: int
    largest_difference: float


def export_classifier(classifier: Classifier, model_sha256: str, path: Path) -> None:
    """Write a classifier as a `.tflite` file in float32 that takes pixels 0..255 and gives what `seeing` gives.

    Its description, and the SHA-256 of the file that it comes from, are in a zip archive that follows the model, as
    with the metadata of TensorFlow Lite: https://ai.google.dev/edge/litert/models/metadata
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent) as folder:
        part = Path(folder) / "model.tflite"
        seeing(classifier.model).export(part, format="litert", verbose=False)
        with zipfile.ZipFile(part, "a") as file:
            file.writestr(member(CLASSIFIER_NAME), model_sha256)
            file.writestr(member(DESCRIPTION_NAME), description_json(classifier.description))
        part.replace(path)


def compare(one: Runtime, other: Runtime, batches: Iterable[dict[str, np.ndarray]]) -> Comparison:
    """Return how alike two runtimes answer, for batches with "set_id" and "image", uint8 [n, size, size, 3].

    Raises:
        UserError: the most probable label of a picture, or any probability by more than 0.0001, is another one.
    """
    pictures, largest = 0, 0.0
    for batch in batches:
        first, second = (runtime.see(batch["image"]).probabilities for runtime in (one, other))
        differences = np.abs(first - second).max(axis=1)
        # Written so that a NaN is no agreement.
        alike = (differences <= LARGEST_DIFFERENCE) & (first.argmax(axis=1) == second.argmax(axis=1))
        if not alike.all():
            worst = int(np.flatnonzero(~alike)[0])
            raise UserError(_unlike(batch["set_id"][worst].decode(), first[worst], second[worst]))
        pictures, largest = pictures + len(differences), max(largest, float(differences.max()))
    return Comparison(pictures, largest)


def _unlike(set_id: str, first: np.ndarray, second: np.ndarray) -> str:
    """Return what to say of a picture that is answered in two ways, float32 [classes]."""
    return (
        f"{set_id}: the exported model gives its labels the probabilities {second.round(4).tolist()} where the "
        f"classifier gives {first.round(4).tolist()}. Serve the .keras file instead, and report this: it is a fault in "
        "the conversion of this network."
    )
