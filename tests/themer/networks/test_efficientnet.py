import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from themer.base.quiet_tensorflow import keras
from themer.networks.efficientnet import efficientnet_lite_features
from themer.networks.torch_weights import imagenet_weights

PALACE, DAISY = 698, 985  # among ImageNet's 1000 classes


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return imagenet_weights()


@pytest.fixture(scope="module")
def small() -> keras.Model:
    return efficientnet_lite_features("efficientnet_lite0", 32)


def test_it_recognizes_a_palace_and_a_daisy(weights):
    pictures = [
        Image.fromarray(pixels).crop((107, 0, 534, 427)).resize((224, 224)) for pixels in load_sample_images().images
    ]
    pixels = np.stack([np.asarray(picture, np.float32) for picture in pictures])
    features = efficientnet_lite_features("efficientnet_lite0", 224)(pixels).numpy()
    logits = features @ weights["_fc.weight"].T + weights["_fc.bias"]
    assert logits.argmax(axis=1).tolist() == [PALACE, DAISY]


def test_the_stem_computes_what_the_weights_say(weights, small):
    pixels = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)
    stem = keras.Model(small.inputs, small.get_layer("stem_relu").output)([pixels]).numpy()
    # TensorFlow's "same" padding at stride 2 adds one pixel after the last, so the first window starts at 0.
    window = (pixels[0, :3, :3] - 127) / 128
    sums = np.einsum("hwc,ochw->o", window, weights["_conv_stem.weight"])
    scale = weights["_bn0.weight"] / np.sqrt(weights["_bn0.running_var"] + 1e-3)
    expected = np.clip((sums - weights["_bn0.running_mean"]) * scale + weights["_bn0.bias"], 0, 6)
    np.testing.assert_allclose(stem[0, 0, 0], expected, atol=1e-4)


def test_it_has_the_features_and_parameters_of_the_original(weights, small):
    assert small.output_shape == (None, 1280)
    numbers = sum(array.size for name, array in weights.items() if "num_batches" not in name and "_fc" not in name)
    assert small.count_params() == numbers == 4_652_008 + 42_016 - 1_281_000
