import zipfile
from pathlib import Path

import numpy as np
import pytest

from stages import paths
from tests.drawn_project import shared_project
from tests.small_shards import picture
from tests.themer.exporting.short_networks import short_classifier
from tests.themer.small_model import small_model, untrained_classifier
from themer.answering.runtime import LiteRuntime
from themer.base.errors import UserError
from themer.base.files import file_sha256
from themer.exporting.keras_runtime import KerasRuntime
from themer.exporting.served_model import compare, export_classifier
from themer.networks.model_file import Classifier, load_classifier
from themer.shards.files import Batch, read_batches

PIXELS = np.stack([picture(index % 3, index) for index in range(5)])
BATCHES = [Batch(["1-1", "2-1"], np.array([0, 1]), PIXELS[start : start + 2]) for start in (0, 2)]


def require_same(classifier: Classifier, path: Path, pixels: np.ndarray, views: int = 1) -> None:
    """Check that an exported model gives all outputs of its classifier."""
    lite, expected = LiteRuntime(path), KerasRuntime(classifier, "", views).run(pixels)
    assert lite.description == classifier.description
    found = lite.run(pixels)
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-5)
    np.testing.assert_allclose(found.features, expected.features, atol=1e-4)
    if expected.class_maps is None:
        assert found.class_maps is None and classifier.description.network in ("alexnet", "lego_cnn")
    else:
        np.testing.assert_allclose(found.class_maps, expected.class_maps, atol=1e-4 * np.abs(expected.class_maps).max())


# Each kind of network, the last two side by side. The others have the same layers, and converting one takes seconds, of
# many layers with a second view twice as long.
KINDS = {
    "alexnet": 2,
    "convnext_tiny": 1,
    "vgg16": 2,
    "efficientnet_lite0 + mobilenet_v3_small": 1,
}


@pytest.mark.parametrize("networks", KINDS)
def test_every_kind_of_network_predicts_the_same_after_export(tmp_path, networks):
    classifier, path, views = short_classifier(*networks.split(" + ")), tmp_path / "one.tflite", KINDS[networks]
    export_classifier(classifier, "abc", path, views)
    assert LiteRuntime(path).model_sha256 == "abc" and [*tmp_path.iterdir()] == [path]
    require_same(classifier, path, PIXELS, views)


@pytest.mark.parametrize("made", [small_model, shared_project])
def test_lego_cnn_and_efficientnet_lite0_predict_the_same_after_export(tmp_path_factory, made):
    folder = made(tmp_path_factory)
    pixels = next(read_batches(folder / paths.shards, "test", 5)).pixels
    assert LiteRuntime(folder / paths.model).model_sha256 == file_sha256(folder / paths.classifier)
    require_same(load_classifier(folder / paths.classifier), folder / paths.model, pixels)


def test_exporting_twice_gives_the_same_bytes(tmp_path):
    one, two = tmp_path / "one.tflite", tmp_path / "two.tflite"
    for path in (one, two):
        export_classifier(untrained_classifier(), "abc", path, views=2)
    assert one.read_bytes() == two.read_bytes()
    assert sorted(tmp_path.iterdir()) == [one, two]


def test_any_zip_reader_finds_the_description(tmp_path_factory):
    with zipfile.ZipFile(small_model(tmp_path_factory) / paths.model) as file:
        assert file.testzip() is None
        assert sorted(file.namelist()) == ["classifier.sha256", "themer.json"]


def test_a_comparison_counts_the_pictures():
    runtime = KerasRuntime(untrained_classifier(), "abc", views=1)
    compared = compare(runtime, runtime, BATCHES)
    assert (compared.pictures, compared.largest_difference) == (4, 0)


def test_another_model_is_refused():
    one, other = (KerasRuntime(untrained_classifier(seed=seed), "abc", views=1) for seed in (0, 1))
    with pytest.raises(UserError, match=r"^1-1: the exported model predicts .* but the trained classifier predicts"):
        compare(one, other, BATCHES)


def test_probabilities_of_nan_are_refused():
    one, broken = untrained_classifier(), untrained_classifier()
    head = broken.model.get_layer("probabilities")
    head.set_weights([np.full_like(weights, np.nan) for weights in head.get_weights()])
    with pytest.raises(UserError, match="1-1: the exported model predicts"):
        compare(KerasRuntime(one, "abc", views=1), KerasRuntime(broken, "abc", views=1), BATCHES)


def test_features_of_zero_stay_zero(tmp_path_factory):
    """No unit of the small network reacts to a black picture."""
    outputs = LiteRuntime(small_model(tmp_path_factory) / paths.model).run(np.zeros((1, *PIXELS.shape[1:]), np.uint8))
    assert (outputs.features == 0).all() and outputs.probabilities.sum() == pytest.approx(1)
