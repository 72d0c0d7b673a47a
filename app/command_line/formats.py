"""How results are printed: lines, a JSON list, JSON lines, CSV."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, TextIO

from app.command_line.many import Result
from app.command_line.named_files import in_json
from app.problem import Problem
from app.recognition.as_json import TOP_THEMES, as_json, best_label, in_words
from themer.answering.predictor import Prediction, per_cent

# The same as in the CSV file that the page offers.
COLUMNS = ("file", "theme", "confidence", "best_guess", "reason", "most_similar_set", "problem", "none_of_these")
# Spreadsheets also take the wide forms for the first four.
FORMULA_MARKS = (*"=+-@", *"\t\r\n", *"\uff1d\uff0b\uff0d\uff20")


@dataclass(frozen=True)
class Format:
    """What comes first, each result's text for `top` themes, what separates two of them, and what comes last."""

    head: str
    text: Callable[[Result, int | None], str]
    separator: str
    tail: str


def write(results: Iterable[Result], kind: Format, top: int | None, out: TextIO) -> None:
    """Write each result as soon as it is there. What comes last is written even if Ctrl-C or an error comes first."""
    before = ""
    try:
        out.write(kind.head)
        for one in results:
            if text := kind.text(one, top):
                out.write(before + text)
                before = kind.separator
            out.flush()
    finally:
        out.write(kind.tail)
        out.flush()


def line(result: Result, top: int | None) -> str:
    """Return a line with tab-separated fields for a prediction, and nothing for a problem."""
    if isinstance(result.found, Problem):
        return ""
    return "\t".join([printable(result.file), *fields(result.found, top)]) + "\n"


def json_object(result: Result, top: int | None) -> dict[str, Any]:
    """Return a picture's object, in the same shape as the API's."""
    found = result.found
    described: dict[str, Any]
    described = {"problem": found.as_dict()} if isinstance(found, Problem) else as_json(found, top or TOP_THEMES)
    return {**in_json(result.file), **described}


def json_entry(result: Result, top: int | None) -> str:
    """Return a picture's object in the JSON list."""
    return json.dumps(json_object(result, top))


def json_line(result: Result, top: int | None, made_by: dict[str, str]) -> str:
    """Return a picture's object on a line of its own. A prediction also names the model and the index that made it."""
    named = {} if isinstance(result.found, Problem) else made_by
    return json.dumps({**json_object(result, top), **named}) + "\n"


def csv_row(result: Result, top: int | None) -> str:
    """Return a picture's row of `COLUMNS`. It is one line, whatever the file's name."""
    file, found = printable(result.file), result.found
    if isinstance(found, Problem):
        return csv_line(file, None, None, None, None, None, str(found), None)
    nearest = found.nearest[0].set_id if found.nearest else None
    none_of_these = "true" if found.level == "other" else "false"
    values = found.theme, found.confidence, best_label(found), found.reason, nearest, None, none_of_these
    return csv_line(file, *values)


def csv_line(*values: str | float | None) -> str:
    """Return values as a line of CSV; None is empty. No spreadsheet runs one of them as a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(harmless(value) for value in values)
    return text.getvalue()


def harmless(value: str | float | None) -> str | float | None:
    """Return a value, with an apostrophe before a text that a spreadsheet would take for a formula.

    See https://owasp.org/www-community/attacks/CSV_Injection. A mark alone, such as - for stdin, is no formula.
    """
    formula = isinstance(value, str) and len(value) > 1 and value.startswith(FORMULA_MARKS)
    return f"'{value}" if formula else value


def fields(prediction: Prediction, top: int | None) -> list[str]:
    """Return the theme or why there is none, how certain it is and, with `top`, the most probable themes."""
    reason = f" ({prediction.reason})" if prediction.reason else ""
    best = [f"{theme} {per_cent(share)}" for theme, share in list(prediction.probabilities.items())[: top or 0]]
    answer = in_words(prediction.theme, prediction.level == "other")
    words = [f"{answer}{reason}", certainty(prediction), ", ".join(best)]
    return words if top else words[:-1]


def certainty(prediction: Prediction) -> str:
    """Return the confidence in a theme, or of a model that is not sure its best guess; "" for none of these themes."""
    if prediction.level == "other":
        return ""
    guess = "" if prediction.theme else f"best guess {best_label(prediction)} "
    return guess + per_cent(prediction.confidence)


def printable(name: str) -> str:
    """Return a file name on one line, with its unprintable characters replaced."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in name)


FORMATS = {
    "lines": Format("", line, "", ""),
    "json": Format("[\n", json_entry, ",\n", "\n]\n"),
    "csv": Format(csv_line(*COLUMNS), csv_row, "", ""),
}


def json_lines(made_by: dict[str, str]) -> Format:
    """Return the format of JSON lines. They name what made them, so that `--resume` mixes no models in a file."""
    return Format("", partial(json_line, made_by=made_by), "", "")
