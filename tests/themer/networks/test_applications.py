import numpy as np
import pytest

from themer.base.errors import UserError
from themer.networks.applications import application_features

PIXELS = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype(np.float32)


@pytest.fixture
def keras_home(tmp_path, monkeypatch):
    """An empty folder for Keras's downloads, which fail."""
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    return tmp_path


@pytest.mark.parametrize("name", ["mobilenet_v2", "vgg16"])
def test_a_failed_download_of_weights_is_explained(name, keras_home):
    with pytest.raises(UserError) as error:
        application_features(name, 96, imagenet=True)
    message = str(error.value)
    assert name in message and "URL fetch failure" in message and "\n" not in message
    assert "efficientnet_lite0" in message and "train.weights to none or to a file" in message


def test_imagenet_weights_are_read_from_keras_s_folder(keras_home):
    stored = application_features("mobilenet_v2", 96, imagenet=False)
    (keras_home / "models").mkdir()
    stored.save(keras_home / "models/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_96_no_top.h5")
    loaded = application_features("mobilenet_v2", 96, imagenet=True)
    for one, other in zip(stored.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(one, other)
