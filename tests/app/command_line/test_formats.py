import csv
import io

import pytest

from app.command_line.formats import COLUMNS, csv_line, csv_row, line
from app.command_line.many import Result
from app.problem import Kind, Problem
from themer.answering.abstention import Level
from themer.answering.predictor import Prediction


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


def prediction(theme: str | None, level: Level) -> Prediction:
    """Return a prediction with a best label of 0.96, and the theme and the level given."""
    best = {"MiniFig": 0.96, "Technic": 0.04}
    return Prediction(theme, 0.96, level, None if theme else "reason", 0.5, None, best, [])


@pytest.mark.parametrize(
    ("theme", "level", "expected"),
    [
        ("MiniFig", "label", "MiniFig\t96 %"),
        ("Parent", "ancestor", "Parent\t96 %"),
        (None, "none", "not sure (reason)\tbest guess MiniFig 96 %"),
        (None, "other", "none of these themes (reason)\t"),
    ],
)
def test_a_number_stands_beside_the_theme_that_it_is_about(theme, level, expected):
    found = Result("a.png", prediction(theme, level))
    assert line(found, None) == f"a.png\t{expected}\n"
    assert line(found, 2) == f"a.png\t{expected}\tMiniFig 96 %, Technic 4 %\n"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (prediction("MiniFig", "label"), "false"),
        (prediction(None, "none"), "false"),
        (prediction(None, "other"), "true"),
        (Problem(Kind.NOT_A_PICTURE, "Choose another."), ""),
    ],
)
def test_csv_tells_none_of_these_themes_from_not_sure(found, expected):
    [row] = csv.DictReader([csv_line(*COLUMNS), csv_row(Result("a.png", found), None)])
    assert row["none_of_these"] == expected and None not in row
