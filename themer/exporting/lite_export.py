"""Export a classifier as a LiteRT file, with the same bytes each time, and check that it predicts the same."""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from themer.answering.lite_runtime import CLASSIFIER_NAME
from themer.answering.runtime import Runtime
from themer.base.errors import UserError
from themer.base.model_description import DESCRIPTION_NAME, description_json, member
from themer.exporting.keras_runtime import with_all_outputs
from themer.networks.model_file import Classifier
from themer.shards.files import Batch

LARGEST_DIFFERENCE = 1e-4


@dataclass(frozen=True)
class Comparison:
    """The number of pictures compared, and the largest difference between the two probabilities of any label."""

    pictures: int
    largest_difference: float


def export_classifier(classifier: Classifier, model_sha256: str, path: Path) -> None:
    """Write a classifier as a float32 `.tflite` file with the outputs of `with_all_outputs`.

    A zip archive at the end of the file holds the description and the SHA-256 of the `.keras` file, as TensorFlow
    Lite's metadata does: https://ai.google.dev/edge/litert/models/metadata
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent) as folder:
        part = Path(folder) / "model.tflite"
        with_all_outputs(classifier.model).export(part, format="litert", verbose=False)
        with zipfile.ZipFile(part, "a") as file:
            file.writestr(member(CLASSIFIER_NAME), model_sha256)
            file.writestr(member(DESCRIPTION_NAME), description_json(classifier.description))
        part.replace(path)


def compare(classifier: Runtime, exported: Runtime, batches: Iterable[Batch]) -> Comparison:
    """Compare two runtimes on batches of pictures.

    Raises:
        UserError: for some picture the most probable label differs, or a probability differs by more than 0.0001.
    """
    pictures, largest = 0, 0.0
    for batch in batches:
        first, second = (runtime.run(batch.pixels).probabilities for runtime in (classifier, exported))
        differences = np.abs(first - second).max(axis=1)
        # Written so that NaN counts as a difference.
        same = (differences <= LARGEST_DIFFERENCE) & (first.argmax(axis=1) == second.argmax(axis=1))
        if not same.all():
            worst = int(np.flatnonzero(~same)[0])
            raise UserError(_mismatch(batch.set_ids[worst], first[worst], second[worst]))
        pictures, largest = pictures + len(differences), max(largest, float(differences.max()))
    return Comparison(pictures, largest)


def _mismatch(set_id: str, first: np.ndarray, second: np.ndarray) -> str:
    """Return the message for a picture with two different predictions, float32 [labels] each."""
    return (
        f"{set_id}: the exported model predicts {second.round(4).tolist()}, but the trained classifier predicts "
        f"{first.round(4).tolist()}. The conversion of this network is at fault: please report it, and choose another "
        "train.network."
    )
