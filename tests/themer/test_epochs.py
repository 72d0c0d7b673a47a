import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small_shards import settings, write_shards
from themer.epochs import TrainingPictures, class_copies, class_weights
from themer.errors import UserError

counts = st.lists(st.integers(1, 500), min_size=2, max_size=8).map(np.array)


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    return write_shards(tmp_path_factory.mktemp("shards"))


def labels(pictures: TrainingPictures, epoch: int = 1) -> np.ndarray:
    return np.concatenate([label for _, label, _ in pictures.epoch(epoch).as_numpy_iterator()])


def pixels(pictures: TrainingPictures, epoch: int) -> np.ndarray:
    return np.concatenate([batch for batch, _, _ in pictures.epoch(epoch).as_numpy_iterator()])


@given(counts=counts)
def test_weights_give_every_label_the_same_say(counts):
    weights = class_weights(counts)
    np.testing.assert_allclose(weights * counts, counts.sum() / len(counts), rtol=1e-5)
    assert np.average(weights, weights=counts) == pytest.approx(1, rel=1e-5)


@given(counts=counts)
def test_copies_bring_every_label_near_the_most_frequent(counts):
    shown = counts * class_copies(counts)
    assert (shown >= counts.max() * 0.66).all() and (shown <= counts.max() * 1.34).all()


def test_an_epoch_shows_every_picture_once(shards):
    pictures = TrainingPictures(shards, settings(imbalance="none"))
    assert np.bincount(labels(pictures)).tolist() == [3, 5, 4]
    assert pictures.batches_per_epoch == len(list(pictures.epoch(1))) == 3


def test_oversampling_shows_rare_labels_more_often(tmp_path):
    shards = write_shards(tmp_path, train=(2, 6, 1))
    pictures = TrainingPictures(shards, settings(imbalance="oversampling"))
    assert np.bincount(labels(pictures)).tolist() == [6, 6, 6]
    assert pictures.batches_per_epoch == len(list(pictures.epoch(1)))


def test_copies_of_a_picture_are_different_views(tmp_path):
    shards = write_shards(tmp_path, train=(1, 4, 4))
    views = pixels(TrainingPictures(shards, settings(imbalance="oversampling")), epoch=1)
    assert len(np.unique(views.reshape(len(views), -1), axis=0)) == len(views)


def test_class_weights_reach_the_batches(shards):
    pictures = TrainingPictures(shards, settings(imbalance="class_weights"))
    for _, label, weight in pictures.epoch(1).as_numpy_iterator():
        np.testing.assert_allclose(weight, np.array([12 / 9, 12 / 15, 1])[label], rtol=1e-6)


def test_an_epoch_repeats_itself_and_differs_from_the_next(shards):
    one, again = (TrainingPictures(shards, settings()) for _ in range(2))
    np.testing.assert_array_equal(pixels(one, 2), pixels(again, 2))
    assert (pixels(one, 1) != pixels(one, 2)).any()


def test_without_augmentation_and_validation_show_the_pictures_themselves(shards):
    pictures = TrainingPictures(shards, settings(augmentation=0))
    assert {batch.tobytes() for batch in pixels(pictures, 1)} == {batch.tobytes() for batch in pixels(pictures, 2)}
    validation = list(pictures.plain("validation").as_numpy_iterator())
    assert [len(label) for _, label in validation] == [4, 2]
    assert all((batch == batch.round()).all() for batch, _ in validation)


def test_label_without_pictures_is_named(tmp_path):
    with pytest.raises(UserError, match="no training picture is labelled green"):
        TrainingPictures(write_shards(tmp_path, train=(3, 0, 2)), settings())


def test_missing_validation_pictures_are_told(tmp_path):
    with pytest.raises(UserError, match="validation split has no pictures"):
        TrainingPictures(write_shards(tmp_path, validation=(0, 0, 0)), settings())


def test_missing_shards_are_told(tmp_path):
    with pytest.raises(UserError, match="no shards here"):
        TrainingPictures(tmp_path, settings())
