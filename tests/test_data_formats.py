"""The schema describes every output, docs/data_formats.md is made from it, and the results in git match it.

tests/end_to_end checks all files of a finished pipeline.
"""

import json
from pathlib import Path

import pytest

from stages import paths
from tests.conftest import PROJECT
from tests.data_formats import FILES, outputs, problems_of_file
from themer.base.theme_paths import COLUMNS_BESIDE_LABELS
from tools.data_formats import DOCUMENT, document, is_shared
from tools.schema import PROBABILITIES, SHARED, STAGES

RESULTS = [
    path for folder, kind in (("metrics", "json"), ("plots", "csv")) for path in PROJECT.glob(f"{folder}/*.{kind}")
]


def test_the_document_is_up_to_date():
    assert (PROJECT / DOCUMENT).read_text(encoding="utf-8") == document(), "run: make docs"


def test_the_stages_are_those_of_the_pipeline_in_the_same_order():
    assert list(STAGES) == list(outputs(PROJECT))


@pytest.mark.parametrize("stage", outputs(PROJECT))
def test_the_schema_describes_every_output_of_a_stage_and_nothing_else(stage):
    written, described = outputs(PROJECT)[stage], {file.path for file in STAGES[stage]}
    assert [out for out in written if not any(path == out or path.startswith(f"{out}/") for path in described)] == []
    assert [path for path in described if not any(path == out or path.startswith(f"{out}/") for out in written)] == []


@pytest.mark.parametrize("field", SHARED, ids=lambda field: field.name)
def test_several_files_have_a_shared_field(field):
    with_it = [file for file in FILES if any(one.key == field.key and is_shared(one) for one in file.fields)]
    assert len(with_it) > 1


def test_no_label_may_have_the_name_of_a_column_beside_those_of_labels():
    with_labels = [file for file in FILES if PROBABILITIES in file.fields]
    assert {file.path for file in with_labels} == {f"{table}" for table in (paths.out_of_fold, paths.test_predictions)}
    columns = {field.key for file in with_labels for field in file.fields} - {PROBABILITIES.key}
    assert columns == set(COLUMNS_BESIDE_LABELS)


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.name)
def test_the_results_in_git_match_the_schema(path):
    assert problems_of_file(path, path.relative_to(PROJECT).as_posix()) == []


TABLE = "label,split,pictures\nA,train,3\n"
WRONG_TABLES = {
    "a column that is missing": ("split,", "", "the columns are"),
    "an extra column": ("pictures", "pictures,more", "the columns are"),
    "columns in another order": ("label,split", "split,label", "the columns are"),
    "an empty cell": ("A", "", "label is empty"),
    "a value that is not one of the choices": ("train", "trian", "'trian' is not text"),
    "a number out of its range": ("3", "0", "'0' is not integer ≥ 1"),
    "a number of another type": ("3", "3.0", "'3.0' is not integer"),
}


@pytest.mark.parametrize("name", WRONG_TABLES)
def test_a_mistake_in_a_table_is_found(tmp_path, name):
    before, after, problem = WRONG_TABLES[name]
    assert problems_of(tmp_path, "plots/labels.csv", TABLE) == []
    assert problem in problems_of(tmp_path, "plots/labels.csv", TABLE.replace(before, after))[0]


OBJECT = {
    "bytes": 13,
    "threshold": 0.9,
    "risk_bound": 0.01,
    "risk_holds": True,
    "boundary": 0.5,
    "other_themes_bound": 0.04,
    "other_themes_holds": True,
}
WRONG_OBJECTS = {
    "a key that is missing": ({name: OBJECT[name] for name in OBJECT if name != "threshold"}, "threshold is missing"),
    "an extra key": ({**OBJECT, "more": 1}, "more is not described"),
    "null": ({**OBJECT, "bytes": None}, "bytes is empty"),
    "text for a number": ({**OBJECT, "bytes": "13"}, "'13' is not integer"),
}


@pytest.mark.parametrize("name", WRONG_OBJECTS)
def test_a_mistake_in_json_is_found(tmp_path, name):
    content, problem = WRONG_OBJECTS[name]
    assert problems_of(tmp_path, "metrics/export.json", json.dumps(OBJECT)) == []
    assert problem in problems_of(tmp_path, "metrics/export.json", json.dumps(content))[0]


def test_a_file_that_the_schema_lacks_is_found(tmp_path):
    assert problems_of(tmp_path, "plots/other.csv", TABLE) == ["plots/other.csv: described 0 times"]


def problems_of(folder: Path, name: str, content: str) -> list[str]:
    """Return the problems of a file with this content as the output `name`."""
    path = folder / Path(name).name
    path.write_text(content)
    return problems_of_file(path, name)
