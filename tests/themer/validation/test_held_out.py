import numpy as np
import pandas
import pytest
from sklearn.linear_model import LogisticRegression

from tests.small_shards import LABELS, settings
from themer.base.errors import UserError
from themer.base.params import SPLITS, CrossValidate
from themer.base.params_file import parse_params
from themer.dataset.shards import read_summary
from themer.validation import retraining
from themer.validation.folds import folds
from themer.validation.held_out import (
    fine_tuned_answers,
    held_out_answers,
    learned_counts,
    learned_elsewhere,
    linear_answers,
    plain_features,
    remove_folds,
    require_every_label,
    why_not,
    worthwhile_pairs,
)
from themer.validation.retraining import Pictures

CLASSES = 3


def points(seed: int, count: int = 90) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Return features around a centre for each label, in three parts, with labels and folds."""
    random = np.random.default_rng(seed)
    actual, fold_of = random.integers(0, CLASSES, count), random.permutation(np.arange(count) % 3)
    features = np.eye(8, dtype=np.float32)[actual] + random.normal(0, 0.6, (count, 8)).astype(np.float32)
    return np.split(features, [count // 2, count // 2 + 7]), actual, fold_of


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


def test_a_fold_of_minus_one_is_learned_from_and_never_answered():
    features, actual, fold_of = points(seed=4)
    latest = np.where(fold_of == 0, 0, -1)
    found = linear_answers(features, actual, latest, settings(), CLASSES)
    np.testing.assert_array_equal(
        found[latest == 0], linear_answers(features, actual, fold_of, settings(), CLASSES)[latest == 0]
    )
    assert not found[latest < 0].any()


def test_without_a_fold_nothing_is_answered():
    features, actual, _ = points(seed=4)
    assert not linear_answers(features, actual, np.full(len(actual), -1), settings(), CLASSES).any()


def test_a_label_that_only_held_out_pictures_have_is_not_learned_elsewhere():
    actual, held_out = np.array([0, 0, 1, 2, 2]), np.array([True, False, True, True, True])
    assert learned_elsewhere(actual, held_out).tolist() == [True, True, False, False, False]


REASONS = {
    "no folds": ({"folds": 0, "fine_tuned": True}, 8, "cross_validate.folds is 0"),
    "no features": ({"folds": 2, "fine_tuned": False}, 0, "has no features; set cross_validate.fine_tuned to true"),
    "features": ({"folds": 2, "fine_tuned": False}, 8, ""),
    "the whole training": ({"folds": 2, "fine_tuned": True}, 0, ""),
}


@pytest.mark.parametrize("case", REASONS)
def test_why_there_is_nothing_to_do(case, params):
    changes, width, reason = REASONS[case]
    params["cross_validate"].update(changes)
    found = why_not(parse_params(params), width)
    assert found.endswith(reason) and bool(found) == bool(reason)


def test_held_out_answers_are_linear_unless_the_whole_training_is_asked_for(shards, pictures, tmp_path):
    features, actual, fold_of = points(seed=5)
    checks = CrossValidate(folds=3, fine_tuned=False, other_splits=True, seed=0)
    of_points = Pictures([""] * len(actual), actual, [""] * len(actual), LABELS)
    found = held_out_answers(shards, of_points, fold_of, features, settings(), checks, tmp_path)
    np.testing.assert_array_equal(found, linear_answers(features, actual, fold_of, settings(), CLASSES))
    assert list(tmp_path.iterdir()) == []


def test_a_label_without_pictures_counts_as_if_it_had_one():
    assert learned_counts(np.array([0, 0, 0, 0, 1]), CLASSES).tolist() == [4, 1, 1]


def test_a_label_in_one_fold_alone_is_named():
    pictures = Pictures(["1-1", "2-1", "3-1"], np.array([0, 0, 1]), ["1", "2", "3"], ["MiniFig", "Technic"])
    with pytest.raises(UserError, match='all 1 pictures of "Technic" are in one fold'):
        require_every_label(pictures, np.array([0, 1, 1]))


def test_a_stopped_run_goes_on_after_its_last_finished_fold(shards, pictures, tmp_path, monkeypatch):
    fold_of = folds(pictures.given, pictures.families, 2, 0)
    chosen, train, trained = settings(epochs=1, warm_up_epochs=0, batch_size=8), retraining.train, []

    def stopping(*arguments):
        found = train(*arguments)
        trained.append(arguments[0].parent.name)
        if len(trained) == 2:
            raise KeyboardInterrupt
        return found

    whole = fine_tuned_answers(shards, pictures, fold_of, chosen, 0, tmp_path / "whole")
    monkeypatch.setattr(retraining, "train", stopping)
    with pytest.raises(KeyboardInterrupt):
        fine_tuned_answers(shards, pictures, fold_of, chosen, 0, tmp_path / "stopped")
    resumed = fine_tuned_answers(shards, pictures, fold_of, chosen, 0, tmp_path / "stopped")
    assert trained == ["fold-0", "fold-1", "fold-1"]
    np.testing.assert_array_equal(resumed, whole)
    np.testing.assert_allclose(whole.sum(axis=1), 1, rtol=1e-5)


def test_the_whole_training_answers_only_what_is_held_out_and_can_be_known(shards, pictures, tmp_path):
    # All red ones and the first picture of another colour.
    held_out = pictures.actual == LABELS.index("red")
    held_out[0] = True
    chosen = settings(epochs=1, warm_up_epochs=0, batch_size=8)
    found = fine_tuned_answers(shards, pictures, np.where(held_out, 0, -1), chosen, 0, tmp_path)
    assert found[0].sum() == pytest.approx(1, rel=1e-5) and found[0, LABELS.index("red")] == 0
    assert not found[1:].any()


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
