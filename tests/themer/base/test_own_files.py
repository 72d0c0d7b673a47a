import shutil
from pathlib import Path

import pytest

from stages import fetch, join, paths, regroup, resize
from tests.conftest import PROJECT
from themer.base.errors import UserError
from themer.base.files import write_bytes
from themer.base.own_files import damaged, read_json
from themer.base.tables import column_by_set, read_csv, read_rows

JUNK = {"nothing": b"", "half": b'{"a": [1,', "no UTF-8": b"\xff\xfe\x00", "nested": b"[" * 100_000}


@pytest.mark.parametrize("case", JUNK)
def test_a_damaged_json_file_is_an_error_that_names_it(tmp_path, case):
    (tmp_path / "a.json").write_bytes(JUNK[case])
    with pytest.raises(UserError, match=r"a.json: this file is damaged .*Delete it, then run: dvc repro"):
        read_json(tmp_path / "a.json")


TABLES = {
    "nothing": b"",
    "no UTF-8": b"set_id,name\n\xff,1\n",
    "a quote that doesn't end": b'set_id,name\n"1-1,a\n',
    "a longer row": b"set_id,name\n1-1,a\n2-1,b,c,d\n",
    "another heading": b"id,name\n1-1,a\n",
}


@pytest.mark.parametrize("case", TABLES)
def test_a_damaged_table_is_an_error_that_names_it(tmp_path, case):
    (tmp_path / "a.csv").write_bytes(TABLES[case])
    with pytest.raises(UserError, match="a.csv: this file is damaged"):
        read_csv(tmp_path / "a.csv", "set_id")
    with pytest.raises(UserError, match="a.csv: this file is damaged"):
        column_by_set(tmp_path / "a.csv", "name")


def test_a_table_without_rows_is_an_error_only_where_rows_are_needed(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"set_id,name\n")
    assert read_csv(tmp_path / "a.csv", "set_id").empty
    with pytest.raises(UserError, match="damaged .no rows."):
        read_rows(tmp_path / "a.csv", "set_id")


@pytest.mark.parametrize(
    ("path", "command"),
    [
        (paths.source, "dvc repro fetch"),
        (paths.thumbnails_table, "dvc repro download"),
        (paths.join_metrics, "dvc repro join"),
        (paths.labels_plot, "dvc repro regroup"),
        (Path("elsewhere.json"), "dvc repro"),
    ],
)
def test_the_command_is_that_of_the_stage_that_writes_the_file(tmp_path, monkeypatch, path, command):
    monkeypatch.chdir(tmp_path)
    shutil.copy(PROJECT / "dvc.yaml", tmp_path)
    assert str(damaged(path, "why")).endswith(f"(why). Delete it, then run: {command}")


STAGES = {
    paths.source: fetch.main,
    paths.sets: join.main,
    paths.sets_table: join.main,
    paths.themes_table: join.main,
    paths.theme_paths: regroup.main,
    paths.labelled: regroup.main,
    paths.dataset: resize.main,
}


@pytest.mark.parametrize("path", STAGES)
@pytest.mark.parametrize("content", [b"", b"<html>", b"set_id,label\n"])
def test_a_stage_with_a_damaged_input_ends_with_a_message(tmp_path, monkeypatch, write_params, path, content):
    monkeypatch.chdir(tmp_path)
    write_params({"fetch.source": "live", "sources.live.brick_insights": "http://127.0.0.1:9", "regroup.by": "root"})
    write_bytes(b"set_num,theme_id,name\n1-1,1,A\n", paths.sets_table)
    write_bytes(b"id,name,parent_id\n1,A,\n", paths.themes_table)
    write_bytes(b"theme_path\nA\n", paths.theme_paths)
    write_bytes(b"set_id,theme,family,split\n", paths.other_themes)
    write_bytes(b"set_id,perceptual_hash,status,error,sha256\n", paths.thumbnails_table)
    write_bytes(content, path)
    with pytest.raises(SystemExit, match=f"error: {path}: this file is damaged") as stopped:
        STAGES[path]()
    assert isinstance(stopped.value.code, str)
