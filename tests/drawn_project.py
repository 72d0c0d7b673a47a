"""A project whose pipeline has run, made in seconds: a model that knows drawn sets, its index, and what it was told."""

import os
from pathlib import Path

import pandas
import pytest
from filelock import FileLock

from tests import drawn_shards
from tests.drawn_shards import FILL, KINDS, PICTURES, drawn_set, write_drawn_shards, write_no_photos
from tests.small_shards import settings
from themer.confidence import calibrate
from themer.descriptions import Description
from themer.epochs import TrainingPictures
from themer.exporting import export_classifier
from themer.features import compute_features
from themer.files import write_bytes, write_csv, write_json
from themer.index import file_sha256
from themer.index_building import build_index
from themer.model_files import load_classifier, save_classifier
from themer.pictures import encode_png, picture_path
from themer.training import train


def shared_project(factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a project that is made once for all workers; not to be changed."""
    base = factory.getbasetemp()
    # The workers of pytest-xdist have folders of their own in the one of the whole run.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "drawn-project"
    with FileLock(f"{folder}.lock"):
        return folder if folder.is_dir() else make_project(folder)


def make_project(folder: Path) -> Path:
    """Train, index and describe a model of three kinds of drawn sets in a folder, and return the folder."""
    shards, photos = write_drawn_shards(folder / "data" / "shards"), write_no_photos(folder / "data" / "photo_shards")
    options = settings(network="efficientnet_lite0", epochs=0, feature_views=2)
    compute_features(shards, photos, options, "drawn", folder / "data" / "features")
    model, _ = train(shards, photos, folder / "data" / "features", options, folder / "models" / ".checkpoint")
    found = calibrate(model, TrainingPictures(shards, photos, options), options.accepted_risk)
    description = Description(KINDS, drawn_shards.SIZE, FILL, options.network, found.temperature, found.threshold)
    save_classifier(model, description, folder / "models" / "classifier.keras")
    build_index(folder / "models" / "classifier.keras", shards, photos, folder / "models" / "index")
    _export(folder / "models")
    _write_tables(folder, int(model.count_params()))
    return folder


def _export(folder: Path) -> None:
    """Write the model as it is served."""
    path = folder / "classifier.keras"
    export_classifier(load_classifier(path), file_sha256(path), folder / "classifier.tflite")


def _write_tables(folder: Path, parameters: int) -> None:
    """Write what the pages tell besides: thumbnails, tables and metrics."""
    names = [f"{kind}-{number}" for kind in KINDS for number in range(sum(PICTURES.values()))]
    for name in names[::2]:
        kind, number = name.split("-")
        write_bytes(encode_png(drawn_set(kind, int(number))), picture_path(folder / "data" / "thumbnails", name))
    table = pandas.DataFrame({"set_id": names, "label": [name.split("-")[0] for name in names]})
    write_csv(table, folder / "data" / "dataset.csv")
    write_json({"source": "sample", "snapshot": "2026-11-22"}, folder / "data" / "raw" / "source.json")
    write_json(PICTURES, folder / "metrics" / "dataset.json")
    write_json({"parameters": parameters}, folder / "metrics" / "train.json")
    write_json({"accuracy": 1.0, "accuracy_low": 0.7, "accuracy_high": 1.0}, folder / "metrics" / "evaluate.json")
    write_bytes(b"schema: '2.0'\n", folder / "dvc.lock")
    (folder / "data" / "photos").mkdir()
