import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from themer.answering.abstention import Boundary, rooted
from themer.exporting.other_themes import (
    DIAGONAL,
    FOLDS,
    SPHERE,
    Moments,
    calibrated,
    classes_of,
    fit_boundary,
    folds_of,
)

# Two labels and two other themes. The first number of a picture tells its family.
CLASSES = np.arange(240) % 4
FAMILIES = [f"family {number // 8}" for number in range(240)]
FOLD_OF = folds_of(FAMILIES)


@pytest.fixture(scope="module")
def features() -> np.ndarray:
    """Features of length 1; those of each class point its own way, most of them."""
    random = np.random.default_rng(0)
    rows = random.normal(0, 0.3, (240, 8)) + np.eye(8)[CLASSES]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def moments_of(features: np.ndarray, classes: np.ndarray) -> list[Moments]:
    """Return the moments of each fold, added in two parts."""
    found = [Moments.empty(4, features.shape[1]) for _ in range(FOLDS)]
    for fold, moments in enumerate(found):
        for part in np.array_split(np.flatnonzero(fold == FOLD_OF), 2):
            moments.add(features[part], classes[part])
    return found


def whole(features: np.ndarray, classes: np.ndarray = CLASSES) -> Boundary:
    first, *others = moments_of(features, classes)
    return fit_boundary(sum(others, first), label_count=2)


def test_the_boundary_tells_other_themes_from_the_labels(features, tmp_path):
    whole(features).write(tmp_path)
    shares = Boundary.read(tmp_path, label_count=2).probability(features)
    assert shares.dtype == np.float32 and np.mean((shares >= 0.5) == (CLASSES < 2)) > 0.95


def test_the_boundary_is_a_shrunk_linear_discriminant(features):
    rows = rooted(features)
    peer = LinearDiscriminantAnalysis(solver="lsqr", covariance_estimator=_Shrunk()).fit(rows, CLASSES)
    expected = peer.decision_function(rows)
    found = whole(features).logits(features)
    differences = found - expected
    np.testing.assert_allclose(differences, differences[:, :1] * np.ones(4), atol=2e-3)


class _Shrunk:
    """The covariance of all pictures about the means of their classes, shrunk towards its diagonal and a sphere."""

    def fit(self, rows: np.ndarray) -> None:
        covariance = np.cov(rows.T, bias=True)
        diagonal, sphere = np.diag(np.diag(covariance)), np.trace(covariance) / len(covariance) * np.eye(8)
        self.covariance_ = (1 - DIAGONAL - SPHERE) * covariance + DIAGONAL * diagonal + SPHERE * sphere


def test_without_a_boundary_every_picture_shows_a_label(features, tmp_path):
    Boundary.none().write(tmp_path)
    assert (Boundary.read(tmp_path, label_count=2).probability(features) == 1).all()


def test_held_out_shares_come_from_a_boundary_without_the_fold(features):
    moments, boundary = moments_of(features, CLASSES), whole(features)
    scaled, shares = calibrated(boundary, moments, features, CLASSES, FOLD_OF)
    first, *others = moments[:2] + moments[3:]
    without, held_out = fit_boundary(sum(others, first), label_count=2), FOLD_OF == 2
    temperature = boundary.weights[0, -1] / scaled.weights[0, -1]
    expected = without.share(without.logits(features[held_out]) / temperature)
    np.testing.assert_allclose(shares[held_out], expected, atol=1e-5)


def test_shares_match_how_often_held_out_pictures_show_a_label(features):
    _, shares = calibrated(whole(features), moments_of(features, CLASSES), features, CLASSES, FOLD_OF)
    assert shares.mean() == pytest.approx(0.5, abs=0.03)
    sure = shares > 0.9
    assert np.mean(CLASSES[sure] < 2) > 0.85


def test_each_label_and_each_frequent_root_theme_is_a_class():
    themes = ["Red", "Blue", *["City / Police"] * 6, *["City"] * 6, *["Space / Ice Planet"] * 3, "Castle"]
    is_other = np.arange(len(themes)) >= 2
    classes, count = classes_of(themes, is_other, ["Blue", "Red"])
    assert list(classes) == [1, 0, *[2] * 12, *[3] * 4] and count == 4


def test_a_family_is_held_out_whole_and_folds_are_even():
    assert all(len(set(FOLD_OF[start : start + 8])) == 1 for start in range(0, 240, 8))
    assert np.ptp(np.bincount(FOLD_OF)) <= 8
