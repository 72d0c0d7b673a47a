import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sklearn.metrics import top_k_accuracy_score

from themer.scoring import scores
from themer.scoring.prediction_table import Predictions
from themer.training.confidence import expected_calibration_error, log_loss, with_temperature

LABELS = ["Bionicle", "City", "Duplo"]
ACTUAL = np.array([0, 0, 1, 1, 1, 2])
PROBABILITIES = np.array(
    [[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.1, 0.7, 0.2], [0.2, 0.5, 0.3], [0.0, 1.0, 0.0], [0.1, 0.5, 0.4]], np.float32
)
ALONE = list("abcdef")


@st.composite
def predictions(draw, label_count=4):
    """Draw the actual labels and the probabilities of up to 30 pictures."""
    actual = np.array(draw(st.lists(st.integers(0, label_count - 1), min_size=1, max_size=30)))
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    return actual, random.dirichlet(np.ones(label_count), len(actual)).astype(np.float32)


def test_the_headline_counts_correct_predictions():
    found = scores.headline(ACTUAL, PROBABILITIES, ALONE, baseline_label=1, confidence_level=0.95)
    assert found["pictures"] == 6
    assert found["accuracy"] == pytest.approx(4 / 6)
    assert found["balanced_accuracy"] == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert found["macro_f1"] == pytest.approx((2 / 3 + 3 / 4 + 0) / 3)
    assert found["baseline_accuracy"] == pytest.approx(3 / 6)


@given(predictions())
def test_top_k_accuracy_rises_from_the_accuracy_to_one(drawn):
    actual, probabilities = drawn
    shares = [scores.top_k_accuracy(actual, probabilities, k) for k in range(1, 6)]
    assert shares[0] == pytest.approx(np.mean(probabilities.argmax(axis=1) == actual))
    assert shares == sorted(shares)
    assert shares[3:] == [1, 1]
    assert shares[1] == pytest.approx(top_k_accuracy_score(actual, probabilities, k=2, labels=range(4)))


def test_top_k_accuracy_takes_the_first_of_equals_and_works_for_two_labels():
    halves = np.array([[0.5, 0.5], [0.5, 0.5]])
    assert [scores.top_k_accuracy(np.array([0, 1]), halves, k) for k in (1, 2)] == [0.5, 1]


def test_a_theme_without_test_pictures_does_not_lower_the_means():
    wider = np.pad(PROBABILITIES, ((0, 0), (0, 1)))
    narrow, wide = (scores.headline(ACTUAL, rows, ALONE, 1, 0.95) for rows in (PROBABILITIES, wider))
    assert wide == pytest.approx(narrow)


def test_the_headline_table_has_intervals_for_accuracy_and_macro_f1():
    table = scores.headline_table(scores.headline(ACTUAL, PROBABILITIES, ALONE, 1, 0.95)).set_index("measure")
    with_interval = table.loc[["Accuracy", "Macro-F1"]]
    assert (with_interval["low"] < with_interval["value"]).all() and (
        with_interval["value"] < with_interval["high"]
    ).all()
    assert table.drop(with_interval.index)[["low", "high"]].isna().all(axis=None)
    assert list(table) == ["value", "low", "high"] and table["value"].notna().all()


@examples(deadline=None, max_examples=25)
@given(predictions())
def test_the_headline_is_finite_and_in_range(drawn):
    actual, probabilities = drawn
    found = scores.headline(actual, probabilities, ["one"] * len(actual), 0, 0.95)
    assert all(np.isfinite(value) for value in found.values())
    for name in ("accuracy", "macro_f1"):
        low, value, high = (found[name + end] for end in ("_low", "", "_high"))
        assert 0 <= low <= value + 1e-9 and value <= high + 1e-9 and high <= 1


def test_theme_scores_start_with_the_largest_theme():
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


def test_theme_scores_work_for_hundreds_of_themes():
    random = np.random.default_rng(0)
    rows = scores.theme_scores(
        random.integers(0, 400, 500), random.dirichlet(np.ones(400), 500), [f"theme {index}" for index in range(400)]
    )
    assert len(rows) == 400
    assert sum(row["support"] for row in rows) == 500


def test_the_confusion_table_has_every_theme_and_every_picture():
    table = scores.confusion_table(ACTUAL, PROBABILITIES.argmax(axis=1), LABELS)
    assert table["actual"].tolist() == ["City", "Bionicle", "Duplo", "Bionicle", "Duplo"]
    assert table["predicted"].tolist() == ["City", "Bionicle", "Duplo", "City", "City"]
    assert table["pictures"].tolist() == [3, 1, 0, 1, 1]


def test_without_temperature_scaling_the_calibration_error_is_the_same_before():
    found = scores.confidence_scores(ACTUAL, PROBABILITIES, temperature=1.0)
    assert found["calibration_error"] == pytest.approx(found["calibration_error_before"])
    assert found["calibration_error"] == expected_calibration_error(ACTUAL, PROBABILITIES)


def test_the_calibration_error_before_undoes_the_temperature():
    found = scores.confidence_scores(ACTUAL, with_temperature(PROBABILITIES, 2.0), temperature=2.0)
    assert found["calibration_error_before"] == pytest.approx(expected_calibration_error(ACTUAL, PROBABILITIES))


def test_coverage_and_accuracy_count_the_sure_predictions():
    sure = np.array([True, True, True, False, False, False])
    correct = PROBABILITIES.argmax(axis=1) == ACTUAL
    found = scores.firm_scores(correct, sure, ALONE, 0.95, "views_")
    assert found["views_answered"] == 0.5 and found["views_answered_accuracy"] == pytest.approx(2 / 3)
    for name in ("views_answered", "views_answered_accuracy"):
        assert 0 < found[f"{name}_low"] < found[name] < found[f"{name}_high"] < 1
    assert "answered_accuracy" not in scores.firm_scores(correct, np.zeros(6, bool), ALONE, 0.95)


@pytest.mark.parametrize(("label_count", "expected"), [(5, False), (6, True)])
def test_top_5_accuracy_needs_more_than_five_labels(label_count, expected):
    actual, probabilities = np.zeros(3, int), np.full((3, label_count), 1 / label_count)
    found = scores.confidence_scores(actual, probabilities, 1.0)
    assert ("top_5_accuracy" in found) == expected


def test_photo_scores_are_overall_and_by_theme():
    sure = np.array([True, True, False, False, False, False])
    found = scores.photo_scores(ACTUAL, PROBABILITIES, sure, ALONE, LABELS, 0.95)
    assert found["photos"] == 6 and found["accuracy"] == pytest.approx(4 / 6)
    assert found["accuracy_low"] < found["accuracy"] < found["accuracy_high"]
    assert (found["answered"], found["answered_accuracy"]) == (pytest.approx(2 / 6), 0.5)
    assert found["themes"] == {"Bionicle": 0.5, "City": 1.0, "Duplo": 0.0}


def test_without_photos_only_their_number_is_reported():
    assert scores.photo_scores(ACTUAL[:0], PROBABILITIES[:0], np.empty(0, bool), [], LABELS, 0.95) == {"photos": 0}


def test_held_out_scores_are_those_of_the_predictions():
    found = scores.held_out_scores(Predictions(ALONE, ACTUAL, PROBABILITIES, LABELS), ALONE, 0.95)
    headline = scores.headline(ACTUAL, PROBABILITIES, ALONE, 0, 0.95)
    assert found == {name: headline[name] for name in found}
    assert found["log_loss"] == log_loss(ACTUAL, PROBABILITIES) and "top_5_accuracy" not in found


@pytest.mark.parametrize("label_count", [3, 6])
def test_without_held_out_predictions_the_same_scores_are_none(label_count):
    labels, some = [f"Theme {index}" for index in range(label_count)], np.full((1, label_count), 1 / label_count)
    found = scores.held_out_scores(Predictions(["a"], np.zeros(1, int), some, labels), ["a"], 0.95)
    empty = scores.held_out_scores(Predictions([], np.empty(0, np.int64), some[:0], labels), [], 0.95)
    assert empty == dict.fromkeys(found)
