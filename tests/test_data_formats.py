"""docs/data_formats.md describes every output, and the results in git are as it says; see tests/end_to_end for data."""

import json
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.data_formats import outputs, problems_of_file, read_formats

FORMATS = read_formats()
RESULTS = [
    path for folder, kind in (("metrics", "json"), ("plots", "csv")) for path in PROJECT.glob(f"{folder}/*.{kind}")
]


@pytest.mark.parametrize("stage", outputs(PROJECT))
def test_every_output_is_described_under_its_stage_and_nothing_else(stage):
    written, described = outputs(PROJECT)[stage], {one.path for one in FORMATS if one.stage == stage}
    assert [out for out in written if not any(path == out or path.startswith(f"{out}/") for path in described)] == []
    assert [path for path in described if not any(path == out or path.startswith(f"{out}/") for out in written)] == []


def test_every_stage_described_is_one():
    assert {one.stage for one in FORMATS} == set(outputs(PROJECT))


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.name)
def test_the_results_in_git_are_as_described(path):
    assert problems_of_file(path, path.relative_to(PROJECT).as_posix()) == []


TABLE = "label,split,pictures\nA,train,3\n"
WRONG_TABLES = {
    "a column that is missing": ("split,", "", "the columns are"),
    "a column too many": ("pictures", "pictures,more", "the columns are"),
    "columns in another order": ("label,split", "split,label", "the columns are"),
    "an empty cell": ("A", "", "label is empty"),
    "a value that is not allowed": ("train", "trian", "'trian' is not text"),
    "a number out of its range": ("3", "0", "'0' is not integer 1 or more"),
    "a number of another type": ("3", "3.0", "'3.0' is not integer"),
}


@pytest.mark.parametrize("name", WRONG_TABLES)
def test_what_is_wrong_in_a_table_is_found(tmp_path, name):
    before, after, problem = WRONG_TABLES[name]
    assert problems_of(tmp_path, "plots/classes.csv", TABLE) == []
    assert problem in problems_of(tmp_path, "plots/classes.csv", TABLE.replace(before, after))[0]


OBJECT = {"pictures": 129, "bytes": 13}
WRONG_OBJECTS = {
    "a key that is missing": ({"bytes": 13}, "pictures is missing"),
    "a key too many": ({**OBJECT, "more": 1}, "more is not described"),
    "null": ({**OBJECT, "bytes": None}, "bytes is empty"),
    "text for a number": ({**OBJECT, "bytes": "13"}, "'13' is not integer"),
}


@pytest.mark.parametrize("name", WRONG_OBJECTS)
def test_what_is_wrong_in_json_is_found(tmp_path, name):
    content, problem = WRONG_OBJECTS[name]
    assert problems_of(tmp_path, "metrics/export.json", json.dumps(OBJECT)) == []
    assert problem in problems_of(tmp_path, "metrics/export.json", json.dumps(content))[0]


def test_a_file_that_is_not_described_is_found(tmp_path):
    assert problems_of(tmp_path, "plots/other.csv", TABLE) == ["plots/other.csv: described 0 times"]


def problems_of(folder: Path, name: str, content: str) -> list[str]:
    """Return the problems of a file of this content in the place of `name`."""
    path = folder / Path(name).name
    path.write_text(content)
    return problems_of_file(path, name)
