"""Write the LiteRT model, and check that it predicts as Keras does.

The file of the model has the same bytes each time.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from tqdm import tqdm

from themer.answering.runtime import CLASSIFIER_NAME, LiteRuntime, Runtime
from themer.base.errors import UserError
from themer.base.files import file_sha256, write_bytes
from themer.base.model_description import DESCRIPTION_NAME, description_json, member
from themer.exporting.keras_runtime import KerasRuntime, with_all_outputs
from themer.networks.lite import lite_model
from themer.networks.model_file import Classifier, load_classifier
from themer.shards.files import Batch, read_batches, read_summary

SPLIT = "test"
BATCH_SIZE = 32
LARGEST_DIFFERENCE = 1e-4
# A conversion is at fault for every picture or for none.
MOST_COMPARED = 32


@dataclass(frozen=True)
class Comparison:
    """The number of pictures compared, and the largest difference between the two probabilities of any label."""

    pictures: int
    largest_difference: float


def write_served_model(classifier_path: Path, model_path: Path, shards: Path, views: int) -> Comparison:
    """Export a classifier, and check that it predicts the same on some test pictures.

    The model predicts from the picture, with two views also from its centre.

    Raises:
        UserError: there is no classifier or no test picture, or the exported model predicts differently.
    """
    classifier, classifier_sha256 = load_classifier(classifier_path), file_sha256(classifier_path)
    export_classifier(classifier, classifier_sha256, model_path, views)
    compared = compare(
        KerasRuntime(classifier, classifier_sha256, views), LiteRuntime(model_path), _test_batches(shards)
    )
    if compared.pictures == 0:
        raise UserError(
            f"{shards}: the split {SPLIT!r} holds no pictures to compare predictions on. "
            "Raise regroup.split.test or fetch more sets."
        )
    return compared


def export_classifier(classifier: Classifier, model_sha256: str, path: Path, views: int) -> None:
    """Write a classifier as a float32 `.tflite` file with the outputs of `with_all_outputs`.

    A zip archive at the end of the file holds the description and the SHA-256 of the `.keras` file, as TensorFlow
    Lite's metadata does: https://ai.google.dev/edge/litert/models/metadata
    """
    file = io.BytesIO(lite_model(with_all_outputs(classifier.model, views)))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(member(CLASSIFIER_NAME), model_sha256)
        archive.writestr(member(DESCRIPTION_NAME), description_json(classifier.description))
    write_bytes(file.getvalue(), path)


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


def _test_batches(shards: Path) -> Iterator[Batch]:
    """Yield the first MOST_COMPARED test pictures in batches."""
    count = min(MOST_COMPARED, read_summary(shards).pictures[SPLIT])
    with tqdm(total=count, desc="compare", unit=" pictures") as progress:
        for batch in islice(read_batches(shards, SPLIT, BATCH_SIZE), MOST_COMPARED // BATCH_SIZE):
            yield batch
            progress.update(len(batch.labels))


def _mismatch(set_id: str, first: np.ndarray, second: np.ndarray) -> str:
    """Return the message for a picture with two different predictions, float32 [labels] each."""
    return (
        f"{set_id}: the exported model predicts {second.round(4).tolist()}, but the trained classifier predicts "
        f"{first.round(4).tolist()}. The conversion of this network is faulty. Please report this, and choose another "
        "train.network."
    )
