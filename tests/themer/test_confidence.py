import numpy as np
import pytest

from tests.small_shards import settings, write_photo_shards, write_shards
from themer.base.quiet_tensorflow import keras
from themer.training.calibrate import Confidence, calibrate
from themer.training.confidence import ANSWER_NOTHING, with_temperature
from themer.training.fit import probabilities
from themer.training.training_pictures import TrainingPictures


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> TrainingPictures:
    folder = tmp_path_factory.mktemp("pictures")
    shards = write_shards(folder / "shards", validation=(12, 12, 12))
    return TrainingPictures(shards, write_photo_shards(folder / "photos"), settings())


def classifier(steepness: float, green: float = 0) -> keras.Model:
    """Return a classifier by the mean colour, as sure as it is steep, for which green needs a head start."""
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, activation="softmax", name="probabilities"),
        ]
    )
    # The channels are red, green, blue and the labels blue, green, red.
    model.get_layer("probabilities").set_weights(
        [np.eye(3, dtype=np.float32)[::-1] * steepness, np.array([0, green * steepness, 0], np.float32)]
    )
    return model


@pytest.mark.parametrize("steepness", [0.01, 0.2, 0.4])
def test_the_model_itself_answers_with_calibrated_probabilities(pictures, steepness):
    model = classifier(steepness, green=-60)
    before, actual = probabilities(model, pictures.plain("validation"))
    found = calibrate(model, pictures, 0.1)
    after, _ = probabilities(model, pictures.plain("validation"))
    np.testing.assert_allclose(after, with_temperature(before, found.temperature), atol=1e-5)
    assert (after.argmax(axis=1) == before.argmax(axis=1)).all()
    assert found.validation_accuracy == np.mean(after.argmax(axis=1) == actual) < 1
    assert found.validation_loss <= -np.log(np.maximum(before[np.arange(36), actual], 1e-30)).mean() + 1e-6


def test_overconfidence_is_cooled(pictures):
    assert calibrate(classifier(0.4, green=-60), pictures, 0.1).temperature > 2


def test_modesty_is_sharpened(pictures):
    assert calibrate(classifier(0.005), pictures, 0.1).temperature < 1


def test_the_threshold_keeps_the_accepted_risk(pictures):
    model = classifier(0.2, green=-60)
    found = calibrate(model, pictures, 0.05)
    given, actual = probabilities(model, pictures.plain("validation"))
    answered = given.max(axis=1) >= found.threshold - 1e-6
    assert 0 < found.threshold <= 1 and answered.mean() == pytest.approx(found.validation_answered)
    assert np.mean(given.argmax(axis=1)[answered] != actual[answered]) <= 0.05


def test_a_classifier_that_is_always_wrong_answers_nothing(pictures):
    found = calibrate(classifier(-0.2), pictures, 0.05)
    assert (found.threshold, found.validation_answered) == (ANSWER_NOTHING, 0)


def test_all_figures_are_plain_numbers(pictures):
    found = calibrate(classifier(0.2), pictures, 1)
    assert found.threshold == 0 and found.validation_answered == 1
    assert all(type(value) is float for value in vars(found).values()) and isinstance(found, Confidence)
