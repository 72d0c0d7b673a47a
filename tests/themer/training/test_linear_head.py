import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from themer.training import linear_head
from themer.training.balance import label_weights
from themer.training.linear_head import INVERSE_REGULARIZATION, LinearHead, blocks, fit_head

WIDTH, LABEL_COUNT = 6, 3
COUNTS = np.array([60, 30, 10])
LABELS = np.repeat(np.arange(LABEL_COUNT), COUNTS)
FEATURES = np.random.default_rng(0).normal(LABELS[:, None] * 0.5, 1, (100, WIDTH)).astype(np.float32)
EQUAL = np.ones(100, np.float32)


def fitted(rows, pictures: int = 100, label_count: int = LABEL_COUNT, smoothing: float = 0) -> LinearHead:
    return fit_head(lambda: rows, WIDTH, label_count, pictures, smoothing)


def predicted(head: LinearHead) -> np.ndarray:
    return head.probabilities(FEATURES)


@pytest.mark.parametrize("weights", [EQUAL, label_weights(COUNTS)[LABELS]], ids=["equal", "label_weights"])
def test_it_is_scikit_learn_s_logistic_regression(weights):
    head = fitted([(FEATURES, LABELS, weights)])
    inverse = INVERSE_REGULARIZATION / np.average(np.square(FEATURES).sum(axis=1), weights=weights)
    expected = LogisticRegression(C=inverse, tol=1e-8, max_iter=1000).fit(FEATURES, LABELS, sample_weight=weights)
    np.testing.assert_allclose(predicted(head), expected.predict_proba(FEATURES), atol=2e-3)
    np.testing.assert_allclose(head.kernel, expected.coef_.T, atol=5e-3)


def test_with_two_labels_it_is_binary_logistic_regression():
    # Scikit-learn penalizes one vector for both labels: twice as much as two vectors of half its length.
    rows = FEATURES[:90], LABELS[:90], EQUAL[:90]
    head = fitted([rows], 90, label_count=2)
    inverse = 2 * INVERSE_REGULARIZATION / np.square(rows[0]).sum(axis=1).mean()
    expected = LogisticRegression(C=inverse, tol=1e-8, max_iter=1000).fit(*rows[:2])
    np.testing.assert_allclose(predicted(head), expected.predict_proba(FEATURES), atol=2e-3)


def test_the_scale_of_the_features_does_not_matter():
    scaled = fitted([(8 * FEATURES, LABELS, EQUAL)])
    np.testing.assert_allclose(8 * scaled.kernel, fitted([(FEATURES, LABELS, EQUAL)]).kernel, atol=5e-3)


def test_rows_in_blocks_give_the_result_of_all_rows_at_once():
    whole = predicted(fitted([(FEATURES, LABELS, EQUAL)]))
    parts = [(FEATURES[at : at + 7], LABELS[at : at + 7], EQUAL[at : at + 7]) for at in range(0, 100, 7)]
    np.testing.assert_allclose(predicted(fitted(parts)), whole, atol=1e-3)


def test_more_views_of_the_same_pictures_do_not_weaken_the_penalty():
    row = FEATURES, LABELS, label_weights(COUNTS)[LABELS]
    np.testing.assert_allclose(predicted(fitted([row] * 3)), predicted(fitted([row])), atol=1e-3)


def test_more_pictures_weaken_the_penalty():
    row = FEATURES, LABELS, EQUAL
    sizes = [np.abs(fitted([row], pictures).kernel).sum() for pictures in (1, 20, 400)]
    assert sizes == sorted(sizes) and sizes[0] < 0.8 * sizes[2]


def test_with_label_smoothing_too_the_penalized_loss_is_minimal():
    head, targets = fitted([(FEATURES, LABELS, EQUAL)], smoothing=0.2), 0.8 * np.eye(3)[LABELS] + 0.2 / 3

    def penalized_loss(kernel: np.ndarray) -> float:
        probabilities = LinearHead(kernel, head.bias).probabilities(FEATURES)
        return -float((targets * np.log(probabilities)).sum(axis=1).mean()) + float((kernel**2).sum()) / 200

    least, random = penalized_loss(head.kernel), np.random.default_rng(1)
    assert all(penalized_loss(head.kernel + random.normal(0, 0.1, head.kernel.shape)) > least for _ in range(20))


def test_fitting_twice_gives_the_same_bytes():
    one, other = (fitted([(FEATURES, LABELS, EQUAL)]) for _ in range(2))
    assert (one.kernel.tobytes(), one.bias.tobytes()) == (other.kernel.tobytes(), other.bias.tobytes())


def test_blocks_are_all_rows_in_order_and_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(linear_head, "ROWS_AT_ONCE", 30)
    np.save(tmp_path / "features.npy", FEATURES)
    found = list(blocks(np.load(tmp_path / "features.npy", mmap_mode="r"), LABELS, EQUAL))
    assert [len(labels) for _, labels, _ in found] == [30, 30, 30, 10]
    np.testing.assert_array_equal(np.concatenate([features for features, _, _ in found]), FEATURES)
    assert not any(isinstance(features, np.memmap) for features, _, _ in found)


def test_the_classifier_predicts_probabilities():
    found = predicted(fitted([(FEATURES, LABELS, EQUAL)]))
    assert found.shape == (100, LABEL_COUNT) and found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
