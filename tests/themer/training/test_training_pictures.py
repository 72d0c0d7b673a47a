import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.small_shards import settings, write_photo_shards, write_shards
from themer.base.errors import UserError
from themer.shards.files import read_examples, read_labels
from themer.training.balance import MOST_VIEWS_PER_PICTURE, balance, label_copies, label_weights
from themer.training.training_pictures import TrainingPictures

UNCHANGED = {"augmentation": 0, "photo_views": 0}

counts = st.lists(st.integers(1, 500), min_size=2, max_size=8).map(np.array)


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    return write_shards(tmp_path_factory.mktemp("shards"))


@pytest.fixture(scope="module")
def no_photos(tmp_path_factory):
    return write_photo_shards(tmp_path_factory.mktemp("photos"))


def labels(pictures: TrainingPictures, epoch: int = 1) -> np.ndarray:
    return np.concatenate([batch.labels for batch in pictures.epoch(epoch)])


def pixels(pictures: TrainingPictures, epoch: int) -> np.ndarray:
    return np.concatenate([batch.inputs[0] for batch in pictures.epoch(epoch)])


@examples(deadline=None)
@given(counts=counts)
def test_weights_give_every_label_the_same_total(counts):
    weights = label_weights(counts)
    np.testing.assert_allclose(weights * counts, counts.sum() / len(counts), rtol=1e-5)
    assert np.average(weights, weights=counts) == pytest.approx(1, rel=1e-5)


@examples(deadline=None)
@given(counts=counts)
def test_copies_bring_every_label_close_to_the_most_frequent(counts):
    shown = counts * label_copies(counts)
    is_balanced = (shown >= counts.max() * 0.66).all() and (shown <= counts.max() * 1.34).all()
    assert is_balanced or (counts * np.rint(counts.max() / counts)).sum() > MOST_VIEWS_PER_PICTURE * counts.sum()


@examples(deadline=None)
@given(counts=st.lists(st.integers(1, 5000), min_size=2, max_size=300).map(np.array))
def test_an_epoch_has_at_most_three_views_per_picture(counts):
    copies = label_copies(counts)
    assert (counts * copies).sum() <= MOST_VIEWS_PER_PICTURE * counts.sum()
    assert copies[counts.argmax()] == 1 and (np.diff(copies[np.argsort(-counts)]) >= 0).all()


@pytest.mark.parametrize(
    ("imbalance", "copies", "weights"),
    [
        ("none", [1, 1, 1], [1, 1, 1]),
        ("class_weights", [1, 1, 1], [0.5, 2, 2]),
        ("balanced_sampling", [1, 4, 4], [1, 1, 1]),
    ],
)
def test_rare_labels_are_repeated_or_weigh_more(imbalance, copies, weights):
    found = balance(np.array([4, 1, 1]), settings(imbalance=imbalance))
    assert [column.tolist() for column in found] == [copies, weights]


def test_an_epoch_shows_every_picture_once(shards, no_photos):
    pictures = TrainingPictures(shards, no_photos, settings(imbalance="none", **UNCHANGED))
    assert np.bincount(labels(pictures)).tolist() == [3, 5, 4]
    assert pictures.batches_per_epoch == len(list(pictures.epoch(1))) == 3


def test_photos_in_the_training_split_join_training(shards, tmp_path):
    photos = write_photo_shards(tmp_path, train=(2, 0, 3), test=(4, 4, 4))
    pictures = TrainingPictures(shards, photos, settings(**UNCHANGED))
    assert pictures.counts.tolist() == np.bincount(labels(pictures)[:17]).tolist() == [5, 5, 7]
    assert len({one.tobytes() for one in pixels(pictures, 1)}) == 17
    np.testing.assert_allclose(pictures.weights, 17 / 3 / np.array([5, 5, 7]), rtol=1e-6)
    assert read_labels(photos, "train").tolist() == [0, 0, 2, 2, 2]


def test_a_label_may_have_photos_only(no_photos, tmp_path):
    shards = write_shards(tmp_path / "shards", train=(0, 5, 4))
    with pytest.raises(UserError, match="no training picture has the label blue"):
        TrainingPictures(shards, no_photos, settings())
    photos = write_photo_shards(tmp_path / "photos", train=(2, 0, 0))
    assert TrainingPictures(shards, photos, settings()).counts.tolist() == [2, 5, 4]


def test_photos_are_spread_over_an_epoch(tmp_path):
    shards = write_shards(tmp_path / "shards", train=(2, 96, 2))
    photos = write_photo_shards(tmp_path / "photos", train=(0, 0, 50))
    is_photo = labels(TrainingPictures(shards, photos, settings(**UNCHANGED))) == 2
    assert all(6 < is_photo[start : start + 50].sum() < 30 for start in (0, 50, 100))


def test_balanced_sampling_repeats_rare_labels(tmp_path, no_photos):
    shards = write_shards(tmp_path, train=(2, 6, 1))
    pictures = TrainingPictures(shards, no_photos, settings(imbalance="balanced_sampling", **UNCHANGED))
    assert np.bincount(labels(pictures)[:18]).tolist() == [6, 6, 6]


def test_the_last_batch_is_filled_up_with_the_first_views(tmp_path, no_photos):
    pictures = TrainingPictures(write_shards(tmp_path, train=(2, 6, 2)), no_photos, settings(imbalance="none"))
    batches = [batch.inputs[0] for batch in pictures.epoch(1)]
    assert [len(batch) for batch in batches] == [4, 4, 4] and pictures.batches_per_epoch == 3
    np.testing.assert_array_equal(batches[2][2:], batches[0][:2])


def test_a_batch_holds_no_picture_twice_where_there_are_fewer_than_it_could_hold(shards, no_photos):
    pictures = TrainingPictures(shards, no_photos, settings(imbalance="none", batch_size=1000, **UNCHANGED))
    [batch] = pictures.epoch(1)
    assert pictures.batches_per_epoch == 1 and np.bincount(batch.labels).tolist() == [3, 5, 4]


def test_copies_of_a_picture_have_different_views(tmp_path, no_photos):
    shards = write_shards(tmp_path, train=(1, 4, 4))
    wanted = settings(imbalance="balanced_sampling", photo_views=0)
    views = pixels(TrainingPictures(shards, no_photos, wanted), epoch=1)
    assert len(np.unique(views.reshape(len(views), -1), axis=0)) == len(views) == 12


def test_class_weights_reach_the_batches(shards, no_photos):
    pictures = TrainingPictures(shards, no_photos, settings(imbalance="class_weights", **UNCHANGED))
    for batch in pictures.epoch(1):
        np.testing.assert_allclose(batch.weights, np.array([12 / 9, 12 / 15, 1])[batch.labels], rtol=1e-6)


@pytest.mark.parametrize("imbalance", ["none", "balanced_sampling"])
def test_otherwise_every_picture_weighs_the_same(shards, no_photos, imbalance):
    assert (TrainingPictures(shards, no_photos, settings(imbalance=imbalance)).weights == 1).all()


def test_an_epoch_can_be_repeated_and_differs_from_the_next(shards, tmp_path):
    photos = write_photo_shards(tmp_path, train=(1, 1, 1))
    one, again = (TrainingPictures(shards, photos, settings()) for _ in range(2))
    first, second, repeated = list(one.epoch(1)), list(one.epoch(2)), list(again.epoch(2))
    for batch, same in zip(second, repeated, strict=True):
        for part, other in zip([*batch.inputs, *batch[1:]], [*same.inputs, *same[1:]], strict=True):
            np.testing.assert_array_equal(part, other)
    assert any((batch.inputs[0] != other.inputs[0]).any() for batch, other in zip(first, second, strict=True))


def test_without_augmentation_and_for_validation_the_pictures_are_unchanged(shards, no_photos):
    pictures = TrainingPictures(shards, no_photos, settings(**UNCHANGED))
    assert {one.tobytes() for one in pixels(pictures, 1)} == {one.tobytes() for one in pixels(pictures, 2)}
    validation, examples = list(pictures.plain("validation")), list(read_examples(shards, "validation"))
    assert [len(batch.labels) for batch in validation] == [4, 2]
    found = np.concatenate([batch.inputs[0] for batch in validation])
    np.testing.assert_array_equal(found, [example.pixels for example in examples])


def test_a_label_without_pictures_is_named(tmp_path, no_photos):
    with pytest.raises(UserError, match="no training picture has the label green"):
        TrainingPictures(write_shards(tmp_path, train=(3, 0, 2)), no_photos, settings())


def test_one_label_is_not_enough(tmp_path, no_photos):
    with pytest.raises(UserError, match="at least two labels, but there is only \\['blue'\\]"):
        TrainingPictures(write_shards(tmp_path, labels=1), no_photos, settings())


def test_an_empty_validation_split_is_reported(tmp_path, no_photos):
    with pytest.raises(UserError, match="validation split has no pictures"):
        TrainingPictures(write_shards(tmp_path, validation=(0, 0, 0)), no_photos, settings())


def test_missing_shards_are_reported(shards, tmp_path):
    for directories in ((tmp_path, tmp_path), (shards, tmp_path)):
        with pytest.raises(UserError, match="no shards here|0 of 1 files"):
            TrainingPictures(*directories, settings())
