import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from themer.answering.abstention import Choice, step_back
from themer.base.theme_paths import ancestors, lies_within

LABELS = ["City", "Star Wars / Clone / One", "Star Wars / Clone / Two", "Star Wars / Rebels", "Technic/Bionicle"]


@pytest.mark.parametrize(
    ("probabilities", "threshold", "theme", "confidence", "level"),
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
def test_the_deepest_theme_that_reaches_the_threshold_is_chosen(probabilities, threshold, theme, confidence, level):
    choice = step_back(np.array(probabilities, np.float32), LABELS, threshold)
    assert (choice.theme, choice.level) == (theme, level)
    assert choice.confidence == pytest.approx(confidence, abs=1e-6)


def test_among_equally_deep_themes_the_most_probable_is_chosen():
    labels = ["A / x", "A / y", "B / x", "B / y"]
    assert step_back(np.array([0.2, 0.2, 0.3, 0.3]), labels, 0.35).theme == "B"


def test_a_label_above_others_counts_towards_its_theme():
    choice = step_back(np.array([0.4, 0.4, 0.2]), ["Star Wars", "Star Wars / Rebels", "Town"], 0.7)
    assert (choice.theme, choice.level) == ("Star Wars", "ancestor")
    assert choice.confidence == pytest.approx(0.8)


def test_groups_and_root_themes_have_nothing_above_them():
    labels = ["Technic/Bionicle", "Bulk Bricks"]
    assert ancestors(labels) == []
    assert step_back(np.array([0.55, 0.45]), labels, 0.6) == Choice(None, 0.55, "none")


@given(st.integers(0, 10_000), st.floats(0.01, 1.2))
def test_a_theme_is_as_probable_as_its_labels_together(seed, threshold):
    for row in np.random.default_rng(seed).dirichlet(np.full(len(LABELS), 0.5), 8):
        choice = step_back(row, LABELS, threshold)
        sums = {
            theme: sum(p for p, label in zip(row, LABELS, strict=True) if lies_within(label, theme))
            for theme in [*LABELS, *ancestors(LABELS)]
        }
        deeper = [sums[theme] for theme in sums if theme.count(" / ") > (choice.theme or "").count(" / ")]
        if choice.level == "none":
            assert max(sums.values()) < threshold + 1e-9
        else:
            assert choice.confidence == pytest.approx(sums[choice.theme])
            assert choice.confidence >= threshold
        if choice.level == "ancestor":
            assert row.max() < threshold
            assert max(deeper) < threshold + 1e-9
