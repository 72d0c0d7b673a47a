import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_sample_weight

from tests.small_shards import LABELS, settings
from tests.themer.features.feature_files import write_feature_files
from themer.base.errors import UserError
from themer.base.params import SPLITS, CrossValidate
from themer.base.params_file import parse_params
from themer.features.feature_store import Features
from themer.shards.files import read_summary
from themer.training.linear_head import INVERSE_REGULARIZATION
from themer.validation import retraining
from themer.validation.folds import folds
from themer.validation.held_out import (
    fine_tuned_probabilities,
    has_training_label,
    held_out_probabilities,
    linear_probabilities,
    plain_features,
    reason_to_skip,
    require_every_label,
    training_counts,
)
from themer.validation.pictures import Pictures
from themer.validation.retraining import new_splits, retrained_probabilities, validation_share

LABEL_COUNT = 3
QUICK = settings(epochs=1, warm_up_epochs=0, batch_size=8, photo_views=0)


def points(seed: int, count: int = 90) -> tuple[list[Features], np.ndarray, np.ndarray]:
    """Return two networks' features around a centre for each label, in three parts, with their labels and folds."""
    random = np.random.default_rng(seed)
    actual, fold_of = random.integers(0, LABEL_COUNT, count), random.permutation(np.arange(count) % 3)
    features = np.eye(8, dtype=np.float32)[actual] + random.normal(0, 0.6, (count, 8)).astype(np.float32)
    parts = np.split(features, [count // 2, count // 2 + 7])
    return [Features([part[:, :3], part[:, 3:]]) for part in parts], actual, fold_of


def test_features_of_other_shards_are_refused(shards, tmp_path):
    for split in SPLITS:
        write_feature_files(tmp_path, split, np.zeros((read_summary(shards).pictures["validation"], 2)))
    with pytest.raises(UserError, match="the split 'train' has features of 6 pictures.* 16 pictures. Run"):
        plain_features(tmp_path, shards)


@pytest.mark.parametrize("imbalance", ["none", "class_weights", "balanced_sampling"])
def test_the_labels_of_a_fold_do_not_change_its_predictions(imbalance):
    features, actual, fold_of = points(seed=1)
    wrong = np.where(fold_of == 1, (actual + 1) % LABEL_COUNT, actual)
    chosen = settings(imbalance=imbalance)
    before, after = (linear_probabilities(features, labels, fold_of, chosen, LABEL_COUNT) for labels in (actual, wrong))
    np.testing.assert_array_equal(before[fold_of == 1], after[fold_of == 1])
    assert np.abs(before - after)[fold_of != 1].max() > 0.01


@pytest.mark.parametrize(("imbalance", "weights"), [("none", None), ("class_weights", "balanced")])
def test_the_probabilities_are_those_of_a_logistic_regression_on_the_other_folds(imbalance, weights):
    features, actual, fold_of = points(seed=2)
    found = linear_probabilities(
        features, actual, fold_of, settings(imbalance=imbalance, label_smoothing=0.0), LABEL_COUNT
    )
    for fold in range(3):
        training, rows = fold_of != fold, np.concatenate([part[:] for part in features])
        balanced = compute_sample_weight(weights, actual[training])
        inverse = INVERSE_REGULARIZATION / np.average(np.square(rows[training]).sum(axis=1), weights=balanced)
        model = LogisticRegression(C=inverse, class_weight=weights, tol=1e-8, max_iter=1000)
        expected = model.fit(rows[training], actual[training])
        np.testing.assert_allclose(found[~training], expected.predict_proba(rows[~training]), atol=0.01)


@pytest.mark.parametrize("imbalance", ["none", "class_weights", "balanced_sampling"])
def test_a_label_in_one_fold_alone_does_not_break_the_probabilities(imbalance):
    features, actual, fold_of = points(seed=3)
    found = linear_probabilities(
        features, actual, np.where(actual == 2, 0, fold_of), settings(imbalance=imbalance), LABEL_COUNT
    )
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)


def test_a_fold_of_minus_one_is_always_training_and_never_predicted():
    features, actual, fold_of = points(seed=4)
    latest = np.where(fold_of == 0, 0, -1)
    found = linear_probabilities(features, actual, latest, settings(), LABEL_COUNT)
    np.testing.assert_array_equal(
        found[latest == 0], linear_probabilities(features, actual, fold_of, settings(), LABEL_COUNT)[latest == 0]
    )
    assert not found[latest < 0].any()


class CountedFeatures(Features):
    """Features that count how often they are read."""

    reads = 0

    def __getitem__(self, rows: slice) -> np.ndarray:
        CountedFeatures.reads += 1
        return super().__getitem__(rows)


def test_small_features_are_read_once_to_fit_a_classifier_and_large_ones_give_the_same(monkeypatch):
    features, actual, fold_of = points(seed=5)
    counted = [CountedFeatures(part._parts) for part in features]
    found = linear_probabilities(counted, actual, fold_of, settings(), LABEL_COUNT)
    # Of each part, for each of three folds: once to fit, once to predict.
    assert CountedFeatures.reads == 3 * 3 * 2
    monkeypatch.setattr("themer.training.at_hand.KEPT_BYTES", 0)
    np.testing.assert_array_equal(linear_probabilities(counted, actual, fold_of, settings(), LABEL_COUNT), found)
    assert CountedFeatures.reads > 100


def test_without_held_out_pictures_nothing_is_predicted():
    features, actual, _ = points(seed=4)
    assert not linear_probabilities(features, actual, np.full(len(actual), -1), settings(), LABEL_COUNT).any()


def test_a_label_of_held_out_pictures_alone_has_no_training_picture():
    actual, held_out = np.array([0, 0, 1, 2, 2]), np.array([True, False, True, True, True])
    assert has_training_label(actual, held_out).tolist() == [True, True, False, False, False]


REASONS = {
    "no folds": ({"folds": 0, "fine_tuned": True}, 8, "cross_validate.folds is 0"),
    "no features": ({"folds": 2, "fine_tuned": False}, 0, "has no features; set cross_validate.fine_tuned to true"),
    "features": ({"folds": 2, "fine_tuned": False}, 8, ""),
    "the whole training": ({"folds": 2, "fine_tuned": True}, 0, ""),
}


@pytest.mark.parametrize("case", REASONS)
def test_there_is_a_reason_to_skip(case, params):
    changes, width, reason = REASONS[case]
    params["cross_validate"].update(changes)
    found = reason_to_skip(parse_params(params), width)
    assert found.endswith(reason) and bool(found) == bool(reason)


def test_held_out_probabilities_are_linear_unless_fine_tuned(shards, pictures, tmp_path):
    features, actual, fold_of = points(seed=5)
    checks = CrossValidate(folds=3, fine_tuned=False, other_splits=True, seed=0)
    point_pictures = Pictures([""] * len(actual), actual, [""] * len(actual), LABELS)
    found = held_out_probabilities(shards, point_pictures, fold_of, features, settings(), checks, tmp_path)
    np.testing.assert_array_equal(found, linear_probabilities(features, actual, fold_of, settings(), LABEL_COUNT))
    assert list(tmp_path.iterdir()) == []


def test_a_label_without_pictures_counts_one():
    assert training_counts(np.array([0, 0, 0, 0, 1]), LABEL_COUNT).tolist() == [4, 1, 1]


def test_a_label_in_one_fold_alone_is_refused():
    pictures = Pictures(["1-1", "2-1", "3-1"], np.array([0, 0, 1]), ["1", "2", "3"], ["MiniFig", "Technic"])
    with pytest.raises(UserError, match='all 1 pictures of "Technic" are in one fold'):
        require_every_label(pictures, np.array([0, 1, 1]))


def test_a_stopped_run_resumes_after_its_last_finished_fold(shards, pictures, tmp_path, monkeypatch):
    fold_of = folds(pictures.label_names, pictures.families, 2, 0)
    train, trained = retraining.train, []

    def stopping_after_the_second(*arguments):
        found = train(*arguments)
        trained.append(arguments[0].parent.name)
        if len(trained) == 2:
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(retraining, "train", stopping_after_the_second)
    with pytest.raises(KeyboardInterrupt):
        fine_tuned_probabilities(shards, pictures, fold_of, QUICK, 0, tmp_path / "stopped")
    resumed = fine_tuned_probabilities(shards, pictures, fold_of, QUICK, 0, tmp_path / "stopped")
    assert trained == ["fold-0", "fold-1", "fold-1"]
    np.testing.assert_allclose(resumed.sum(axis=1), 1, rtol=1e-5)
    monkeypatch.undo()
    splits = new_splits(pictures, fold_of == 1, validation_share(shards), 0)
    without_stop = retrained_probabilities(shards, pictures, splits, QUICK, tmp_path / "without_stop")
    np.testing.assert_array_equal(resumed[fold_of == 1], without_stop)


def test_fine_tuning_predicts_only_held_out_pictures_whose_label_has_training_pictures(shards, pictures, tmp_path):
    # All red pictures, and the first one of another colour.
    held_out = pictures.actual == LABELS.index("red")
    held_out[0] = True
    found = fine_tuned_probabilities(shards, pictures, np.where(held_out, 0, -1), QUICK, 0, tmp_path)
    assert found[0].sum() == pytest.approx(1, rel=1e-5) and found[0, LABELS.index("red")] == 0
    assert not found[1:].any()


def test_folds_of_other_settings_are_deleted_and_other_files_stay(shards, pictures, tmp_path):
    (tmp_path / "folds-0123456789abcdef").mkdir()
    (tmp_path / "0123456789abcdef-00001").mkdir()
    never_held_out = np.full(len(pictures.set_ids), -1)
    assert not fine_tuned_probabilities(shards, pictures, never_held_out, QUICK, 0, tmp_path).any()
    assert [path.name for path in tmp_path.iterdir()] == ["0123456789abcdef-00001"]
