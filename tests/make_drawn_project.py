"""Make the project that `tests.drawn_project` shares: python -m tests.make_drawn_project FOLDER"""

import os
import sys
from pathlib import Path

import pandas

from stages import paths
from tests.drawn_sets import FILL, KINDS, PICTURES, SIZE, drawn_set
from tests.drawn_shards import write_drawn_shards, write_no_photos
from tests.promises import NOTHING_HELD_OUT, promises
from tests.recording import record
from tests.small_shards import settings
from themer.base.files import file_sha256, write_bytes, write_json
from themer.base.model_description import Description
from themer.base.tables import write_csv
from themer.exporting.index_writer import write_index
from themer.exporting.served_model import export_classifier
from themer.exporting.thresholds import choose_thresholds
from themer.features.storing import store_features
from themer.networks.model_file import Classifier, save_classifier
from themer.pictures.files import picture_path
from themer.pictures.images import encode_png
from themer.training.fit import calibrate, train

# Few validation pictures promise little: with half of 18, faultless, the risk may still be two fifths.
ACCEPTED_RISK = 0.45


def main(folder: Path) -> None:
    """Write the model, its index and the tables that the pages show, with the pipeline's own functions."""
    folder.mkdir()
    os.chdir(folder)
    write_drawn_shards(paths.shards)
    write_no_photos(paths.photo_shards)
    export_classifier(trained(), file_sha256(paths.classifier), paths.model, views=1)
    write_index(paths.model, paths.shards, paths.photo_shards, paths.index, made_from="drawn sets")
    choose_thresholds(paths.index, NOTHING_HELD_OUT, promises(ACCEPTED_RISK))
    write_tables()


def trained() -> Classifier:
    """Fit a linear classifier on the last layer's features, calibrate and save it; return it.

    An epoch in which nothing else is trained leaves it a classifier like a fine-tuned one.
    """
    options = settings(
        network="efficientnet_lite0",
        epochs=1,
        fine_tuned_blocks=0,
        feature_views=1,
        warm_up_epochs=0,
        learning_rate=1e-6,
    )
    store_features(paths.shards, paths.photo_shards, options, paths.features)
    model, _, validation = train(paths.shards, paths.photo_shards, paths.features, options, paths.checkpoint)
    found = calibrate(model, validation)
    description = Description(KINDS, SIZE, FILL, options.network, found.temperature)
    save_classifier(model, description, paths.classifier)
    write_json({"parameters": int(model.count_params())}, paths.train_metrics)
    return Classifier(model, description)


def write_tables() -> None:
    """Write thumbnails of half of the sets, and the other tables and metrics that the pages show."""
    names = [f"{kind}-{number}" for kind in KINDS for number in range(sum(PICTURES.values()))]
    for name in names[::2]:
        kind, number = name.split("-")
        write_bytes(encode_png(drawn_set(kind, int(number))), picture_path(paths.thumbnails, name))
    table = pandas.DataFrame({"set_id": names, "label": [name.split("-")[0] for name in names]})
    write_csv(table, paths.dataset)
    write_json({"source": "sample", "snapshot": "2026-11-22"}, paths.source)
    write_json(PICTURES, paths.dataset_metrics)
    scores = {"accuracy": 1.0, "accuracy_low": 0.7, "accuracy_high": 1.0, "confidence_level": 0.95}
    write_json(scores, paths.evaluate_metrics)
    paths.photos.mkdir()
    record(Path())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
