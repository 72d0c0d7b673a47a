from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageOps
from sklearn.datasets import load_sample_images

from stages import paths
from tests.drawn_project import shared_project
from tests.drawn_sets import KINDS, drawn_set
from tests.small_shards import FILL, LABELS, picture
from tests.themer.small_model import small_model
from themer.answering.abstention import Boundary
from themer.answering.index import Index
from themer.answering.predictor import OTHER_THEME, OUT_OF_DISTRIBUTION, Predictor, per_cent
from themer.answering.runtime import LiteRuntime
from themer.base.errors import UserError
from themer.exporting.thresholds import write_index_summary
from themer.pictures.images import square
from themer.shards.files import read_examples

PICTURES = np.stack([picture(index % 3, index) for index in range(19)])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model that predicts a label for every familiar picture, its index and its shards."""
    return small_model(tmp_path_factory)


@pytest.fixture(scope="module")
def predictor(project: Path) -> Predictor:
    return Predictor.load(project / paths.model, project / paths.index)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """A pretrained network with a classifier trained on a few drawn sets."""
    folder = shared_project(tmp_path_factory)
    return Predictor.load(folder / paths.model, folder / paths.index)


@pytest.fixture(scope="module")
def training_picture(project: Path) -> Image.Image:
    """The first picture of the training split."""
    example = next(read_examples(project / paths.shards, "train"))
    return Image.fromarray(example.pixels)


def changed(project: Path, threshold: float = 0.0, labels: list[str] = LABELS) -> Predictor:
    """Return the predictor with another threshold and other labels."""
    runtime, index = LiteRuntime(project / paths.model), Index(project / paths.index)
    runtime.description = replace(runtime.description, labels=labels)
    index.summary = replace(index.summary, threshold=threshold)
    return Predictor(runtime, index)


def test_probabilities_are_in_the_order_of_the_labels(predictor):
    probabilities = predictor.assess(PICTURES).probabilities
    assert predictor.labels == LABELS
    assert probabilities.shape == (19, 3) and probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert np.ptp(probabilities, axis=0).min() > 0


@pytest.mark.parametrize("count", [1, 7, 8, 9])
def test_other_pictures_in_the_batch_change_no_prediction(predictor, count):
    whole, some = predictor.assess(PICTURES), predictor.assess(PICTURES[-count:])
    np.testing.assert_allclose(some.probabilities, whole.probabilities[-count:], atol=1e-6, rtol=0)
    np.testing.assert_array_equal(some.sure, whole.sure[-count:])


def test_an_empty_batch_gives_no_predictions(predictor):
    assessment = predictor.assess(PICTURES[:0])
    assert assessment.probabilities.shape == (0, 3) and assessment.sure.shape == (0,)
    assert predictor.predict_batch(PICTURES[:0]) == []


@pytest.mark.parametrize("pixels", [PICTURES.astype(np.float32), PICTURES[:, :16], PICTURES[0]])
def test_other_arrays_are_refused(predictor, pixels):
    for method in (predictor.predict_batch, predictor.assess):
        with pytest.raises(ValueError, match=r"expected uint8 \[n, 32, 32, 3\], received"):
            method(pixels)


def test_the_model_is_sure_of_confident_predictions_for_familiar_pictures(project, predictor):
    outputs = LiteRuntime(project / paths.model).run(PICTURES)
    confidence = outputs.probabilities.max(axis=1)
    familiar = predictor.index.distances(outputs.features) <= predictor.index.summary.limit
    median = float(np.median(confidence))
    assessment = changed(project, threshold=median).assess(PICTURES)
    np.testing.assert_array_equal(assessment.probabilities, outputs.probabilities)
    np.testing.assert_array_equal(assessment.sure, familiar & (confidence >= median))
    assert 0 < assessment.sure.sum() < 19


def test_a_prediction_ranks_every_label(predictor, training_picture):
    found = predictor.predict(training_picture)
    assert sorted(found.probabilities) == LABELS
    assert list(found.probabilities.values()) == sorted(found.probabilities.values(), reverse=True)
    assert (found.theme, found.confidence) == next(iter(found.probabilities.items()))
    assert found.sure and found.reason is None


def test_a_training_picture_is_nearest_to_its_own_set(predictor, training_picture):
    nearest = predictor.predict(training_picture).nearest
    assert (nearest[0].set_id, nearest[0].theme) == ("500-1", "blue")
    distances = [near.distance for near in nearest]
    assert len(nearest) == 6 and distances == sorted(distances)


def test_below_the_threshold_the_model_abstains_with_its_confidence(project, training_picture):
    predictor = changed(project, threshold=0.9)
    found = predictor.predict(training_picture)
    assert predictor.threshold == 0.9
    assert (found.theme, found.level, found.sure) == (None, "none", False)
    assert found.confidence == max(found.probabilities.values())
    assert found.reason == f"the most probable theme has only {100 * found.confidence:.0f} %"


def test_below_the_threshold_the_model_steps_back_to_a_theme_above(project, training_picture):
    labels = ["Space / Classic Space", "Space / Ice Planet", "Space / Blacktron"]
    found = changed(project, threshold=0.9, labels=labels).predict(training_picture)
    assert (found.theme, found.level, found.sure) == ("Space", "ancestor", False)
    assert found.confidence == pytest.approx(1, abs=1e-5)
    assert found.reason == f"the most probable theme has only {100 * max(found.probabilities.values()):.0f} %"


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (1e-9, "< 1 %"), (0.004, "< 1 %"), (0.93, "93 %"), (0.994, "99 %"), (0.9999999, "99 %"), (1, "100 %")],
)
def test_only_exact_values_become_0_or_100_per_cent(share, words):
    assert per_cent(share) == words


def test_no_reason_says_100_per_cent_of_less(project):
    probabilities = np.array([0.9996, 0.0002, 0.0002], np.float32)
    _, reason = changed(project, threshold=1.0)._choice(probabilities, familiar=True, known=1.0)
    assert reason == "the most probable theme has only 99 %"


def with_boundary(project: Path, known: float, boundary: float, other_theme: str = "") -> Predictor:
    """Return the predictor where every picture shows a label with a probability; and perhaps all sets another theme."""
    found = changed(project)
    width = found.index.summary.block_width
    found.index.boundary = Boundary(np.zeros((2, width + 1), np.float32), label_count=1)
    found.index.boundary.weights[:, -1] = np.log([known, 1 - known])
    found.index.summary = replace(found.index.summary, boundary=boundary)
    if other_theme:
        found.index.pictures = [one._replace(label=other_theme) for one in found.index.pictures]
    return found


def test_a_picture_of_another_theme_is_none_of_these_and_looks_like_the_nearest_set(project, training_picture):
    found = with_boundary(project, 0.1, 0.8, "Star Wars").predict(training_picture)
    assert (found.theme, found.level, found.sure, found.other_theme) == (None, "other", False, "Star Wars")
    nearest = found.nearest[0]
    assert found.reason == f"it looks like Star Wars: {nearest.set_id} {nearest.name}".strip()
    assert found.known == pytest.approx(0.1)


def test_without_a_set_of_another_theme_nearby_none_is_named(project, training_picture):
    found = with_boundary(project, 0.1, 0.8).predict(training_picture)
    assert (found.level, found.other_theme, found.reason) == ("other", None, OTHER_THEME)


def test_near_the_boundary_the_model_is_not_sure(project, training_picture):
    found = with_boundary(project, 0.7, 0.8).predict(training_picture)
    assert (found.theme, found.level) == (None, "none")
    assert found.reason == "it may show a theme that this model does not predict"
    assert with_boundary(project, 0.9, 0.8).predict(training_picture).sure


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1"])
def test_pictures_of_any_mode_and_size_are_predicted(predictor, mode):
    found = predictor.predict(Image.fromarray(PICTURES[0]).resize((90, 40)).convert(mode))
    assert sum(found.probabilities.values()) == pytest.approx(1, abs=1e-5)


def test_a_rotated_photo_is_turned_upright(predictor):
    upright = Image.fromarray(PICTURES[1]).resize((40, 20))
    sideways = upright.transpose(Image.Transpose.ROTATE_90)
    sideways.getexif()[0x0112] = 6
    expected = predictor.predict(upright).probabilities
    assert predictor.predict(sideways).probabilities == pytest.approx(expected, abs=1e-6)


def test_the_index_of_another_model_is_refused(project, tmp_path):
    for file in (project / paths.index).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    write_index_summary(replace(Index(tmp_path).summary, model_sha256="0" * 64), tmp_path)
    with pytest.raises(UserError, match=r"belongs to another model than .*classifier\.tflite\. Run: dvc repro"):
        Predictor.load(project / paths.model, tmp_path)


def test_a_batch_gives_the_predictions_of_each_picture_alone(trained):
    pictures = [drawn_set(kind, number) for kind in KINDS for number in range(9000, 9003)]
    batch = np.stack([trained.prepare(drawn) for drawn in pictures])
    for drawn, found in zip(pictures, trained.predict_batch(batch), strict=True):
        alone = trained.predict(drawn)
        assert (alone.theme, alone.level, alone.reason) == (found.theme, found.level, found.reason)
        assert [near.set_id for near in alone.nearest] == [near.set_id for near in found.nearest]
        assert alone.probabilities == pytest.approx(found.probabilities, abs=1e-6)


def test_pictures_beyond_the_boundary_are_not_assessed_as_sure(project):
    assert not with_boundary(project, 0.7, 0.8).assess(PICTURES).sure.any()


def test_a_batch_is_assessed_as_it_is_predicted(predictor):
    assessment, predictions = predictor.assess(PICTURES), predictor.predict_batch(PICTURES)
    assert [found.sure for found in predictions] == assessment.sure.tolist()
    for found, probabilities in zip(predictions, assessment.probabilities, strict=True):
        assert [found.probabilities[label] for label in LABELS] == probabilities.tolist()


def test_several_threads_may_predict_at_once(predictor):
    expected = predictor.assess(PICTURES).probabilities
    with ThreadPoolExecutor(4) as pool:
        for assessment in pool.map(predictor.assess, [PICTURES] * 12):
            np.testing.assert_allclose(assessment.probabilities, expected, atol=1e-6)


def test_a_prepared_picture_is_padded(predictor):
    pixels = predictor.prepare(Image.new("RGB", (64, 16), "red"))
    assert pixels.shape == (32, 32, 3) and pixels.dtype == np.uint8
    assert (pixels[12:20] == (255, 0, 0)).all() and (pixels[:12] == FILL).all() and (pixels[20:] == FILL).all()


def test_a_margin_is_no_part_of_a_prepared_picture(predictor):
    picture = Image.new("RGB", (64, 48), "red")
    with_margin = ImageOps.expand(picture, 40, "white")
    np.testing.assert_array_equal(predictor.prepare(with_margin), predictor.prepare(picture))


@pytest.mark.parametrize("theme", LABELS)
def test_a_heat_map_is_between_0_and_1(predictor, theme):
    heat = predictor.heat_map(PICTURES[0], theme)
    assert heat.shape == (32, 32) and heat.dtype == np.float32
    assert heat.min() >= 0 and heat.max() in (0, pytest.approx(1))


def test_a_heat_map_of_an_unknown_theme_is_refused(predictor):
    with pytest.raises(ValueError, match="no label 'pink', nor any below it. Labels: blue, green, red"):
        predictor.heat_map(PICTURES[0], "pink")


def test_the_heat_map_of_a_theme_does_not_depend_on_the_order_of_its_labels(project):
    one = changed(project, labels=["Space / Moon", "Space / Mars", "Town"]).heat_map(PICTURES[0], "Space")
    other = changed(project, labels=["Space / Mars", "Space / Moon", "Town"]).heat_map(PICTURES[0], "Space")
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("corner", [(0, 0), (0, 64), (64, 0), (64, 64)])
def test_a_heat_map_is_hotter_where_the_set_is(trained, corner):
    """One quarter of the picture holds a set."""
    hotter = 0
    for number, kind in enumerate(KINDS):
        pixels = np.full((128, 128, 3), 255, np.uint8)
        quarter = (slice(corner[0], corner[0] + 64), slice(corner[1], corner[1] + 64))
        pixels[quarter] = square(drawn_set(kind, 9100 + number), 64, FILL)
        heat = trained.heat_map(pixels, kind)
        hotter += heat[quarter].mean() > heat.mean()
    assert hotter >= 2


@pytest.mark.parametrize("colour", ["red", "green", "blue", "white", "black", "grey", "orange"])
def test_a_plain_colour_is_out_of_distribution(trained, colour):
    found = trained.predict(Image.new("RGB", (60, 40), colour))
    assert (found.theme, found.reason) == (None, OUT_OF_DISTRIBUTION)


@pytest.mark.parametrize("side", [32, 64, 200])
def test_noise_is_out_of_distribution(trained, side):
    noise = np.random.default_rng(side).integers(0, 256, (side, side, 3), np.uint8)
    found = trained.predict(Image.fromarray(noise))
    assert (found.theme, found.reason) == (None, OUT_OF_DISTRIBUTION)


def test_the_model_abstains_on_most_photographs_of_other_things(trained):
    photographs = [
        *load_sample_images().images,
        *(load() for load in (skimage.data.astronaut, skimage.data.chelsea, skimage.data.coffee, skimage.data.rocket)),
        *(load() for load in (skimage.data.camera, skimage.data.grass, skimage.data.gravel)),
    ]
    found = [trained.predict(Image.fromarray(pixels)) for pixels in photographs]
    assert sum(prediction.theme is None for prediction in found) >= 7
    assert sum(prediction.reason == OUT_OF_DISTRIBUTION for prediction in found) >= 4


def test_the_model_predicts_most_new_drawn_sets_correctly(trained):
    found = [(kind, trained.predict(drawn_set(kind, number))) for kind in KINDS for number in range(9000, 9004)]
    assert sum(prediction.theme == kind and prediction.sure for kind, prediction in found) >= 10
