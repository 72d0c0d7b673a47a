import pytest

from themer.reports.score_text import score_text

WRITTEN = [(1, "1.000"), (0.99997, "0.999"), (0.9994, "0.999"), (0.9846, "0.985"), (0.0, "0.000")]


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_only_a_perfect_score_reads_as_1(value, text):
    assert score_text(value) == text
