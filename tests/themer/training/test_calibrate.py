import numpy as np
import pytest

from tests.small_shards import settings, write_photo_shards, write_shards
from themer.base.quiet_tensorflow import keras
from themer.training.calibrate import Calibration, calibrate
from themer.training.confidence import expected_calibration_error, with_temperature
from themer.training.fit import probabilities
from themer.training.training_pictures import TrainingPictures


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> TrainingPictures:
    folder = tmp_path_factory.mktemp("pictures")
    shards = write_shards(folder / "shards", validation=(12, 12, 12))
    return TrainingPictures(shards, write_photo_shards(folder / "photos"), settings())


def classifier(steepness: float, green: float = 0) -> keras.Model:
    """Return a classifier by mean colour whose confidence grows with `steepness`; `green` shifts one label's logit."""
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, activation="softmax", name="probabilities"),
        ]
    )
    # The channels are red, green, blue; the labels are blue, green, red.
    model.get_layer("probabilities").set_weights(
        [np.eye(3, dtype=np.float32)[::-1] * steepness, np.array([0, green * steepness, 0], np.float32)]
    )
    return model


@pytest.mark.parametrize("steepness", [0.01, 0.2, 0.4])
def test_the_model_itself_predicts_calibrated_probabilities(pictures, steepness):
    model = classifier(steepness, green=-60)
    before, actual = probabilities(model, pictures.plain("validation"))
    found = calibrate(model, pictures)
    after, _ = probabilities(model, pictures.plain("validation"))
    np.testing.assert_allclose(after, with_temperature(before, found.temperature), atol=1e-5)
    assert (after.argmax(axis=1) == before.argmax(axis=1)).all()
    assert found.accuracy == np.mean(after.argmax(axis=1) == actual) < 1
    assert found.loss <= -np.log(np.maximum(before[np.arange(36), actual], 1e-30)).mean() + 1e-6
    assert found.calibration_error == pytest.approx(expected_calibration_error(actual, after), abs=1e-4)
    assert found.calibration_error_before == expected_calibration_error(actual, before)


def test_an_overconfident_model_gets_a_high_temperature(pictures):
    assert calibrate(classifier(0.4, green=-60), pictures).temperature > 2


def test_an_underconfident_model_gets_a_low_temperature(pictures):
    assert calibrate(classifier(0.005), pictures).temperature < 1


def test_all_scores_are_plain_numbers(pictures):
    found = calibrate(classifier(0.2), pictures)
    assert all(type(value) is float for value in vars(found).values()) and isinstance(found, Calibration)
