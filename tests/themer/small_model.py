"""A small untrained model with its shards, photos and index, made once for all tests and read-only.

Its files are in the places of `stages.paths`, so a stage can run in a copy of the folder.
"""

import os
from pathlib import Path

import pytest
from filelock import FileLock

from stages import paths
from tests.promises import NOTHING_HELD_OUT, promises
from tests.small_shards import FILL, LABELS, SIZE, settings, write_photo_shards, write_shards
from themer.base.files import file_sha256
from themer.base.model_description import Description
from themer.base.quiet_tensorflow import keras
from themer.exporting.index_writer import write_index
from themer.exporting.served_model import export_classifier
from themer.exporting.thresholds import choose_thresholds
from themer.networks.model_file import Classifier, save_classifier
from themer.networks.registry import build

TRAINING_PHOTOS = (2, 0, 1)


def small_model(factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the model. Its threshold is 0, so it predicts for every familiar picture."""
    base = factory.getbasetemp()
    # Each worker of pytest-xdist has its own folder within that of the session.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "small-model"
    with FileLock(f"{folder}.lock"):
        if not folder.is_dir():
            part = folder.with_suffix(".part")
            _make(part)
            part.rename(folder)
    return folder


def untrained_classifier(network: str = "lego_cnn", seed: int = 0) -> Classifier:
    """Return a classifier with random weights for pictures of the small shards."""
    keras.utils.set_random_seed(seed)
    model = build(settings(network=network, weights="none"), SIZE, len(LABELS))
    return Classifier(model, Description(LABELS, SIZE, FILL, network, temperature=1.0))


def _make(folder: Path) -> None:
    """Write the model, its shards and its index."""
    shards = write_shards(folder / paths.shards)
    photos = write_photo_shards(folder / paths.photo_shards, train=TRAINING_PHOTOS)
    classifier = untrained_classifier()
    save_classifier(classifier.model, classifier.description, folder / paths.classifier)
    export_classifier(classifier, file_sha256(folder / paths.classifier), folder / paths.model, views=1)
    write_index(folder / paths.model, shards, photos, folder / paths.index, made_from="small model")
    choose_thresholds(folder / paths.index, NOTHING_HELD_OUT, promises(accepted_risk=1.0))
