import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from stages import fetch
from tests.conftest import Site

THEMES = [(1, "Duplo", ""), (2, "Technic", "")]
GROUPS = {"Young Childrens": ["Duplo"], "Technic/Bionicle": ["Technic"]}


def table(header: str, rows: list[tuple]) -> bytes:
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    return gzip.compress("\n".join(lines).encode() + b"\n", mtime=0)


@pytest.fixture
def run(site: Site, tmp_path: Path, write_params: Callable[..., Path]) -> Callable[..., Path]:
    """Return a function that runs the stage with changed params against a site with two themes and two sets."""
    sets = [("0011-2", "Small", 1978, 1, 3, ""), ("B001-1", "Big", 2001, 2, 3, "")]
    site.put("/media/downloads/sets.csv.gz", table("set_num,name,year,theme_id,num_parts,img_url", sets))
    site.put("/media/downloads/themes.csv.gz", table("id,name,parent_id", THEMES))
    site.put("/api/sets/0011-2", b'{"set_id": "0011-2", "reviews": []}')
    site.put("/api/sets/B001-1", b'{"error": "Set not found"}')

    def run(**changes: object) -> Path:
        source = {"brick_insights": site.url, "rebrickable": site.url, "api_requests_per_minute": None}
        path = write_params(
            {
                "fetch.source": "here",
                "sources.here": source | changes.pop("source", {}),
                "regroup.groups": GROUPS,
                **changes,
            }
        )
        fetch.main(["--params", str(path), "--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "raw")])
        return tmp_path / "raw"

    return run


def numbers(raw: Path) -> list[str]:
    return [found["set_id"] for found in json.loads((raw / "sets.json").read_text())]


def export(site: Site) -> None:
    site.put("/api/sets/export", b'[{"set_id": "B001-1"}, {"set_id": "0011-2"}, {"set_id": "3-1"}]')


def test_every_set_and_both_tables_are_kept(site, run):
    export(site)
    raw = run()
    assert numbers(raw) == ["0011-2", "3-1", "B001-1"]
    assert sorted(path.name for path in (raw / "rebrickable").iterdir()) == ["sets.csv.gz", "themes.csv.gz"]


def test_the_same_snapshot_is_not_asked_for_again(site, run):
    export(site)
    first = run()
    before = {path: path.read_bytes() for path in first.rglob("*") if path.is_file()}
    asked = len(site.asked)
    run()
    assert len(site.asked) == asked
    assert {path: path.read_bytes() for path in first.rglob("*") if path.is_file()} == before


def test_another_day_is_asked_for_but_the_tables_only_once_a_day(site, run):
    export(site)
    run()
    run(**{"fetch.snapshot": "2026-12-24"})
    assert site.times_asked()["/media/downloads/sets.csv.gz"] == 1
    assert site.times_asked()["/api/sets/export"] == 2


def test_a_limit_takes_a_sample_that_only_grows(site, run):
    export(site)
    two = numbers(run(**{"fetch.limit": 2}))
    assert len(two) == 2 and set(numbers(run(**{"fetch.limit": 1}))) < set(two)


def test_without_an_export_each_number_is_asked_for(site, run):
    raw = run()
    assert numbers(raw) == ["0011-2"]
    assert (raw / "not_found-here.txt").read_text() == "B001-1\n"
    assert not list(raw.glob("answers-*"))


def test_without_brick_insights_the_table_gives_the_sets(site, run):
    assert numbers(run(source={"brick_insights": None})) == ["0011-2", "B001-1"]
    assert not any(path.startswith("/api") for path in site.times_asked())


def test_robots_are_obeyed(site, run, capsys):
    export(site)
    site.put("/robots.txt", b"User-agent: *\nDisallow: /api\n")
    with pytest.raises(SystemExit, match="robots.txt of .* forbids it"):
        run()
    assert "/api/sets/export" not in site.times_asked()


def test_an_unknown_theme_stops_it_before_any_set_is_asked_for(site, run):
    with pytest.raises(SystemExit, match='no theme "Dupol" .did you mean "Duplo"'):
        run(**{"regroup.groups": {"A": ["Dupol"], "B": ["Technic"]}})
    assert not any(path.startswith("/api") for path in site.times_asked())
