import csv
import io

import pytest

from app.command_line.formats import csv_line


def test_csv_quotes_what_has_to_be_quoted_and_leaves_out_what_is_missing():
    assert csv_line('a "b", c', None, 0.5) == '"a ""b"", c",,0.5\n'


@pytest.mark.parametrize("name", ["=1+1.png", "+a.png", "-1", "@SUM(A1)", "\ta.png", "\nb.png", "＝1+1"])
def test_csv_has_no_formulas(name):
    [[found, share]] = csv.reader(io.StringIO(csv_line(name, -0.5), newline=""))
    assert (found, share) == (f"'{name}", "-0.5")


@pytest.mark.parametrize("name", ["a=b.png", "holiday/-1.png", "'quoted'.png", "ü.png", " =.png", "-", ""])
def test_csv_has_ordinary_names_as_they_are(name):
    [[found, _]] = csv.reader([csv_line(name, 1)])
    assert found == name
