import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from tests.small_shards import LABELS, settings, write_shards
from themer import cross_validation
from themer.cross_validation import (
    Pictures,
    fine_tuned_answers,
    learned_counts,
    linear_answers,
    new_splits,
    plain_features,
    read_examples,
    read_pictures,
    remove_folds,
    repack,
    require_every_label,
    worthwhile_pairs,
)
from themer.errors import UserError
from themer.folds import folds
from themer.params import SPLITS
from themer.shards import read_split, read_summary

CLASSES = 3


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    return write_shards(tmp_path_factory.mktemp("shards"), train=(5, 6, 5), validation=(2, 2, 2))


@pytest.fixture(scope="module")
def pictures(shards):
    """All pictures of the shards, each its own family."""
    set_ids = [example.set_id for example in read_examples(shards)]
    return read_pictures(shards, {set_id: set_id for set_id in set_ids})


def points(seed: int, count: int = 90) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Return features around a centre for each label, in three parts, with labels and folds."""
    random = np.random.default_rng(seed)
    actual, fold_of = random.integers(0, CLASSES, count), random.permutation(np.arange(count) % 3)
    features = np.eye(8, dtype=np.float32)[actual] + random.normal(0, 0.6, (count, 8)).astype(np.float32)
    return np.split(features, [count // 2, count // 2 + 7]), actual, fold_of


def test_the_records_come_in_the_order_of_the_pictures(shards):
    found = [(example.set_id, example.label) for example in read_examples(shards)]
    decoded = [one for split in SPLITS for one in read_split(shards, split).as_numpy_iterator()]
    assert found == [(one["set_id"].decode(), one["label"]) for one in decoded]


def test_a_set_without_a_family_is_named(shards, pictures):
    with pytest.raises(UserError, match=rf"1 of 25 pictures have no family.*set {pictures.set_ids[3]} "):
        read_pictures(shards, {set_id: "" for set_id in pictures.set_ids if set_id != pictures.set_ids[3]})


def test_missing_shards_are_told(tmp_path):
    write_shards(tmp_path)
    next(tmp_path.glob("train-*.tfrecord")).unlink()
    with pytest.raises(UserError, match="files of the split 'train' are here.*force resize"):
        read_pictures(tmp_path, {})


def test_features_of_other_shards_are_refused(shards, tmp_path):
    for split in SPLITS:
        np.save(tmp_path / f"{split}-0.npy", np.zeros((read_summary(shards).pictures["validation"], 2), np.float32))
    with pytest.raises(UserError, match="features of 6 pictures of the split 'train'.* 16. Run"):
        plain_features(tmp_path, shards)


@pytest.mark.parametrize("imbalance", ["none", "class_weights", "logit_adjustment"])
def test_a_fold_is_answered_without_its_own_labels(imbalance):
    features, actual, fold_of = points(seed=1)
    wrong = np.where(fold_of == 1, (actual + 1) % CLASSES, actual)
    chosen = settings(imbalance=imbalance)
    before, after = (linear_answers(features, labels, fold_of, chosen, CLASSES) for labels in (actual, wrong))
    np.testing.assert_array_equal(before[fold_of == 1], after[fold_of == 1])
    assert np.abs(before - after)[fold_of != 1].max() > 0.01


@pytest.mark.parametrize(("imbalance", "weights"), [("none", None), ("class_weights", "balanced")])
def test_the_answers_are_those_of_a_logistic_regression_on_the_other_folds(imbalance, weights):
    features, actual, fold_of = points(seed=2)
    found = linear_answers(features, actual, fold_of, settings(imbalance=imbalance, label_smoothing=0.0), CLASSES)
    for fold in range(3):
        learned, rows = fold_of != fold, np.concatenate(features)
        expected = LogisticRegression(class_weight=weights, tol=1e-8).fit(rows[learned], actual[learned])
        np.testing.assert_allclose(found[~learned], expected.predict_proba(rows[~learned]), atol=0.01)


@pytest.mark.parametrize("imbalance", ["none", "class_weights", "balanced_sampling", "focal_loss", "logit_adjustment"])
def test_a_label_that_one_fold_holds_alone_leaves_probabilities(imbalance):
    features, actual, fold_of = points(seed=3)
    found = linear_answers(features, actual, np.where(actual == 2, 0, fold_of), settings(imbalance=imbalance), CLASSES)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)


def test_a_label_without_pictures_counts_as_if_it_had_one():
    assert learned_counts(np.array([0, 0, 0, 0, 1]), CLASSES).tolist() == [4, 1, 1]


@examples(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10_000), count=st.integers(12, 60), share=st.floats(0.05, 0.5))
def test_new_splits_part_no_family_and_leave_every_label_to_learn(seed, count, share):
    random = np.random.default_rng(seed)
    family_of = np.concatenate([np.arange(12), random.integers(0, 12, count)])
    own = random.integers(0, CLASSES, 12)
    actual = np.where(random.random(len(family_of)) < 0.9, own[family_of], 0)
    pictures = Pictures([str(number) for number in range(len(actual))], actual, family_of.astype(str).tolist(), LABELS)
    held_out = folds(pictures.given, pictures.families, 3, seed) == 0
    splits = new_splits(pictures, held_out, max(share, 0.2), seed)
    assert ((splits == "test") == held_out).all()
    assert len(set(zip(family_of.tolist(), splits.tolist(), strict=True))) == 12
    assert set(actual[splits == "train"]) == set(actual[~held_out])


def test_new_splits_keep_the_share_of_the_validation_split():
    pictures = Pictures([""] * 300, np.arange(300) % CLASSES, [str(number) for number in range(300)], LABELS)
    splits = new_splits(pictures, np.arange(300) < 60, share=0.2, seed=0)
    assert np.sum(splits == "validation") == pytest.approx(48, abs=3)


def test_repacking_moves_every_record_as_it_is(shards, tmp_path):
    count = len(list(read_examples(shards)))
    splits = [SPLITS[number % 3] for number in range(count)]
    repack(shards, splits, tmp_path)
    before, after = list(read_examples(shards)), list(read_examples(tmp_path))
    assert after == [one for split in SPLITS for one, its in zip(before, splits, strict=True) if its == split]
    assert read_summary(tmp_path).pictures == {split: splits.count(split) for split in SPLITS}


def test_a_label_in_one_fold_alone_is_named():
    pictures = Pictures(["1-1", "2-1", "3-1"], np.array([0, 0, 1]), ["1", "2", "3"], ["MiniFig", "Technic"])
    with pytest.raises(UserError, match='all 1 pictures of "Technic" are in one fold'):
        require_every_label(pictures, np.array([0, 1, 1]))


def test_a_stopped_run_goes_on_after_its_last_finished_fold(shards, pictures, tmp_path, monkeypatch):
    fold_of = folds(pictures.given, pictures.families, 2, 0)
    chosen, train, trained = settings(epochs=1, warm_up_epochs=0, batch_size=8), cross_validation.train, []

    def stopping(*arguments):
        found = train(*arguments)
        trained.append(arguments[0].parent.name)
        if len(trained) == 2:
            raise KeyboardInterrupt
        return found

    whole = fine_tuned_answers(shards, pictures, fold_of, chosen, 0, tmp_path / "whole")
    monkeypatch.setattr(cross_validation, "train", stopping)
    with pytest.raises(KeyboardInterrupt):
        fine_tuned_answers(shards, pictures, fold_of, chosen, 0, tmp_path / "stopped")
    resumed = fine_tuned_answers(shards, pictures, fold_of, chosen, 0, tmp_path / "stopped")
    assert trained == ["fold-0", "fold-1", "fold-1"]
    np.testing.assert_array_equal(resumed, whole)
    np.testing.assert_allclose(whole.sum(axis=1), 1, rtol=1e-5)


def test_removing_folds_leaves_the_states_of_the_training(tmp_path):
    (tmp_path / "folds-0123").mkdir()
    (tmp_path / "0123456789abcdef-00001").mkdir()
    remove_folds(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["0123456789abcdef-00001"]


def test_confused_pairs_come_before_near_ones():
    rows = [("A", "B", 0.2, 0.9), ("A", "C", 0.0, 0.8), ("B", "C", 0.0, 0.1), ("A", "D", float("nan"), float("nan"))]
    pairs = pandas.DataFrame(rows, columns=["a", "b", "confusion", "distance"])
    assert worthwhile_pairs(pairs, 3)["b"].tolist() == ["B", "C", "C"]
    assert worthwhile_pairs(pairs, 3)["distance"].tolist() == [0.9, 0.1, 0.8]
