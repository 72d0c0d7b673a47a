from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.small_shards import picture, settings, write_photo_shards, write_shards
from tests.themer.networks.random_weights import SHORT_LAST_WIDTH, SHORT_WIDTH, use_short_vgg16
from themer.base.quiet_tensorflow import keras
from themer.features import backbone_features
from themer.features.backbone_features import write_features
from themer.features.embedding import PICTURES_PER_TASK, embed, unchanged
from themer.features.feature_store import read_features
from themer.features.storing import store_features
from themer.networks.efficientnet import efficientnet_lite_features
from themer.networks.lite import lite_model
from themer.networks.registry import build
from themer.pictures.images import encode_png
from themer.shards.files import Example

COUNT = PICTURES_PER_TASK + 9
PICTURES = np.stack([picture(label=number % 3, seed=number) for number in range(COUNT)])
EXAMPLES = [Example(f"{number}-1", 0, encode_png(Image.fromarray(one))) for number, one in enumerate(PICTURES)]


@pytest.fixture(scope="module")
def backbone() -> keras.Model:
    return efficientnet_lite_features("efficientnet_lite0", 32)


@pytest.fixture(scope="module")
def lite(backbone) -> bytes:
    return lite_model(backbone)


@pytest.fixture(scope="module")
def small() -> bytes:
    """A backbone whose features are the mean colour, which takes no time."""
    return lite_model(keras.Sequential([keras.Input((32, 32, 3)), keras.layers.GlobalAveragePooling2D()]))


def written(path: Path, model: bytes, width: int, examples: list[Example]) -> np.ndarray:
    write_features(path, partial(embed, [model], unchanged), width, examples, len(examples))
    features: np.ndarray = np.load(path)
    return features


def test_the_features_of_a_picture_do_not_depend_on_its_batch(tmp_path, backbone, lite):
    together = written(tmp_path / "all.npy", lite, 1280, EXAMPLES)
    assert together.shape == (COUNT, 1280) and together.dtype == np.float32
    apart = written(tmp_path / "some.npy", lite, 1280, EXAMPLES[5:])
    np.testing.assert_array_equal(apart, together[5:])
    np.testing.assert_allclose(backbone(PICTURES[:2].astype(np.float32)), together[:2], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("count", [0, 1, PICTURES_PER_TASK, COUNT])
def test_features_of_any_number_of_pictures_are_read_back_in_order(tmp_path, small, count):
    features = written(tmp_path / "train-0.npy", small, 3, EXAMPLES[:count])
    assert features.shape == (count, 3)
    np.testing.assert_allclose(features, PICTURES[:count].mean(axis=(1, 2)).reshape(count, 3), rtol=1e-4)


def test_stored_features_are_not_computed_again(tmp_path, small):
    written(tmp_path / "train-0.npy", small, 3, EXAMPLES[:3])
    write_features(tmp_path / "train-0.npy", None, 3, None, 3)
    assert len(np.load(tmp_path / "train-0.npy")) == 3


@pytest.mark.parametrize("damage", [lambda whole: b"", lambda whole: whole[:-1], lambda whole: b"<html>"])
def test_damaged_features_are_computed_again(tmp_path, small, damage):
    path = tmp_path / "train-0.npy"
    written(path, small, 3, EXAMPLES)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    written(path, small, 3, EXAMPLES)
    assert path.read_bytes() == whole


def test_the_file_of_a_killed_run_is_overwritten(tmp_path, small):
    whole = written(tmp_path / "whole.npy", small, 3, EXAMPLES)
    (tmp_path / "train-0.part").write_bytes(b"from a killed run" * 1000)
    np.testing.assert_array_equal(written(tmp_path / "train-0.npy", small, 3, EXAMPLES), whole)
    assert (tmp_path / "train-0.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()
    assert not (tmp_path / "train-0.part").exists()


def test_a_failure_leaves_no_file_that_looks_complete(tmp_path, small):
    def failing():
        yield EXAMPLES[0]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_features(tmp_path / "train-0.npy", partial(embed, [small], unchanged), 3, failing(), 2)
    assert not (tmp_path / "train-0.npy").exists()


def test_all_splits_and_the_views_of_training_pictures_have_features(tmp_path, monkeypatch):
    use_short_vgg16(monkeypatch)
    shards, photos = write_shards(tmp_path / "shards"), write_photo_shards(tmp_path / "photos", train=(1, 0, 1))
    store_features(shards, photos, settings(network="vgg16"), tmp_path / "features")
    files = (tmp_path / "features/vgg16").glob("*.npy")
    rows = {path.name: np.load(path).shape for path in files}
    counts = {"train-0": 12, "train-1": 12, "validation-0": 6, "test-0": 3, "photos-0": 2, "photos-1": 2}
    assert rows == {f"{name}.npy": (count, SHORT_WIDTH) for name, count in counts.items()}
    last = read_features(tmp_path / "features", "train", 1, last_only=True)
    assert last.width == SHORT_LAST_WIDTH and (last[:] >= 0).all()


def test_a_network_is_built_only_if_a_file_of_its_features_is_missing(tmp_path, monkeypatch):
    use_short_vgg16(monkeypatch)
    shards, photos = write_shards(tmp_path / "shards"), write_photo_shards(tmp_path / "photos")
    store = partial(store_features, shards, photos, settings(network="vgg16"), tmp_path / "features")
    store()
    lost = tmp_path / "features/vgg16/test-0.npy"
    whole = lost.read_bytes()
    built = []
    monkeypatch.setattr(backbone_features, "build", lambda *given: built.append(given) or build(*given))
    store()
    assert built == []
    lost.unlink()
    store()
    assert len(built) == 1 and lost.read_bytes() == whole
