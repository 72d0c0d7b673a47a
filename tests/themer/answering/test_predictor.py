from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image
from sklearn.datasets import load_sample_images

from tests.drawn_project import shared_project
from tests.drawn_shards import KINDS, drawn_set
from tests.small_shards import FILL, LABELS, SIZE, picture, settings, write_photo_shards, write_shards
from themer.answering.index import Index
from themer.answering.predictor import UNLIKE_ANY, Predictor
from themer.base.errors import UserError
from themer.base.files import file_sha256
from themer.base.model_description import Description
from themer.base.quiet_tensorflow import keras
from themer.dataset.shards import read_split
from themer.exporting.index_writer import build_index
from themer.exporting.keras_runtime import KerasRuntime
from themer.exporting.lite_export import export_classifier
from themer.networks.model_file import Classifier, load_classifier, save_classifier
from themer.networks.registry import build
from themer.pictures.images import square

PICTURES = np.stack([picture(index % 3, index) for index in range(19)])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a network that learned nothing yet, its index and its shards."""
    folder = tmp_path_factory.mktemp("predictor")
    shards, photos = write_shards(folder / "shards"), write_photo_shards(folder / "photos")
    keras.utils.set_random_seed(0)
    save_classifier(
        build(settings(), SIZE, 3), Description(LABELS, SIZE, FILL, "lego_cnn", 1.0, 0.0), folder / "one.keras"
    )
    build_index(folder / "one.keras", shards, photos, folder / "index")
    export_classifier(load_classifier(folder / "one.keras"), file_sha256(folder / "one.keras"), folder / "one.tflite")
    return folder


@pytest.fixture(scope="module", params=["one.keras", "one.tflite"])
def predictor(project: Path, request: pytest.FixtureRequest) -> Predictor:
    return Predictor.load(project / request.param, project / "index")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """A pretrained network whose classifier has learned, in seconds, what a few drawn sets are."""
    models = shared_project(tmp_path_factory) / "models"
    return Predictor.load(models / "classifier.keras", models / "index")


def changed(project: Path, **changes: object) -> Predictor:
    """Return the predictor of a folder with another description."""
    classifier = load_classifier(project / "one.keras")
    described = Classifier(classifier.model, replace(classifier.description, **changes))
    return Predictor(KerasRuntime(described, ""), Index(project / "index"))


def learned(project: Path) -> Image.Image:
    """Return a picture of the training split."""
    [example] = read_split(project / "shards", "train").take(1).as_numpy_iterator()
    return Image.fromarray(example["image"])


def test_answers_are_probabilities_in_the_order_of_the_labels(predictor):
    answers = predictor.probabilities(PICTURES)
    assert predictor.labels == LABELS
    assert answers.shape == (19, 3) and answers.dtype == np.float32
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)
    assert np.ptp(answers, axis=0).min() > 0


@pytest.mark.parametrize("count", [1, 7, 8, 9])
def test_an_answer_does_not_depend_on_the_company(predictor, count):
    all_of_them, some = predictor.assess(PICTURES), predictor.assess(PICTURES[-count:])
    np.testing.assert_allclose(some.probabilities, all_of_them.probabilities[-count:], atol=1e-6, rtol=0)
    np.testing.assert_allclose(some.distances, all_of_them.distances[-count:], atol=1e-6, rtol=0)


def test_no_pictures_give_no_answers(predictor):
    assert predictor.probabilities(PICTURES[:0]).shape == (0, 3)
    assert predictor.assess(PICTURES[:0]).sure.shape == (0,)


@pytest.mark.parametrize("pictures", [PICTURES.astype(np.float32), PICTURES[:, :16], PICTURES[0]])
def test_other_arrays_are_refused(predictor, pictures):
    for method in (predictor.probabilities, predictor.assess):
        with pytest.raises(ValueError, match=r"expected uint8 \[n, 32, 32, 3\], received"):
            method(pictures)


def test_sure_is_what_is_probable_and_familiar(project):
    probabilities = changed(project).probabilities(PICTURES).max(axis=1)
    found = changed(project, threshold=float(np.median(probabilities))).assess(PICTURES)
    familiar = found.distances <= Index(project / "index").summary.limit
    np.testing.assert_array_equal(found.familiar, familiar)
    np.testing.assert_array_equal(found.sure, familiar & (probabilities >= np.median(probabilities)))
    assert 0 < found.sure.sum() < 19


def test_a_picture_gets_every_label_most_probable_first(project, predictor):
    found = predictor.answer(learned(project))
    assert sorted(found.probabilities) == LABELS
    assert list(found.probabilities.values()) == sorted(found.probabilities.values(), reverse=True)
    assert (found.theme, found.confidence) == next(iter(found.probabilities.items()))
    assert found.sure and found.reason is None


def test_a_picture_that_was_learned_from_finds_its_own_set(project, predictor):
    nearest = predictor.answer(learned(project)).nearest
    assert (nearest[0].set_id, nearest[0].theme) == ("500-1", "blue")
    distances = [one.distance for one in nearest]
    assert len(nearest) == 6 and distances == sorted(distances)


def test_below_the_threshold_it_is_not_sure_and_says_how_probable(project):
    found = changed(project, threshold=0.9).answer(learned(project))
    assert (found.theme, found.level, found.sure) == (None, "none", False)
    assert found.confidence == max(found.probabilities.values())
    assert found.reason == f"the most probable theme has only {100 * found.confidence:.0f} %"


def test_it_steps_back_to_the_theme_above(project):
    labels = ["Space / Classic Space", "Space / Ice Planet", "Space / Blacktron"]
    found = changed(project, labels=labels, threshold=0.9).answer(learned(project))
    assert (found.theme, found.level, found.sure) == ("Space", "ancestor", False)
    assert found.confidence == pytest.approx(1, abs=1e-5)
    assert found.reason == f"the most probable theme has only {100 * max(found.probabilities.values()):.0f} %"


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1"])
def test_pictures_of_any_mode_and_size_are_answered(predictor, mode):
    found = predictor.answer(Image.fromarray(PICTURES[0]).resize((90, 40)).convert(mode))
    assert sum(found.probabilities.values()) == pytest.approx(1, abs=1e-5)


def test_a_picture_lying_on_its_side_is_turned_up(predictor):
    upright = Image.fromarray(PICTURES[1]).resize((40, 20))
    sideways = upright.transpose(Image.Transpose.ROTATE_90)
    sideways.getexif()[0x0112] = 6
    expected = predictor.answer(upright).probabilities
    assert predictor.answer(sideways).probabilities == pytest.approx(expected, abs=1e-6)


def test_the_index_of_another_model_is_refused(project, tmp_path):
    description = load_classifier(project / "one.keras").description
    save_classifier(build(settings(), SIZE, 3), description, tmp_path / "other.keras")
    with pytest.raises(UserError, match=r"of another model than .*other\.keras\. Run: dvc repro"):
        Predictor.load(tmp_path / "other.keras", project / "index")


def test_both_files_of_a_model_answer_alike(project):
    one, other = (
        Predictor.load(project / name, project / "index").assess(PICTURES) for name in ("one.keras", "one.tflite")
    )
    np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-6)
    np.testing.assert_allclose(one.features, other.features, atol=1e-5)
    np.testing.assert_array_equal(one.sure, other.sure)


def test_a_batch_is_answered_as_each_picture_alone(predictor):
    for pixels, found in zip(PICTURES, predictor.answers(PICTURES), strict=True):
        alone = predictor.answer(Image.fromarray(pixels))
        assert (alone.theme, alone.level, alone.reason) == (found.theme, found.level, found.reason)
        assert [one.set_id for one in alone.nearest] == [one.set_id for one in found.nearest]
        assert alone.probabilities == pytest.approx(found.probabilities, abs=1e-6)


def test_threads_may_ask_at_the_same_time(predictor):
    expected = predictor.probabilities(PICTURES)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(predictor.probabilities, [PICTURES] * 12):
            np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_prepared_picture_is_upright_and_padded(predictor):
    pixels = predictor.prepare(Image.new("RGB", (64, 16), "red"))
    assert pixels.shape == (32, 32, 3) and pixels.dtype == np.uint8
    assert (pixels[12:20] == (255, 0, 0)).all() and (pixels[:12] == FILL).all() and (pixels[20:] == FILL).all()


@pytest.mark.parametrize("theme", LABELS)
def test_a_heat_map_lies_within_0_and_1(predictor, theme):
    heat = predictor.heat_map(PICTURES[0], theme)
    assert heat.shape == (32, 32) and heat.dtype == np.float32
    assert heat.min() >= 0 and heat.max() in (0, pytest.approx(1))


def test_a_heat_map_of_an_unknown_theme_is_refused(predictor):
    with pytest.raises(ValueError, match="no theme 'pink'. Known here: blue, green, red"):
        predictor.heat_map(PICTURES[0], "pink")


def test_the_heat_map_of_a_theme_is_the_same_whichever_label_it_is_made_of(project):
    one = changed(project, labels=["Space / Moon", "Space / Mars", "Town"]).heat_map(PICTURES[0], "Space")
    other = changed(project, labels=["Space / Mars", "Space / Moon", "Town"]).heat_map(PICTURES[0], "Space")
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("corner", [(0, 0), (0, 64), (64, 0), (64, 64)])
def test_a_theme_is_seen_where_its_set_is(trained, corner):
    """A quarter of the picture holds a set: its place is hotter than the rest."""
    hotter = 0
    for number, kind in enumerate(KINDS):
        pixels = np.full((128, 128, 3), 255, np.uint8)
        quarter = (slice(corner[0], corner[0] + 64), slice(corner[1], corner[1] + 64))
        pixels[quarter] = square(drawn_set(kind, 9100 + number), 64, FILL)
        heat = trained.heat_map(pixels, kind)
        hotter += heat[quarter].mean() > heat.mean()
    assert hotter >= 2


@pytest.mark.parametrize("colour", ["red", "green", "blue", "white", "black", "grey", "orange"])
def test_a_plain_colour_is_like_nothing(trained, colour):
    found = trained.answer(Image.new("RGB", (60, 40), colour))
    assert (found.theme, found.reason) == (None, UNLIKE_ANY)


@pytest.mark.parametrize("side", [32, 64, 200])
def test_noise_is_like_nothing(trained, side):
    noise = np.random.default_rng(side).integers(0, 256, (side, side, 3), np.uint8)
    found = trained.answer(Image.fromarray(noise))
    assert (found.theme, found.reason) == (None, UNLIKE_ANY)


def test_photographs_of_other_things_are_hardly_ever_answered(trained):
    of_other_things = [
        *load_sample_images().images,
        *(load() for load in (skimage.data.astronaut, skimage.data.chelsea, skimage.data.coffee, skimage.data.rocket)),
        *(load() for load in (skimage.data.camera, skimage.data.grass, skimage.data.gravel)),
    ]
    found = [trained.answer(Image.fromarray(pixels)) for pixels in of_other_things]
    assert sum(one.theme is None for one in found) >= 7
    assert sum(one.reason == UNLIKE_ANY for one in found) >= 4


def test_sets_that_it_never_saw_are_still_answered(trained):
    found = [(kind, trained.answer(drawn_set(kind, number))) for kind in KINDS for number in range(9000, 9004)]
    assert sum(one.theme == kind and one.sure for kind, one in found) >= 10
