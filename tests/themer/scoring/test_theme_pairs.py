import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from themer.scoring.theme_pairs import theme_distances, theme_pairs, worthwhile_pairs

LABELS = ["Bionicle", "City", "Duplo"]
ACTUAL = np.array([0, 0, 1, 1, 1, 2])
PROBABILITIES = np.array(
    [[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.1, 0.7, 0.2], [0.5, 0.4, 0.1], [0.0, 1.0, 0.0], [0.1, 0.2, 0.7]]
)
FEATURES = np.array([[1, 0], [2, 0], [0, 1], [0, 3], [0, 1], [-1, 0]], np.float32)


def batches(features, actual, size):
    for start in range(0, len(features), size):
        yield features[start : start + size], actual[start : start + size]


def pairs(actual=ACTUAL, probabilities=PROBABILITIES, features=FEATURES, labels=LABELS):
    return theme_pairs(actual, probabilities, batches(features, actual, 2), labels)


def test_the_pair_that_gains_most_is_first_with_its_values():
    first = pairs().iloc[0]
    assert (first["a"], first["b"], first["pictures_a"], first["pictures_b"]) == ("Bionicle", "City", 2, 3)
    assert first["confusion"] == pytest.approx(2 / 5)
    assert first["soft_confusion"] == pytest.approx((0.1 + 0.6 + 0.1 + 0.5 + 0.0) / 5)
    assert first["distance"] == pytest.approx(1)
    assert first["gain"] == pytest.approx(2 / 6, abs=1e-6)


def test_pairs_with_equal_gain_are_sorted_by_soft_confusion():
    assert pairs()[["a", "b"]].values.tolist() == [["Bionicle", "City"], ["City", "Duplo"], ["Bionicle", "Duplo"]]


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10_000), st.integers(1, 30))
def test_the_gain_is_the_rise_in_accuracy_if_two_themes_count_as_one(seed, pictures):
    chance = np.random.default_rng(seed)
    actual, probabilities = chance.integers(0, 3, pictures), chance.dirichlet(np.ones(3), pictures)
    predicted = probabilities.argmax(axis=1)
    for row in pairs(actual, probabilities, chance.normal(size=(pictures, 4))).itertuples():
        a, b = LABELS.index(row.a), LABELS.index(row.b)
        merged = np.mean(np.where(actual == b, a, actual) == np.where(predicted == b, a, predicted))
        assert row.gain == pytest.approx(merged - np.mean(actual == predicted), abs=1e-6)


def test_a_theme_without_pictures_has_no_distance_and_no_confusion():
    wider = np.pad(PROBABILITIES, ((0, 0), (0, 2)))
    table = pairs(probabilities=wider, labels=[*LABELS, "Znap", "Zooters"]).set_index(["a", "b"])
    assert len(table) == 10
    assert table.loc[("Znap", "Zooters"), ["confusion", "soft_confusion", "distance"]].isna().all()
    assert table.loc[("City", "Znap"), "confusion"] == 0
    assert table["gain"].notna().all()


def test_distances_ignore_the_lengths_of_features():
    distances = theme_distances([(FEATURES, ACTUAL)], 3)
    assert distances == pytest.approx(np.array([[0, 1, 2], [1, 0, 1], [2, 1, 0]]), abs=1e-12)
    crossed = np.array([[1, 0], [0, 1], [1, 1]], np.float32)
    actual = np.array([0, 0, 1])
    assert theme_distances([(crossed, actual)], 2)[0, 1] == pytest.approx(0, abs=1e-7)
    assert theme_distances([(crossed * [[1], [100], [7]], actual)], 2)[0, 1] == pytest.approx(0, abs=1e-7)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 20))
def test_the_batch_size_does_not_change_the_distances(seed, batch_size):
    chance = np.random.default_rng(seed)
    features, actual = chance.normal(size=(20, 8)).astype(np.float32), chance.integers(0, 3, 20)
    whole = theme_distances([(features, actual)], 3)
    np.testing.assert_array_equal(theme_distances(batches(features, actual, batch_size), 3), whole)


def test_without_features_there_are_no_distances():
    table = theme_pairs(ACTUAL, PROBABILITIES, [], LABELS)
    assert table["distance"].isna().all() and table["confusion"].notna().all()


def test_confused_pairs_are_before_near_ones():
    rows = [("A", "B", 0.2, 0.9), ("A", "C", 0.0, 0.8), ("B", "C", 0.0, 0.1), ("A", "D", float("nan"), float("nan"))]
    table = pandas.DataFrame(rows, columns=["a", "b", "confusion", "distance"])
    assert worthwhile_pairs(table, 3)["b"].tolist() == ["B", "C", "C"]
    assert worthwhile_pairs(table, 3)["distance"].tolist() == [0.9, 0.1, 0.8]
