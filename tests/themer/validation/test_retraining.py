import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.small_shards import LABELS, settings, write_shards
from tests.themer.networks.random_weights import use_short_vgg16
from themer.base.errors import UserError
from themer.base.params import SPLITS
from themer.shards.files import read_examples, read_summary
from themer.validation.folds import folds
from themer.validation.pictures import Pictures, all_examples, read_pictures
from themer.validation.retraining import new_splits, repack, retrained_probabilities, validation_share, write_no_photos

LABEL_COUNT = 3
RED = LABELS.index("red")
QUICK = settings(epochs=1, warm_up_epochs=0, batch_size=8, photo_views=0)


def test_records_are_in_the_order_of_the_pictures(shards):
    found = [(example.set_id, example.label) for example in all_examples(shards)]
    assert found == [(one.set_id, one.label) for split in SPLITS for one in read_examples(shards, split)]


def test_the_pictures_of_all_splits_have_a_label_and_a_family(pictures):
    assert len(pictures.set_ids) == len(pictures.families) == 5 + 6 + 5 + 6 + 3
    assert pictures.label_names[:6] == ["blue"] * 5 + ["green"] and pictures.label_names[-3:] == LABELS


def test_a_set_without_a_family_is_named(shards, pictures):
    with pytest.raises(UserError, match=rf"1 of 25 pictures have no family.*such as set {pictures.set_ids[3]}\. "):
        read_pictures(shards, {set_id: "" for set_id in pictures.set_ids if set_id != pictures.set_ids[3]})


def test_a_missing_file_of_the_shards_is_reported(tmp_path):
    write_shards(tmp_path)
    next(tmp_path.glob("train-*.tfrecord")).unlink()
    with pytest.raises(UserError, match="files of the split 'train' are here.*force resize"):
        read_pictures(tmp_path, {})


def test_the_validation_share_leaves_out_the_test_split(shards):
    assert validation_share(shards) == 6 / (16 + 6)


@examples(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10_000), count=st.integers(12, 60), share=st.floats(0.2, 0.5), alone=st.booleans())
def test_new_splits_keep_families_whole_and_leave_every_label_in_training(seed, count, share, alone):
    random = np.random.default_rng(seed)
    family_of = np.concatenate([np.arange(12), random.integers(0, 12, count)])
    own = random.integers(0, LABEL_COUNT, 12)
    actual = np.where(random.random(len(family_of)) < 0.9, own[family_of], 0)
    pictures = Pictures([""] * len(actual), actual, family_of.astype(str).tolist(), LABELS)
    held_out = folds(pictures.label_names, pictures.families, 3, seed) == 0
    if alone:
        # A label that only held-out pictures have.
        actual[held_out] = np.where(random.random(held_out.sum()) < 0.5, 3, actual[held_out])
        pictures = Pictures(pictures.set_ids, actual, pictures.families, [*LABELS, "white"])
    splits = new_splits(pictures, held_out, share, seed)
    has_training = np.isin(actual, actual[~held_out])
    assert ((splits == "test") == (held_out & has_training)).all()
    assert all(split is None for split in splits[held_out & ~has_training])
    used = splits != None  # noqa: E711
    assert len(set(zip(family_of[used], splits[used], strict=True))) == len(set(family_of[used]))
    assert set(actual[splits == "train"]) == set(actual[~held_out])


def test_families_stay_whole_in_training_and_validation_even_if_the_folds_split_them():
    # A random split may hold out a part of a family, but training and validation never share a family.
    family_of = np.arange(90) // 3
    pictures = Pictures([""] * 90, np.arange(90) % LABEL_COUNT, family_of.astype(str).tolist(), LABELS)
    splits = new_splits(pictures, np.random.default_rng(0).random(90) < 0.2, share=0.2, seed=0)
    assert not set(family_of[splits == "train"]) & set(family_of[splits == "validation"])
    assert set(family_of[splits == "test"]) & set(family_of[splits == "train"])


def test_new_splits_keep_the_share_of_the_validation_split():
    pictures = Pictures([""] * 300, np.arange(300) % LABEL_COUNT, [str(number) for number in range(300)], LABELS)
    splits = new_splits(pictures, np.arange(300) < 60, share=0.2, seed=0)
    assert np.sum(splits == "validation") == pytest.approx(48, abs=3)


def test_repacking_moves_every_record_unchanged(shards, tmp_path):
    count = len(list(all_examples(shards)))
    splits = [SPLITS[number % 3] for number in range(count)]
    repack(shards, splits, range(LABEL_COUNT), tmp_path)
    before, after = list(all_examples(shards)), list(all_examples(tmp_path))
    assert after == [one for split in SPLITS for one, its in zip(before, splits, strict=True) if its == split]
    assert read_summary(tmp_path).pictures == {split: splits.count(split) for split in SPLITS}


def test_repacking_leaves_out_pictures_without_a_split_and_renumbers_the_labels(shards, pictures, tmp_path):
    splits = [None if label == "green" else SPLITS[number % 3] for number, label in enumerate(pictures.label_names)]
    repack(shards, splits, [0, 2], tmp_path)
    summary, label_of = read_summary(tmp_path), dict(zip(pictures.set_ids, pictures.label_names, strict=True))
    assert summary.labels == ["blue", "red"]
    assert sum(summary.pictures.values()) == sum(split is not None for split in splits)
    for one in all_examples(tmp_path):
        assert summary.labels[one.label] == label_of[one.set_id]


def test_shards_without_photos_are_empty(shards, tmp_path):
    write_no_photos(read_summary(shards), tmp_path)
    assert read_summary(tmp_path).labels == LABELS and read_summary(tmp_path).pictures == {"train": 0}
    assert list(read_examples(tmp_path, "train")) == []


@pytest.fixture(scope="module")
def trained(shards, pictures, tmp_path_factory):
    """Splits that hold out all red pictures and two more, the probabilities after training, and its folder."""
    held_out = pictures.actual == RED
    held_out[[0, 7]] = True
    splits = new_splits(pictures, held_out, validation_share(shards), seed=0)
    folder = tmp_path_factory.mktemp("training")
    return splits, retrained_probabilities(shards, pictures, splits, QUICK, folder), folder


def test_a_label_without_training_pictures_gets_no_split_and_no_probability(pictures, trained):
    splits, found, _ = trained
    assert [number for number, split in enumerate(splits) if split == "test"] == [0, 7]
    assert all(split is None for split in splits[pictures.actual == RED])
    assert found.shape == (2, LABEL_COUNT) and found.dtype == np.float32
    assert not found[:, RED].any()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)


def test_the_same_call_gives_the_same_probabilities(shards, pictures, trained):
    splits, found, folder = trained
    np.testing.assert_array_equal(retrained_probabilities(shards, pictures, splits, QUICK, folder), found)


def test_a_pretrained_network_is_trained_on_its_own_features_of_the_new_splits(shards, pictures, tmp_path, monkeypatch):
    use_short_vgg16(monkeypatch)
    held_out = folds(pictures.label_names, pictures.families, 2, 0) == 0
    splits = new_splits(pictures, held_out, validation_share(shards), seed=0)
    chosen = settings(network="vgg16", feature_views=1, epochs=0, warm_up_epochs=0, batch_size=8)
    found = retrained_probabilities(shards, pictures, splits, chosen, tmp_path)
    assert np.mean(found.argmax(axis=1) == pictures.actual[held_out]) > 0.8
