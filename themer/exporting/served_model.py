"""The slow part of the export: write the LiteRT model, compare it with Keras, and write its index."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tqdm import tqdm

from themer.answering.lite_runtime import LiteRuntime
from themer.base.errors import UserError
from themer.base.files import file_sha256
from themer.exporting.index_writer import SetFacts, write_index
from themer.exporting.keras_runtime import KerasRuntime
from themer.exporting.lite_export import Comparison, compare, export_classifier
from themer.networks.model_file import load_classifier
from themer.shards.files import Batch, read_batches, read_summary

SPLIT = "test"
BATCH_SIZE = 32


def write_served_model(
    classifier_path: Path,
    model_path: Path,
    index: Path,
    shards: Path,
    photos: Path,
    facts: Mapping[str, SetFacts],
    families: Mapping[str, str],
    made_from: str,
) -> Comparison:
    """Export a classifier, check that it predicts the same on the test split, and write its index.

    Raises:
        UserError: there is no classifier or no test picture, or the exported model predicts differently.
    """
    classifier, classifier_sha256 = load_classifier(classifier_path), file_sha256(classifier_path)
    export_classifier(classifier, classifier_sha256, model_path)
    runtime = LiteRuntime(model_path)
    compared = compare(KerasRuntime(classifier, classifier_sha256), runtime, _test_batches(shards))
    if compared.pictures == 0:
        raise UserError(
            f"{shards}: the split {SPLIT!r} holds no pictures to compare predictions on. "
            "Raise regroup.split.test or fetch more sets."
        )
    write_index(runtime, shards, photos, index, made_from, facts, families)
    return compared


def _test_batches(shards: Path) -> Iterator[Batch]:
    """Yield the test pictures in batches."""
    with tqdm(total=read_summary(shards).pictures[SPLIT], desc="compare", unit=" pictures") as progress:
        for batch in read_batches(shards, SPLIT, BATCH_SIZE):
            yield batch
            progress.update(len(batch.labels))
