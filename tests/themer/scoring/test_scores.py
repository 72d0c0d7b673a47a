import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import f1_score, top_k_accuracy_score

from themer.scoring import scores

LABELS = ["Bionicle", "City", "Duplo"]
ACTUAL = np.array([0, 0, 1, 1, 1, 2])
PROBABILITIES = np.array(
    [[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.1, 0.7, 0.2], [0.2, 0.5, 0.3], [0.0, 1.0, 0.0], [0.1, 0.5, 0.4]], np.float32
)
ALONE = list("abcdef")


@st.composite
def answers(draw, classes=4):
    """Draw the actual themes and the probabilities of up to 30 pictures."""
    actual = np.array(draw(st.lists(st.integers(0, classes - 1), min_size=1, max_size=30)))
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    return actual, random.dirichlet(np.ones(classes), len(actual)).astype(np.float32)


def test_headline_counts_right_answers():
    figures = scores.headline(ACTUAL, PROBABILITIES, ALONE, baseline_label=1, confidence_level=0.95)
    assert figures["pictures"] == 6
    assert figures["accuracy"] == pytest.approx(4 / 6)
    assert figures["balanced_accuracy"] == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 3 / 4 + 0) / 3)
    assert figures["baseline_accuracy"] == pytest.approx(3 / 6)


@given(answers())
def test_top_k_accuracy_rises_from_the_accuracy_to_one(drawn):
    actual, probabilities = drawn
    shares = [scores.top_k_accuracy(actual, probabilities, k) for k in range(1, 6)]
    assert shares[0] == pytest.approx(np.mean(probabilities.argmax(axis=1) == actual))
    assert shares == sorted(shares)
    assert shares[3:] == [1, 1]
    assert shares[1] == pytest.approx(top_k_accuracy_score(actual, probabilities, k=2, labels=range(4)))


def test_top_k_accuracy_takes_the_first_of_equals_and_two_themes():
    halves = np.array([[0.5, 0.5], [0.5, 0.5]])
    assert [scores.top_k_accuracy(np.array([0, 1]), halves, k) for k in (1, 2)] == [0.5, 1]


def test_a_theme_without_test_pictures_does_not_lower_the_means():
    wider = np.pad(PROBABILITIES, ((0, 0), (0, 1)))
    narrow, wide = (scores.headline(ACTUAL, rows, ALONE, 1, 0.95) for rows in (PROBABILITIES, wider))
    assert wide == pytest.approx(narrow)


def test_headline_table_has_intervals_for_accuracy_and_macro_f1():
    table = scores.headline_table(scores.headline(ACTUAL, PROBABILITIES, ALONE, 1, 0.95)).set_index("measure")
    with_interval = table.loc[["Accuracy", "Macro-F1"]]
    assert (with_interval["low"] < with_interval["value"]).all() and (
        with_interval["value"] < with_interval["high"]
    ).all()
    assert table.drop(with_interval.index)[["low", "high"]].isna().all(axis=None)
    assert list(table) == ["value", "low", "high"] and table["value"].notna().all()


@examples(deadline=None, max_examples=25)
@given(answers())
def test_headline_is_finite_and_in_range(drawn):
    actual, probabilities = drawn
    figures = scores.headline(actual, probabilities, ["one"] * len(actual), 0, 0.95)
    assert all(np.isfinite(value) for value in figures.values())
    for name in ("accuracy", "macro_f1"):
        low, value, high = (figures[name + end] for end in ("_low", "", "_high"))
        assert 0 <= low <= value + 1e-9 and value <= high + 1e-9 and high <= 1


def test_interval_of_independent_pictures_is_wilsons():
    correct = np.arange(4000) < 3000
    expected = binomtest(3000, 4000).proportion_ci(0.9, "wilson")
    low, high = scores.accuracy_interval(correct, [str(index) for index in range(4000)], 0.9)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-5)


def test_interval_widens_when_families_are_right_or_wrong_together():
    correct = np.repeat([True, True, True, False], 10)
    narrow = scores.accuracy_interval(correct, [str(index) for index in range(40)], 0.95)
    wide = scores.accuracy_interval(correct, list(np.repeat(list("abcd"), 10)), 0.95)
    assert wide[0] < narrow[0] < 0.75 < narrow[1] < wide[1]


def test_interval_without_mistakes_counts_families():
    low, high = scores.accuracy_interval(np.ones(20, bool), list("aabbccddee") * 2, 0.95)
    assert (low, high) == pytest.approx((binomtest(5, 5).proportion_ci(0.95, "wilson").low, 1))


@given(answers(), st.integers(0, 1000))
def test_weighted_macro_f1_is_that_of_pictures_repeated_so_often(drawn, seed):
    actual, predicted = drawn[0], drawn[1].argmax(axis=1)
    weights = np.random.default_rng(seed).integers(1, 4, len(actual))
    repeated = actual.repeat(weights), predicted.repeat(weights)
    expected = f1_score(*repeated, labels=np.unique(actual), average="macro", zero_division=0)
    assert scores.weighted_macro_f1(actual, predicted, weights) == pytest.approx(expected)


def test_a_theme_of_weight_zero_is_left_out_of_the_macro_f1():
    actual, predicted = np.array([0, 0, 1]), np.array([0, 0, 0])
    assert scores.weighted_macro_f1(actual, predicted, np.ones(3)) == pytest.approx((4 / 5 + 0) / 2)
    assert scores.weighted_macro_f1(actual, predicted, np.array([1, 1, 0])) == 1


def test_the_interval_of_the_macro_f1_is_the_same_each_time_and_narrows_with_the_level():
    actual, predicted = np.arange(40) % 2, np.arange(40) % 3 % 2
    families = [str(index) for index in range(40)]
    wide, again, narrow = (scores.macro_f1_interval(actual, predicted, families, level) for level in (0.95, 0.95, 0.5))
    assert wide == again and 0 < wide[0] < narrow[0] < narrow[1] < wide[1] < 1
    assert narrow[0] < scores.weighted_macro_f1(actual, predicted, np.ones(40)) < narrow[1]


def test_the_interval_of_the_macro_f1_widens_when_families_are_right_or_wrong_together():
    actual = np.tile([0, 1], 20)
    predicted = np.where(np.arange(40) < 30, actual, 1 - actual)
    alone = scores.macro_f1_interval(actual, predicted, [str(index) for index in range(40)], 0.95)
    together = scores.macro_f1_interval(actual, predicted, list(np.repeat(list("abcd"), 10)), 0.95)
    assert together[0] < alone[0] < 0.75 < alone[1] < together[1]


def test_the_interval_of_the_macro_f1_is_one_point_for_one_family_or_no_mistakes():
    actual = np.array([0, 1, 1])
    assert scores.macro_f1_interval(actual, actual, list("abc"), 0.95) == (1, 1)
    low, high = scores.macro_f1_interval(actual, np.zeros(3, int), ["a"] * 3, 0.95)
    assert low == high == pytest.approx((2 / 4 + 0) / 2)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=50))
def test_effective_pictures_are_between_one_and_all(drawn):
    correct, families = np.array([pair[0] for pair in drawn]), [str(pair[1]) for pair in drawn]
    assert 1 <= scores.effective_pictures(correct, families) <= len(drawn)


def test_theme_scores_come_with_the_largest_theme_first():
    rows = scores.theme_scores(ACTUAL, PROBABILITIES, LABELS)
    assert [(row["theme"], row["support"]) for row in rows] == [("City", 3), ("Bionicle", 2), ("Duplo", 1)]
    assert rows[0]["precision"] == pytest.approx(3 / 5)
    assert rows[0]["recall"] == 1
    assert rows[1]["roc_auc"] == 1


def test_undefined_scores_are_none_and_a_missed_theme_has_an_f1_of_zero():
    wider = np.pad(PROBABILITIES, ((0, 0), (0, 1)))
    _, _, duplo, absent = scores.theme_scores(ACTUAL, wider, [*LABELS, "Znap"])
    assert (duplo["precision"], duplo["recall"], duplo["f1"]) == (None, 0, 0)
    assert absent == {"theme": "Znap", "precision": None, "recall": None, "f1": None, "roc_auc": None, "support": 0}


def test_theme_scores_take_hundreds_of_themes():
    random = np.random.default_rng(0)
    rows = scores.theme_scores(
        random.integers(0, 400, 500), random.dirichlet(np.ones(400), 500), [f"theme {index}" for index in range(400)]
    )
    assert len(rows) == 400
    assert sum(row["support"] for row in rows) == 500


def test_confusion_holds_every_theme_and_every_picture():
    table = scores.confusion_table(ACTUAL, PROBABILITIES.argmax(axis=1), LABELS)
    assert table["actual"].tolist() == ["City", "Bionicle", "Duplo", "Bionicle", "Duplo"]
    assert table["predicted"].tolist() == ["City", "Bionicle", "Duplo", "City", "City"]
    assert table["pictures"].tolist() == [3, 1, 0, 1, 1]
