import numpy as np
import pytest
from PIL import Image

from tests.small_shards import FILL, LABELS, picture, settings
from themer.model_files import Classifier, Description, save_classifier
from themer.networks import build
from themer.predictor import Predictor
from themer.quiet_tensorflow import keras


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    keras.utils.set_random_seed(0)
    return Predictor(Classifier(build(settings(), 32, 3), Description(LABELS, 32, FILL, "lego_cnn")))


PICTURES = np.stack([picture(index % 3, index) for index in range(19)])


def test_answers_are_probabilities_in_the_order_of_the_labels(predictor):
    answers = predictor.probabilities(PICTURES)
    assert predictor.labels == LABELS
    assert answers.shape == (19, 3) and answers.dtype == np.float32
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)
    assert np.ptp(answers, axis=0).min() > 0


@pytest.mark.parametrize("count", [1, 7, 8, 9])
def test_an_answer_does_not_depend_on_the_company(predictor, count):
    answers = predictor.probabilities(PICTURES)
    np.testing.assert_allclose(predictor.probabilities(PICTURES[-count:]), answers[-count:], atol=1e-6, rtol=0)


def test_no_pictures_give_no_answers(predictor):
    assert predictor.probabilities(PICTURES[:0]).shape == (0, 3)


@pytest.mark.parametrize("pictures", [PICTURES.astype(np.float32), PICTURES[:, :16], PICTURES[0]])
def test_other_arrays_are_refused(predictor, pictures):
    with pytest.raises(ValueError, match=r"expected uint8 \[n, 32, 32, 3\], received"):
        predictor.probabilities(pictures)


def test_a_picture_gets_every_label_most_probable_first(predictor):
    answer = predictor.predict(Image.fromarray(PICTURES[0]))
    assert sorted(answer) == LABELS
    assert list(answer.values()) == sorted(answer.values(), reverse=True)
    np.testing.assert_allclose([answer[label] for label in LABELS], predictor.probabilities(PICTURES[:1])[0], atol=1e-6)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1"])
def test_pictures_of_any_mode_and_size_are_answered(predictor, mode):
    answer = predictor.predict(Image.fromarray(PICTURES[0]).resize((90, 40)).convert(mode))
    assert sum(answer.values()) == pytest.approx(1, abs=1e-5)


def test_a_picture_lying_on_its_side_is_turned_up(predictor):
    upright = Image.fromarray(PICTURES[1]).resize((40, 20))
    sideways = upright.transpose(Image.Transpose.ROTATE_90)
    sideways.getexif()[0x0112] = 6
    assert predictor.predict(sideways) == pytest.approx(predictor.predict(upright), abs=1e-6)


def test_a_model_file_is_loaded(predictor, tmp_path):
    save_classifier(build(settings(), 32, 3), Description(LABELS, 32, FILL, "lego_cnn"), tmp_path / "one.keras")
    assert Predictor.load(tmp_path / "one.keras").labels == LABELS
