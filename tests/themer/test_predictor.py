from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image
from sklearn.datasets import load_sample_images

from tests import drawn_shards
from tests.drawn_shards import KINDS, drawn_set, write_drawn_shards, write_no_photos
from tests.small_shards import FILL, LABELS, SIZE, picture, settings, write_photo_shards, write_shards
from themer.confidence import calibrate
from themer.epochs import TrainingPictures
from themer.errors import UserError
from themer.features import compute_features
from themer.index import build_index
from themer.model_files import Classifier, Description, save_classifier
from themer.networks import build
from themer.predictor import UNLIKE_ANY, Predictor
from themer.quiet_tensorflow import keras
from themer.shards import read_summary, write_summary
from themer.training import train

PICTURES = np.stack([picture(index % 3, index) for index in range(19)])


def saved(folder: Path, labels: list[str], threshold: float) -> Predictor:
    """Return a predictor that was saved and loaded, of a network that learned nothing yet."""
    shards, photos = write_shards(folder / "shards"), write_photo_shards(folder / "photos")
    write_summary(shards, replace(read_summary(shards), labels=labels))
    keras.utils.set_random_seed(0)
    description = Description(labels, SIZE, FILL, "lego_cnn", 1.0, threshold)
    save_classifier(build(settings(), SIZE, 3), description, folder / "one.keras")
    build_index(folder / "one.keras", shards, photos, folder / "index")
    return Predictor.load(folder / "one.keras", folder / "index")


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    return saved(tmp_path_factory.mktemp("predictor"), LABELS, 0.0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """A pretrained network's classifier that learned, in seconds, what a few drawn sets are."""
    folder = tmp_path_factory.mktemp("trained")
    shards, photos = write_drawn_shards(folder / "shards"), write_no_photos(folder / "photos")
    options = settings(network="efficientnet_lite0", epochs=0, feature_views=2)
    compute_features(shards, photos, options, "drawn", folder / "features")
    model, _ = train(shards, photos, folder / "features", options, folder / "checkpoint")
    found = calibrate(model, TrainingPictures(shards, photos, options), options.accepted_risk)
    description = Description(
        KINDS, drawn_shards.SIZE, FILL, "efficientnet_lite0", found.temperature, found.threshold
    )
    save_classifier(model, description, folder / "one.keras")
    build_index(folder / "one.keras", shards, photos, folder / "index")
    return Predictor.load(folder / "one.keras", folder / "index")


def with_threshold(predictor: Predictor, threshold: float) -> Predictor:
    """Return the same predictor with another threshold."""
    found = Predictor(Classifier(predictor._model, predictor.description), predictor.index)
    found.description = replace(predictor.description, threshold=threshold)
    return found
