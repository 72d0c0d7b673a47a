import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stages import download, paths
from tests.conftest import PROJECT, Site, picture_bytes
from themer.base.files import write_bytes
from themer.base.params import Source
from themer.base.tables import read_csv
from themer.catalogue.download_cache import alone, cache_for


@pytest.fixture
def run(site: Site, write_params: Callable[..., Path]) -> Callable[..., dict[str, str]]:
    """Return a function that runs the stage on sets {number: path} and returns the status of each.

    `spare` maps set numbers to their pictures in Rebrickable's table; the other arguments change `download`.
    """

    def run(picture_of: dict[str, str], spare: dict[str, str] | None = None, **changes: object) -> dict[str, str]:
        sets = [{"set_id": number, "image_urls": {"genericnx400": path}} for number, path in picture_of.items()]
        write_bytes(json.dumps(sets).encode(), paths.sets)
        rows = [f"{number},x,2000,1,9,{url}\n" for number, url in (spare or {}).items()]
        table = "set_num,name,year,theme_id,num_parts,img_url\n" + "".join(rows)
        write_bytes(gzip.compress(table.encode()), paths.sets_table)
        source = {"brick_insights": site.url, "rebrickable": site.url, "pictures_per_second": None}
        settings = {"fetch.source": "here", "sources.here": source, "download.retries": 0}
        write_params(settings | {f"download.{name}": value for name, value in changes.items()})
        download.main()
        return dict(read_csv(paths.thumbnails_table)[["set_id", "status"]].to_numpy())

    return run


def test_each_set_has_a_row_sorted_by_number(site, run):
    site.put("/b.jpg", picture_bytes())
    assert list(run({"B001-1": "/b.jpg", "0011-2": ""}).items()) == [("0011-2", "no url"), ("B001-1", "ok")]


def test_rebrickables_picture_is_downloaded_from_the_mirror_if_there_is_no_other(site, run):
    site.put("/media/sets/1-1.jpg", picture_bytes())
    picture = "https://cdn.rebrickable.com/media/sets/1-1.jpg"
    assert run({"1-1": ""}, {"1-1": picture}) == {"1-1": "ok"}
    assert run({"1-1": ""}, {"1-1": picture}, rebrickable_pictures=False) == {"1-1": "no url"}


def test_a_table_without_pictures_of_its_own_is_enough(site, run):
    site.put("/1.jpg", picture_bytes())
    run({"1-1": "/1.jpg"})
    write_bytes(b"set_num,theme_id\n1-1,1\n", paths.sets_table)
    download.main()
    assert list(read_csv(paths.thumbnails_table)["status"]) == ["ok"]


def test_a_complete_folder_needs_no_request(site, run):
    site.put("/1.jpg", picture_bytes())
    run({"1-1": "/1.jpg"})
    requests = len(site.requests)
    assert run({"1-1": "/1.jpg"}) == {"1-1": "ok"}
    assert len(site.requests) == requests


def test_a_few_failures_are_counted_but_no_error(site, run, capsys):
    for number in range(19):
        site.put(f"/{number}.jpg", picture_bytes(number))
    assert run({f"{number}-1": f"/{number}.jpg" for number in range(20)})["19-1"] == "gone"
    assert "download: 19 pictures of 20 sets (1 × HTTP 404)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "advice"), [(503, "run again to fetch the rest"), (404, "another run will fetch no more")]
)
def test_many_failures_are_an_error_that_keeps_the_pictures(site, run, status, advice):
    site.put("/1.jpg", picture_bytes())
    site.put("/2.jpg", status=status)
    with pytest.raises(SystemExit, match=f"1 of 2 pictures failed. 1 are kept; {advice}. Or lower download.minimum"):
        run({"1-1": "/1.jpg", "2-1": "/2.jpg"})
    assert (paths.thumbnails / "1-1.jpg").exists()


def test_a_placeholder_is_replaced_or_left_out(site, run):
    for number in range(6):
        site.put(f"/{number}.jpg", picture_bytes())
    site.put("/media/sets/0-1.jpg", picture_bytes(7))
    found = run(
        {f"{number}-1": f"/{number}.jpg" for number in range(6)},
        {"0-1": "https://cdn.rebrickable.com/media/sets/0-1.jpg"},
    )
    assert list(found.values()) == ["ok"] + ["placeholder"] * 5


def test_revalidating_requests_every_picture_with_its_etag(site, run):
    site.put("/1.jpg", picture_bytes(), ETag='"a"')
    run({"1-1": "/1.jpg"})
    run({"1-1": "/1.jpg"})
    run({"1-1": "/1.jpg"}, revalidate=True)
    sent = [headers.get("If-None-Match") for path, headers in site.requests if path == "/1.jpg"]
    assert sent == [None, '"a"']


def test_robots_txt_is_obeyed(site, run):
    site.put("/robots.txt", b"User-agent: *\nDisallow: /crop\n")
    with pytest.raises(SystemExit, match="robots.txt"):
        run({"1-1": "/1.jpg", "2-1": "/crop/2.jpg"})
    assert site.request_counts() == {"/1.jpg": 1}


UNREACHABLE = {
    "http://127.0.0.1:9/1.jpg": ("failed", "robots.txt can't be read"),
    "http://[": ("failed", "malformed address"),
    "/crop/1.jpg": ("forbidden", "robots.txt forbids it"),
    "/503.jpg": ("failed", "HTTP 503"),
    "/410.jpg": ("gone", "HTTP 410"),
}


def test_a_picture_that_can_t_be_had_is_a_row_and_stops_no_other(site, run, capsys):
    site.put("/robots.txt", b"User-agent: *\nDisallow: /crop\n")
    site.put("/503.jpg", status=503)
    site.put("/410.jpg", status=410)
    for number in range(5):
        site.put(f"/{number}.jpg", picture_bytes(number))
    pictures = {f"{number}-1": f"/{number}.jpg" for number in range(5)}
    others = dict(zip(("a-1", "b-1", "c-1", "d-1", "e-1"), UNREACHABLE, strict=True))
    found = run(pictures | others, minimum_success=0.5)
    assert [found[number] for number in pictures] == ["ok"] * 5
    table = read_csv(paths.thumbnails_table).set_index("set_id")
    assert [tuple(table.loc[number, ["status", "error"]]) for number in others] == [*UNREACHABLE.values()]
    assert "download: 5 pictures of 10 sets (1 × HTTP 410, 1 × HTTP 503," in capsys.readouterr().out


def test_what_failed_for_the_moment_is_asked_once_more_in_the_same_run(site, run):
    for number in range(4):
        for body, status in [(b"", 503), (b"<html>", 200)][number:]:
            site.put(f"/{number}.jpg", body, status)
        site.put(f"/{number}.jpg", picture_bytes(number))
    assert [*run({f"{number}-1": f"/{number}.jpg" for number in range(4)}).values()] == ["ok"] * 4
    assert site.request_counts() == {"/0.jpg": 3, "/1.jpg": 2, "/2.jpg": 1, "/3.jpg": 1}


def test_no_picture_is_requested_again_after_a_smaller_sample_or_in_another_folder(site, run, tmp_path, monkeypatch):
    for number in range(3):
        site.put(f"/{number}.jpg", picture_bytes(number), ETag=f'"{number}"')
    pictures = {f"{number}-1": f"/{number}.jpg" for number in range(3)}
    run(pictures)
    before = {path.name: path.read_bytes() for path in [paths.thumbnails_table, *paths.thumbnails.iterdir()]}
    run({"1-1": "/1.jpg"})
    assert len(list(paths.thumbnails.iterdir())) == 1
    run(pictures)
    (tmp_path / "another").mkdir()
    monkeypatch.chdir(tmp_path / "another")
    (tmp_path / "another" / "params.yaml").symlink_to(tmp_path / "params.yaml")
    run(pictures)
    assert {path.name: path.read_bytes() for path in [paths.thumbnails_table, *paths.thumbnails.iterdir()]} == before
    assert set(site.request_counts().values()) == {1}


def test_revalidating_asks_also_for_what_was_gone(site, run):
    site.put("/1.jpg", status=404)
    site.put("/1.jpg", picture_bytes())
    assert run({"1-1": "/1.jpg"}, minimum_success=0)["1-1"] == "gone"
    assert run({"1-1": "/1.jpg"}, minimum_success=0)["1-1"] == "gone"
    assert run({"1-1": "/1.jpg"}, revalidate=True)["1-1"] == "ok"


@pytest.mark.parametrize("listed", ["none", ["/a.jpg"], {"genericnx400": 5}, {"genericnx400": " "}, None])
def test_a_list_of_pictures_in_another_form_is_none(site, run, listed):
    site.put("/1.jpg", picture_bytes())
    run({"1-1": "/1.jpg"})
    write_bytes(json.dumps([{"set_id": "1-1", "image_urls": listed}]).encode(), paths.sets)
    download.main()
    assert list(read_csv(paths.thumbnails_table)["status"]) == ["no url"]


def test_a_folder_among_the_pictures_stays(site, run):
    site.put("/1.jpg", picture_bytes())
    (paths.thumbnails / "@eaDir").mkdir(parents=True)
    assert run({"1-1": "/1.jpg"}) == {"1-1": "ok"}
    assert (paths.thumbnails / "@eaDir").is_dir()


def test_a_stage_without_its_inputs_says_what_makes_them(run):
    run({})
    paths.sets.unlink()
    with pytest.raises(SystemExit, match=r"sets.json: No such file or directory. dvc repro makes what"):
        download.main()


@pytest.mark.parametrize("spare", [None, {"1-1": "/gone.jpg"}])
@pytest.mark.parametrize("limit", [{"minimum_side_pixels": 200}, {"maximum_bytes": 1024}])
def test_a_picture_that_a_limit_refuses_is_requested_again_only_with_another_limit(site, run, limit, spare):
    site.put("/1.jpg", picture_bytes(size=(150, 150)))
    spare = spare and {"1-1": site.url + spare["1-1"]}
    for _ in range(2):
        assert run({"1-1": "/1.jpg"}, spare, minimum_success=0, **limit) == {"1-1": "rejected"}
    assert set(site.request_counts().values()) == {1}
    assert run({"1-1": "/1.jpg"}, spare, minimum_side_pixels=32, maximum_bytes=100_000) == {"1-1": "ok"}


NUMBERS = [f"{number}-1" for number in range(7)]
OTHER_RUNS = {
    "longer sides": ({"minimum_side_pixels": 32}, {"minimum_side_pixels": 200}),
    "shorter sides": ({"minimum_side_pixels": 200}, {"minimum_side_pixels": 32}),
    "fewer bytes": ({"maximum_bytes": 100_000}, {"maximum_bytes": 2048}),
    "fewer sets that share a placeholder": ({"placeholder_families": 7}, {"placeholder_families": 5}),
    "more sets that share a placeholder": ({"placeholder_families": 5}, {"placeholder_families": 7}),
    "fewer sets": ({}, {"numbers": NUMBERS[:4]}),
    "more sets": ({"numbers": NUMBERS[:4]}, {}),
}


@pytest.mark.parametrize("name", OTHER_RUNS)
def test_a_run_after_one_with_other_settings_gives_what_a_fresh_run_gives(site, run, name):
    # Six sets share a picture, and the last has one of its own; Rebrickable has a larger one of half of them.
    for number in NUMBERS:
        site.put(f"/{number}.jpg", picture_bytes(size=(150, 150)) if number != NUMBERS[-1] else picture_bytes(5))
        site.put(f"/media/sets/{number}.jpg", picture_bytes(int(number[0]) + 10, size=(300, 250)))

    def table(numbers: list[str] = NUMBERS, **changes: object) -> bytes:
        spare = {number: f"https://cdn.rebrickable.com/media/sets/{number}.jpg" for number in numbers[::2]}
        run({number: f"/{number}.jpg" for number in numbers}, spare, minimum_success=0, **changes)
        return paths.thumbnails_table.read_bytes() + str(sorted(paths.thumbnails.iterdir())).encode()

    first, second = OTHER_RUNS[name]
    tables = [table(**first), table(**second)]
    shutil.rmtree(paths.thumbnails)
    paths.thumbnails_table.unlink()
    assert tables[0] != tables[1] == table(**second)


@pytest.mark.parametrize("limit", [{"minimum_side_pixels": 200}, {"maximum_bytes": 1024}])
def test_revalidating_asks_also_for_what_a_limit_refused(site, run, limit):
    site.put("/1.jpg", picture_bytes(size=(150, 150)))
    site.put("/1.jpg", b"\0", status=404)
    run({"1-1": "/1.jpg"}, minimum_success=0, **limit)
    assert run({"1-1": "/1.jpg"}, minimum_success=0, revalidate=True, **limit) == {"1-1": "gone"}


@pytest.mark.parametrize("status", [204, 206, 401])
def test_an_odd_answer_is_asked_for_again_in_the_next_run(site, run, status):
    site.put("/1.jpg", b"", status=status)
    assert run({"1-1": "/1.jpg"}, minimum_success=0) == {"1-1": "failed"}
    site.answers["/1.jpg"] = [(200, picture_bytes(), {})]
    assert run({"1-1": "/1.jpg"}) == {"1-1": "ok"}


def test_a_second_download_from_a_source_waits_and_asks_for_nothing_twice(site, run):
    site.put("/1.jpg", picture_bytes())
    run({"1-1": ""}, minimum_success=0)
    write_bytes(json.dumps([{"set_id": "1-1", "image_urls": {"genericnx400": "/1.jpg"}}]).encode(), paths.sets)
    source = Source(brick_insights=site.url, rebrickable=site.url)
    command, environment = [sys.executable, "-m", "stages.download"], {**os.environ, "PYTHONPATH": str(PROJECT)}
    with alone(source):
        second = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        assert second.stderr.readline().startswith("Another process downloads from this source. This one waits")
        cache_for(source).keep(f"{site.url}/1.jpg", picture_bytes())
    assert second.communicate() and second.returncode == 0
    assert list(read_csv(paths.thumbnails_table)["status"]) == ["ok"] and site.request_counts() == {}
