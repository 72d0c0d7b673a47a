import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tests.small_shards import settings
from themer.base.quiet_tensorflow import keras, tf
from themer.training import linear_head as heads
from themer.training.linear_head import blocks, fit_head, linear_classifier
from themer.training.losses import loss_for
from themer.training.training_pictures import class_weights

WIDTH, CLASSES = 6, 3
COUNTS = np.array([60, 30, 10])
LABELS = np.repeat(np.arange(CLASSES), COUNTS)
FEATURES = np.random.default_rng(0).normal(LABELS[:, None] * 0.5, 1, (100, WIDTH)).astype(np.float32)
EQUAL = np.ones(100, np.float32)


def fitted(rows, pictures: int = 100, classes: int = CLASSES, imbalance: str = "none") -> list[np.ndarray]:
    head = linear_classifier(WIDTH, classes)
    loss = loss_for(settings(imbalance=imbalance, label_smoothing=0), COUNTS[:classes])
    fit_head(head, lambda: rows, pictures, loss)
    return head.get_weights()


def answers(weights: list[np.ndarray]) -> np.ndarray:
    return tf.nn.softmax(FEATURES @ weights[0] + weights[1]).numpy()


@pytest.mark.parametrize("weights", [EQUAL, class_weights(COUNTS)[LABELS]], ids=["equal", "class_weights"])
def test_it_is_scikit_learn_s_logistic_regression(weights):
    kernel, bias = fitted([(FEATURES, LABELS, weights)])
    expected = LogisticRegression(C=1, tol=1e-8, max_iter=1000).fit(FEATURES, LABELS, sample_weight=weights)
    np.testing.assert_allclose(answers([kernel, bias]), expected.predict_proba(FEATURES), atol=2e-3)
    np.testing.assert_allclose(kernel, expected.coef_.T, atol=5e-3)


def test_of_two_labels_it_is_the_binary_regression():
    # Scikit-learn penalises one vector for both labels, which counts twice as much as two of half its length.
    rows = FEATURES[:90], LABELS[:90], EQUAL[:90]
    weights = fitted([rows], 90, classes=2)
    expected = LogisticRegression(C=2, tol=1e-8, max_iter=1000).fit(*rows[:2])
    np.testing.assert_allclose(answers(weights), expected.predict_proba(FEATURES), atol=2e-3)


def test_rows_in_blocks_give_the_same_as_all_at_once():
    whole = answers(fitted([(FEATURES, LABELS, EQUAL)]))
    parts = [(FEATURES[at : at + 7], LABELS[at : at + 7], EQUAL[at : at + 7]) for at in range(0, 100, 7)]
    np.testing.assert_allclose(answers(fitted(parts)), whole, atol=1e-3)


def test_views_of_one_picture_share_its_weight():
    row = FEATURES, LABELS, class_weights(COUNTS)[LABELS]
    np.testing.assert_allclose(answers(fitted([row] * 3)), answers(fitted([row])), atol=1e-3)


def test_more_pictures_hold_the_weights_less():
    row = FEATURES, LABELS, EQUAL
    sizes = [np.abs(fitted([row], pictures)[0]).sum() for pictures in (5, 100, 2000)]
    assert sizes == sorted(sizes) and sizes[0] < 0.8 * sizes[2]


@pytest.mark.parametrize("imbalance", ["focal_loss", "logit_adjustment"])
def test_any_loss_is_at_its_least(imbalance):
    head, weights = linear_classifier(WIDTH, CLASSES), fitted([(FEATURES, LABELS, EQUAL)], imbalance=imbalance)
    loss = loss_for(settings(imbalance=imbalance, label_smoothing=0), COUNTS)

    def value(kernel: np.ndarray) -> float:
        head.set_weights([kernel, weights[1]])
        return float(loss(LABELS, head(FEATURES))) + float((kernel**2).sum()) / 200

    least, random = value(weights[0]), np.random.default_rng(1)
    assert all(value(weights[0] + random.normal(0, 0.1, weights[0].shape)) > least for _ in range(20))


def test_fitting_twice_gives_the_same_bytes():
    one, other = (fitted([(FEATURES, LABELS, EQUAL)]) for _ in range(2))
    assert [array.tobytes() for array in one] == [array.tobytes() for array in other]


def test_blocks_are_all_rows_in_order_and_no_longer_in_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(heads, "ROWS_AT_ONCE", 30)
    np.save(tmp_path / "features.npy", FEATURES)
    found = list(blocks(np.load(tmp_path / "features.npy", mmap_mode="r"), LABELS, EQUAL))
    assert [len(labels) for _, labels, _ in found] == [30, 30, 30, 10]
    np.testing.assert_array_equal(np.concatenate([features for features, _, _ in found]), FEATURES)
    assert not any(isinstance(features, np.memmap) for features, _, _ in found)


def test_the_classifier_answers_with_probabilities():
    head = linear_classifier(WIDTH, CLASSES)
    assert isinstance(head, keras.layers.Dense) and head.name == "probabilities"
    np.testing.assert_allclose(head(FEATURES).numpy().sum(axis=1), 1, rtol=1e-5)
