from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.small_shards import picture, settings, write_photo_shards, write_shards
from themer.base.quiet_tensorflow import keras, tf
from themer.features.backbone_features import BATCH_SIZE, write_features
from themer.features.feature_store import read_features, store_features
from themer.networks.efficientnet import efficientnet_lite_features

PICTURES = np.stack([picture(label=number % 3, seed=number) for number in range(BATCH_SIZE + 9)])


@pytest.fixture(scope="module")
def backbone() -> keras.Model:
    return efficientnet_lite_features("efficientnet_lite0", 32)


@pytest.fixture(scope="module")
def small() -> keras.Model:
    """A backbone whose features are the mean colour, which takes no time."""
    return keras.Sequential([keras.Input((32, 32, 3)), keras.layers.GlobalAveragePooling2D()])


def pixels(pictures: np.ndarray) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(pictures.astype(np.float32))


def written(path: Path, backbone: keras.Model, pictures: np.ndarray) -> np.ndarray:
    write_features(path, tf.function(backbone), backbone.output_shape[-1], pixels(pictures), len(pictures))
    features: np.ndarray = np.load(path)
    return features


def test_the_features_of_a_picture_do_not_depend_on_its_batch(tmp_path, backbone):
    together = written(tmp_path / "all.npy", backbone, PICTURES)
    assert together.shape == (len(PICTURES), 1280) and together.dtype == np.float32
    for start, stop in ((0, 1), (5, len(PICTURES)), (BATCH_SIZE, BATCH_SIZE + 3)):
        apart = written(tmp_path / f"{start}.npy", backbone, PICTURES[start:stop])
        np.testing.assert_array_equal(apart, together[start:stop])
    np.testing.assert_allclose(backbone(PICTURES[:2].astype(np.float32)), together[:2], rtol=1e-3, atol=1e-4)


@examples(deadline=None, max_examples=10)
@given(count=st.integers(0, len(PICTURES)))
def test_features_of_any_number_of_pictures_are_read_back_in_order(tmp_path_factory, small, count):
    features = written(tmp_path_factory.mktemp("features") / "train-0.npy", small, PICTURES[:count])
    assert features.shape == (count, 3)
    np.testing.assert_allclose(features, PICTURES[:count].mean(axis=(1, 2)).reshape(count, 3), rtol=1e-4)


def test_stored_features_are_not_computed_again(tmp_path, small):
    written(tmp_path / "train-0.npy", small, PICTURES[:3])
    write_features(tmp_path / "train-0.npy", None, 3, None, 3)
    assert len(np.load(tmp_path / "train-0.npy")) == 3


def test_the_file_of_a_killed_run_is_overwritten(tmp_path, small):
    whole = written(tmp_path / "whole.npy", small, PICTURES)
    (tmp_path / "train-0.part").write_bytes(b"from a killed run" * 1000)
    np.testing.assert_array_equal(written(tmp_path / "train-0.npy", small, PICTURES), whole)
    assert (tmp_path / "train-0.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()
    assert not (tmp_path / "train-0.part").exists()


def test_a_failure_leaves_no_file_that_looks_complete(tmp_path, small):
    def failing():
        yield PICTURES[0].astype(np.float32)
        raise ZeroDivisionError

    dataset = tf.data.Dataset.from_generator(failing, output_signature=tf.TensorSpec((32, 32, 3)))
    with pytest.raises(tf.errors.OpError):
        write_features(tmp_path / "train-0.npy", small, 3, dataset, 2)
    assert not (tmp_path / "train-0.npy").exists()


def test_all_splits_and_the_views_of_training_pictures_have_features(tmp_path):
    shards, photos = write_shards(tmp_path / "shards"), write_photo_shards(tmp_path / "photos", train=(1, 0, 1))
    store_features(shards, photos, settings(network="efficientnet_lite0", photo_views=0), tmp_path / "features")
    files = (tmp_path / "features/efficientnet_lite0").glob("*.npy")
    rows = {path.name: np.load(path).shape for path in files}
    counts = {"train-0": 12, "train-1": 12, "validation-0": 6, "test-0": 3, "photos-0": 2, "photos-1": 2}
    assert rows == {f"{name}.npy": (count, 1280) for name, count in counts.items()}
    assert (read_features(tmp_path / "features", "train", 1)[:] >= 0).all()
