import pytest

from app.command_line.formats import csv_line, per_cent


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (1e-9, "< 1 %"), (0.004, "< 1 %"), (0.93, "93 %"), (0.994, "99 %"), (0.9999999, "99 %"), (1, "100 %")],
)
def test_only_exact_values_become_0_or_100_per_cent(share, words):
    assert per_cent(share) == words


def test_csv_quotes_what_has_to_be_quoted_and_leaves_out_what_is_missing():
    assert csv_line('a "b", c', None, 0.5) == '"a ""b"", c",,0.5\n'
