import zipfile

import numpy as np
import pytest

from tests.small_shards import FILL, LABELS, SIZE, picture, settings
from themer.answering.lite_runtime import LiteRuntime
from themer.base.errors import UserError
from themer.base.model_description import Description
from themer.base.quiet_tensorflow import keras
from themer.exporting.keras_runtime import KerasRuntime
from themer.exporting.lite_export import compare, export_classifier
from themer.networks.model_file import Classifier
from themer.networks.registry import build

PIXELS = np.stack([picture(index % 3, index) for index in range(5)])
BATCHES = [{"set_id": np.array([b"1-1", b"2-1"]), "image": PIXELS[start : start + 2]} for start in (0, 2)]


def classifier(network: str = "lego_cnn", seed: int = 0) -> Classifier:
    keras.utils.set_random_seed(seed)
    model = build(settings(network=network, weights="none"), SIZE, 3)
    return Classifier(model, Description(LABELS, SIZE, FILL, network, 1.5, 0.4))


# One of each kind: the other four are built of the same layers, and converting a network takes seconds.
KINDS = ["alexnet", "convnext_tiny", "efficientnet_lite0", "lego_cnn", "mobilenet_v3_small", "vgg16"]


@pytest.mark.parametrize("network", KINDS)
def test_every_kind_of_network_answers_the_same_without_tensorflow(tmp_path, network):
    one = classifier(network)
    export_classifier(one, "abc", tmp_path / "one.tflite")
    lite, expected = LiteRuntime(tmp_path / "one.tflite"), KerasRuntime(one, "abc").see(PIXELS)
    assert (lite.description, lite.model_sha256) == (one.description, "abc")
    found = lite.see(PIXELS)
    np.testing.assert_allclose(found.probabilities, one.model.predict_on_batch(PIXELS.astype(np.float32)), atol=1e-5)
    np.testing.assert_allclose(found.features, expected.features, atol=1e-4)
    if expected.class_maps is None:
        assert found.class_maps is None and network in ("alexnet", "lego_cnn")
    else:
        np.testing.assert_allclose(found.class_maps, expected.class_maps, atol=1e-4 * np.abs(expected.class_maps).max())


def test_the_same_model_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        export_classifier(classifier(), "abc", tmp_path / f"{name}.tflite")
    assert (tmp_path / "one.tflite").read_bytes() == (tmp_path / "two.tflite").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.tflite", "two.tflite"]


def test_any_reader_of_zip_files_finds_the_description(tmp_path):
    export_classifier(classifier(), "abc", tmp_path / "one.tflite")
    with zipfile.ZipFile(tmp_path / "one.tflite") as file:
        assert file.testzip() is None
        assert sorted(file.namelist()) == ["classifier.sha256", "themer.json"]


def test_what_is_compared_is_counted(tmp_path):
    one = KerasRuntime(classifier(), "abc")
    assert compare(one, one, BATCHES).pictures == 4
    assert compare(one, one, BATCHES).largest_difference == 0


def test_another_model_is_noticed():
    one, other = (KerasRuntime(classifier(seed=seed), "abc") for seed in (0, 1))
    with pytest.raises(UserError, match=r"^1-1: the exported model gives .* where the classifier gives"):
        compare(one, other, BATCHES)


def test_probabilities_that_are_no_numbers_are_noticed():
    one, broken = classifier(), classifier()
    head = broken.model.get_layer("probabilities")
    head.set_weights([np.full_like(array, np.nan) for array in head.get_weights()])
    with pytest.raises(UserError, match="1-1: the exported model gives"):
        compare(KerasRuntime(one, "abc"), KerasRuntime(broken, "abc"), BATCHES)
