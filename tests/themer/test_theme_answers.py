import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from themer.answering.step_back import Answer, answer, answers, summary
from themer.base.theme_paths import ancestors, lies_within

LABELS = ["City", "Star Wars / Clone / One", "Star Wars / Clone / Two", "Star Wars / Rebels", "Technic/Bionicle"]


def probabilities(*rows):
    return np.array(rows, np.float32)


@pytest.mark.parametrize(
    ("row", "threshold", "theme", "confidence", "level"),
    [
        ([0.1, 0.7, 0.1, 0.1, 0.0], 0.6, LABELS[1], 0.7, "label"),
        ([0.1, 0.4, 0.3, 0.2, 0.0], 0.6, "Star Wars / Clone", 0.7, "ancestor"),
        ([0.1, 0.4, 0.1, 0.4, 0.0], 0.6, "Star Wars", 0.9, "ancestor"),
        ([0.4, 0.1, 0.1, 0.0, 0.4], 0.6, None, 0.4, "none"),
        ([0.0, 0.1, 0.1, 0.1, 0.7], 0.6, "Technic/Bionicle", 0.7, "label"),
        ([0.0, 0.5, 0.5, 0.0, 0.0], 0.5, LABELS[1], 0.5, "label"),
        ([0.0, 1.0, 0.0, 0.0, 0.0], 2.0, None, 1.0, "none"),
    ],
)
def test_the_deepest_theme_that_is_probable_enough_is_answered(row, threshold, theme, confidence, level):
    found = answer(np.array(row, np.float32), LABELS, threshold)
    assert (found.theme, found.level) == (theme, level)
    assert found.confidence == pytest.approx(confidence, abs=1e-6)


def test_of_equally_deep_themes_the_most_probable_is_answered():
    labels = ["A / x", "A / y", "B / x", "B / y"]
    assert answer(np.array([0.2, 0.2, 0.3, 0.3]), labels, 0.35).theme == "B"


def test_a_label_above_others_counts_with_them():
    found = answer(np.array([0.4, 0.4, 0.2]), ["Star Wars", "Star Wars / Rebels", "Town"], 0.7)
    assert (found.theme, found.level) == ("Star Wars", "ancestor")
    assert found.confidence == pytest.approx(0.8)


def test_groups_and_roots_have_nothing_above_them():
    assert ancestors(["Technic/Bionicle", "Bulk Bricks"]) == []
    assert answer(np.array([0.55, 0.45]), ["Technic/Bionicle", "Bulk Bricks"], 0.6) == Answer(None, 0.55, "none")


def test_a_theme_is_within_another_by_whole_names():
    assert lies_within("Star Wars / Rebels", "Star Wars")
    assert not lies_within("Star Wars 2 / Rebels", "Star Wars")
    assert not lies_within("Star Wars", "Star Wars / Rebels")


@given(st.integers(0, 10_000), st.floats(0.01, 1.2))
def test_an_answer_is_as_probable_as_the_labels_that_it_includes(seed, threshold):
    rows = np.random.default_rng(seed).dirichlet(np.full(len(LABELS), 0.5), 8)
    for row, found in zip(rows, answers(rows, LABELS, threshold), strict=True):
        sums = {
            theme: sum(p for p, label in zip(row, LABELS, strict=True) if lies_within(label, theme))
            for theme in [*LABELS, *ancestors(LABELS)]
        }
        deeper = [sums[theme] for theme in sums if theme.count(" / ") > (found.theme or "").count(" / ")]
        if found.level == "none":
            assert max(sums.values()) < threshold + 1e-9
        else:
            assert found.confidence == pytest.approx(sums[found.theme])
            assert found.confidence >= threshold
        if found.level == "ancestor":
            assert row.max() < threshold
            assert max(deeper) < threshold + 1e-9


def test_an_answer_alone_is_that_of_the_table():
    rows = probabilities([0.1, 0.4, 0.3, 0.2, 0.0], [0.1, 0.7, 0.1, 0.1, 0.0])
    assert [answer(row, LABELS, 0.6) for row in rows] == answers(rows, LABELS, 0.6)


def test_the_summary_counts_a_theme_above_the_actual_label_as_right():
    rows = probabilities(
        [0.1, 0.7, 0.1, 0.1, 0.0],
        [0.7, 0.1, 0.1, 0.1, 0.0],
        [0.1, 0.4, 0.3, 0.2, 0.0],
        [0.1, 0.4, 0.3, 0.2, 0.0],
        [0.4, 0.1, 0.1, 0.0, 0.4],
    )
    figures = summary(np.array([1, 1, 2, 3, 0]), answers(rows, LABELS, 0.6), LABELS)
    assert figures == {
        "label_share": 0.4,
        "ancestor_share": 0.4,
        "none_share": 0.2,
        "label_accuracy": 0.5,
        "ancestor_accuracy": 0.5,
    }


def test_a_label_above_the_actual_one_is_not_right_by_itself():
    labels = ["Star Wars", "Star Wars / Rebels"]
    figures = summary(np.array([1]), answers(probabilities([0.9, 0.1]), labels, 0.6), labels)
    assert figures["label_accuracy"] == 0
    assert figures["ancestor_accuracy"] is None
    assert json.loads(json.dumps(figures)) == figures
