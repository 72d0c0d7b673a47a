import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stages import fetch, paths
from tests.conftest import PROJECT, Site

THEMES = [(1, "Duplo", ""), (2, "Technic", "")]
GROUPS = {"Young Childrens": ["Duplo"], "Technic/Bionicle": ["Technic"]}


def table(header: str, rows: list[tuple]) -> bytes:
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    return gzip.compress("\n".join(lines).encode() + b"\n", mtime=0)


@pytest.fixture
def run(site: Site, write_params: Callable[..., Path]) -> Callable[..., list[str]]:
    """Return a function that runs the stage with changed params and returns the set numbers.

    It fetches from a site with two themes and two sets, one of which the API lacks.
    """
    sets = [("0011-2", "Small", 1978, 1, 3, ""), ("B001-1", "Big", 2001, 2, 3, "")]
    site.put("/media/downloads/sets.csv.gz", table("set_num,name,year,theme_id,num_parts,img_url", sets))
    site.put("/media/downloads/themes.csv.gz", table("id,name,parent_id", THEMES))
    site.put("/api/sets/0011-2", b'{"set_id": "0011-2", "reviews": []}')
    site.put("/api/sets/B001-1", b'{"error": "Set not found"}')

    def run(**changes: object) -> list[str]:
        source = {"brick_insights": site.url, "rebrickable": site.url, "api_requests_per_minute": None}
        source |= changes.pop("source", {})
        write_params({"fetch.source": "here", "sources.here": source, "regroup.groups": GROUPS, **changes})
        fetch.main()
        return [found["set_id"] for found in json.loads(paths.sets.read_text())]

    return run


def put_export(site: Site) -> None:
    site.put("/api/sets/export", b'[{"set_id": "B001-1"}, {"set_id": "0011-2"}, {"set_id": "3-1"}]')


def test_every_set_and_both_tables_are_kept(site, run):
    put_export(site)
    assert run() == ["0011-2", "3-1", "B001-1"]
    assert sorted(path.name for path in paths.rebrickable.iterdir()) == ["sets.csv.gz", "themes.csv.gz"]


def test_a_complete_snapshot_is_not_fetched_again(site, run, capsys):
    put_export(site)
    run()
    before = {path: path.read_bytes() for path in paths.raw.rglob("*") if path.is_file()}
    requests = len(site.requests)
    run()
    assert len(site.requests) == requests
    assert {path: path.read_bytes() for path in paths.raw.rglob("*") if path.is_file()} == before
    assert "is complete; nothing to fetch" in capsys.readouterr().out


def test_a_snapshot_of_another_day_is_fetched_but_the_tables_only_once_a_day(site, run):
    put_export(site)
    run()
    run(**{"fetch.snapshot": "2026-12-24"})
    assert site.request_counts()["/media/downloads/sets.csv.gz"] == 1
    assert site.request_counts()["/api/sets/export"] == 2


def test_a_smaller_limit_takes_a_part_of_the_sample(site, run):
    put_export(site)
    two = run(**{"fetch.limit": 2})
    assert len(two) == 2 and set(run(**{"fetch.limit": 1})) < set(two)


def test_without_an_export_each_set_is_requested(site, run):
    assert run() == ["0011-2"]
    [unknown] = paths.raw.glob("not_found-*.txt")
    assert unknown.read_text() == "B001-1\n"
    assert not list(paths.raw.glob("answers-*"))


def test_without_brick_insights_the_sets_are_those_of_the_table(site, run):
    assert run(source={"brick_insights": None}) == ["0011-2", "B001-1"]
    assert not any(path.startswith("/api") for path in site.request_counts())


def test_robots_txt_is_obeyed(site, run):
    put_export(site)
    site.put("/robots.txt", b"User-agent: *\nDisallow: /api\n")
    with pytest.raises(SystemExit, match="robots.txt of .* forbids it"):
        run()
    assert "/api/sets/export" not in site.request_counts()


@pytest.mark.parametrize("has_export", [True, False])
def test_robots_txt_is_requested_once(site, run, has_export):
    if has_export:
        put_export(site)
    run()
    assert [path for path, _ in site.requests].count("/robots.txt") == 1


@pytest.mark.parametrize("path", ["/api/sets/export", "/media/downloads/sets.csv.gz"])
def test_a_redirect_is_held_to_robots_txt_too(site, run, path):
    put_export(site)
    site.put("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    site.answers[path] = [(302, b"", {"Location": "/private/file"})]
    with pytest.raises(SystemExit, match="/private/file: robots.txt of .* forbids it"):
        run()
    assert "/private/file" not in site.request_counts()


@pytest.mark.parametrize(("name", "reason"), [("none.h5", "No such file"), ("x" * 300 + ".h5", "File name too long")])
def test_a_missing_file_of_weights_is_an_error_before_anything_is_requested(site, run, name, reason):
    with pytest.raises(SystemExit, match=f"params.yaml: train.weights: {name}: {reason}.* write imagenet or none"):
        run(**{"train.weights": name})
    assert not site.requests


def test_a_file_of_weights_that_is_there_is_fine(site, run, tmp_path):
    put_export(site)
    (tmp_path / "some.weights.h5").touch()
    assert run(**{"train.weights": str(tmp_path / "some.weights.h5")})


def test_an_unknown_theme_is_an_error_before_any_set_is_requested(site, run):
    with pytest.raises(SystemExit, match='no theme "Dupol" .did you mean "Duplo"'):
        run(**{"regroup.groups": {"A": ["Dupol"], "B": ["Technic"]}})
    assert not any(path.startswith("/api") for path in site.request_counts())


def test_rows_without_a_set_number_are_left_out_and_named(site, run, capsys):
    rows = [{"set_id": f"{number}-1"} for number in range(18)]
    site.put("/api/sets/export", json.dumps([*rows, {"set_id": None}, {"set_id": 8684}]).encode())
    assert len(run()) == 18
    said = capsys.readouterr().err
    assert "fetch: left out 2 of 20:" in said and "{'set_id': None}" in said and "{'set_id': 8684}" in said


def test_rows_of_the_table_without_a_set_number_are_left_out_too(site, run, capsys):
    rows = [(f"{number}-1", "A", 1978, 1, 3, "") for number in range(9)]
    del site.answers["/media/downloads/sets.csv.gz"]
    header = "set_num,name,year,theme_id,num_parts,img_url"
    site.put("/media/downloads/sets.csv.gz", table(header, [*rows, ("", "No number", 1978, 1, 3, "")]))
    assert len(run(source={"brick_insights": None})) == 9
    assert "fetch: left out 1 of 10:" in capsys.readouterr().err


def test_tables_that_do_not_belong_together_are_an_error_before_any_set_is_requested(site, run):
    rows = [(f"{number}-1", "A", 1978, 1 if number else 504.5, 3, "") for number in (0, 0, 0, 1, 2)]
    del site.answers["/media/downloads/sets.csv.gz"]
    site.put("/media/downloads/sets.csv.gz", table("set_num,name,year,theme_id,num_parts,img_url", rows))
    with pytest.raises(SystemExit, match="the table of themes lacks the themes of 3 of 5 sets, .* such as '504.5'"):
        run()
    assert not any(path.startswith("/api") for path in site.request_counts())


def test_numbers_that_went_through_a_spreadsheet_lose_no_set(site, run):
    put_export(site)
    for name in ("sets", "themes"):
        del site.answers[f"/media/downloads/{name}.csv.gz"]
    rows = [(f"{number}-1", "A", 1978.0, 505.0, 3, "") for number in range(9)]
    site.put("/media/downloads/sets.csv.gz", table("set_num,name,year,theme_id,num_parts,img_url", rows))
    themes = [(504, "Duplo", ""), (505, "Cars", "504.0"), (1, "Technic", "")]
    site.put("/media/downloads/themes.csv.gz", table("id,name,parent_id", themes))
    assert run(**{"regroup.groups": {"A": ["Duplo / Cars"], "B": ["Technic"]}}) == ["0011-2", "3-1", "B001-1"]


def test_photos_that_are_recorded_but_not_here_are_missed_before_any_request(site, run):
    paths.photos_record.parent.mkdir()
    paths.photos_record.write_text("outs:\n- path: photos\n  nfiles: 2\n")
    with pytest.raises(SystemExit, match=r"dvc pull data/photos"):
        run()
    assert site.requests == []


def test_no_set_is_requested_again_for_its_snapshot_whatever_becomes_of_the_folder(site, run):
    run()
    first = {path: path.read_bytes() for path in paths.raw.rglob("*") if path.is_file()}
    shutil.rmtree(paths.raw)
    run()
    assert {path: path.read_bytes() for path in paths.raw.rglob("*") if path.is_file()} == first
    assert {path: count for path, count in site.request_counts().items() if count > 1} == {"/api/sets/export": 2}
    run(**{"fetch.snapshot": "2026-12-24"})
    assert site.request_counts()["/api/sets/0011-2"] == 2


@pytest.mark.parametrize("themes", [[], [(1, "Duplo", "")], [(1, "Duplo", "2"), (2, "Technic", "1")]])
def test_tables_that_fail_a_check_are_asked_for_again(site, run, themes):
    put_export(site)
    [good] = site.answers.pop("/media/downloads/themes.csv.gz")
    site.put("/media/downloads/themes.csv.gz", table("id,name,parent_id", themes))
    with pytest.raises(SystemExit, match="theme"):
        run()
    site.answers["/media/downloads/themes.csv.gz"] = [good]
    assert run() == ["0011-2", "3-1", "B001-1"]


def put_table(site: Site, name: str, content: bytes) -> None:
    site.answers[f"/media/downloads/{name}.csv.gz"] = [(200, content, {})]


def test_sets_that_failed_for_the_moment_are_asked_for_again_and_only_those(site, run, capsys):
    header, numbers = "set_num,name,year,theme_id,num_parts,img_url", [f"{number}-1" for number in range(12)]
    put_table(site, "sets", table(header, [(number, "A", 1978, 1, 3, "") for number in numbers]))
    for number in numbers:
        site.put(f"/api/sets/{number}", json.dumps({"set_id": number}).encode())
    site.answers["/api/sets/5-1"] = [(200, b"<html>", {}), (200, b'{"set_id": "5-1"}', {})]
    assert len(run()) == 11
    assert "sets that could not be fetched: 1. To request them again: python -m stages.fetch" in capsys.readouterr().out
    assert len(run()) == len(run()) == 12
    counts = {path: count for path, count in site.request_counts().items() if path.startswith("/api/sets/")}
    assert counts == {f"/api/sets/{number}": 1 for number in numbers} | {"/api/sets/5-1": 2, "/api/sets/export": 2}
    assert "missing" not in json.loads(paths.source.read_text())


def test_sets_that_are_there_twice_are_named_if_they_differ(site, run, capsys):
    rows = [{"set_id": "1-1", "name": "old"}, {"set_id": "1-1", "name": "new"}, {"set_id": "2-1"}, {"set_id": "2-1"}]
    site.put("/api/sets/export", json.dumps(rows).encode())
    assert run() == ["1-1", "2-1"]
    assert "fetch: 1 sets have several rows that differ; the last counts: 1-1\n" in capsys.readouterr().err


def test_rows_of_the_tables_that_are_there_twice_are_named_if_they_differ(site, run, capsys):
    rows = [("1-1", "A", 1978, theme, 3, "") for theme in (1, 2)] + [("2-1", "A", 1978, 1, 3, "")] * 2
    put_table(site, "sets", table("set_num,name,year,theme_id,num_parts,img_url", rows))
    put_table(site, "themes", table("id,name,parent_id", [*THEMES, THEMES[0], (2, "Technics", ""), THEMES[1]]))
    assert run(source={"brick_insights": None}) == ["1-1", "2-1"]
    said = capsys.readouterr().err
    assert "1 sets in sets.csv.gz have several rows that differ; the last counts: 1-1\n" in said
    assert "1 themes in themes.csv.gz have several rows that differ; the last counts: 2\n" in said


def test_a_set_that_is_twice_in_the_table_counts_once_for_the_limit(site, run):
    rows = [(f"{number}-1", "A", 1978, 1, 3, "") for number in (0, 0, 0, 1, 1, 2)]
    put_table(site, "sets", table("set_num,name,year,theme_id,num_parts,img_url", rows))
    for number in range(3):
        site.put(f"/api/sets/{number}-1", json.dumps({"set_id": f"{number}-1"}).encode())
    assert len(run(**{"fetch.limit": 2})) == 2


def test_themes_that_lead_back_to_themselves_are_left_out_and_named(site, run, capsys):
    put_export(site)
    put_table(site, "themes", table("id,name,parent_id", [*THEMES, (7, "A", 8), (8, "B", 7), (9, "C", 9)]))
    assert len(run()) == 3
    assert "left out 3 themes that are their own ancestors, and their sets. Themes: 7, 8, 9" in capsys.readouterr().err


def test_too_many_sets_below_themes_that_lead_back_to_themselves_are_an_error(site, run):
    rows = [(f"{number}-1", "A", 1978, 7, 3, "") for number in range(4)]
    put_table(site, "sets", table("set_num,name,year,theme_id,num_parts,img_url", rows))
    put_table(site, "themes", table("id,name,parent_id", [*THEMES, (7, "A", 7)]))
    with pytest.raises(SystemExit, match="the table of themes lacks the themes of 4 of 4 sets"):
        run()


@pytest.mark.parametrize("path", [paths.sets, paths.sets_table, paths.themes_table])
def test_a_file_that_was_deleted_is_fetched_again(site, run, path):
    put_export(site)
    run()
    before = path.read_bytes()
    path.unlink()
    run()
    assert path.read_bytes() == before


def test_ctrl_c_while_the_stage_works_says_that_finished_work_is_kept(site, folder, write_params):
    source = {"brick_insights": site.url, "rebrickable": site.url}
    write_params({"fetch.source": "here", "sources.here": source})
    command, env = [sys.executable, "-m", "stages.fetch"], {**os.environ, "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(command, cwd=folder, env=env, stderr=subprocess.PIPE, text=True) as process:
        site.watch = lambda path: process.send_signal(signal.SIGINT)
        said = process.communicate()[1]
    assert (process.returncode, said) == (130, "stopped. Finished work is kept; run again to go on.\n")
    assert [path for path, _ in site.requests] == ["/robots.txt"]
