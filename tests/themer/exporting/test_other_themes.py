import numpy as np
import pytest

from themer.answering.abstention import Boundary
from themer.exporting.other_themes import fit_boundary, folds_of, held_out_shares

IS_OTHER = np.arange(240) % 3 == 0
FAMILIES = [f"family {number // 2}" for number in range(240)]


@pytest.fixture(scope="module")
def features() -> np.ndarray:
    """Features of length 1; those of other themes point another way, most of them."""
    random = np.random.default_rng(0)
    rows = random.normal(0, 0.4, (240, 8)) + np.where(IS_OTHER[:, None], np.eye(8)[0], np.eye(8)[1])
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_the_boundary_tells_other_themes_from_the_labels(features, tmp_path):
    boundary = fit_boundary(features, IS_OTHER)
    boundary.write(tmp_path)
    shares = Boundary.read(tmp_path).probability(features)
    assert shares.dtype == np.float32 and np.mean((shares < 0.5) == IS_OTHER) > 0.95


def test_an_empty_boundary_knows_no_other_themes(features):
    assert (Boundary(np.empty(0, np.float32)).probability(features) == 1).all()


def test_a_picture_s_own_kind_does_not_change_its_held_out_share(features):
    other = IS_OTHER.copy()
    family = np.array(FAMILIES) == FAMILIES[7]
    other[family] = ~other[family]
    views, view_of = features[:100] + np.float32(0.1), np.arange(100)
    one, two = (held_out_shares(features, kinds, FAMILIES, views, view_of) for kinds in (IS_OTHER, other))
    np.testing.assert_array_equal(one[family], two[family])


def test_a_family_is_held_out_whole_and_folds_are_even():
    fold_of = folds_of(FAMILIES)
    assert (fold_of[::2] == fold_of[1::2]).all()
    assert np.ptp(np.bincount(fold_of)) <= 2
