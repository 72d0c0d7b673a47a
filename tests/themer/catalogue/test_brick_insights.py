import gzip
import json

import pytest

from themer.base.errors import UserError
from themer.catalogue.brick_insights import exported_sets, sets_one_by_one
from themer.catalogue.download_cache import DownloadCache
from themer.catalogue.polite_http import polite_session, retry_policy
from themer.catalogue.robots import Robots
from themer.catalogue.snapshots import Journal

IDENTITY = {"source": "test", "snapshot": "2026-01-01"}


def test_the_export_may_be_a_plain_array(site):
    site.put("/api/sets/export", json.dumps([{"set_id": "0011-2"}, {"set_id": "B001-1"}]).encode())
    assert [found["set_id"] for found in exported_sets(Robots(polite_session()), site.url)] == ["0011-2", "B001-1"]


def test_the_export_may_have_pages(site):
    second = f"{site.url}/api/sets/export?page=2"
    site.put("/api/sets/export", json.dumps({"data": [{"set_id": "1-1"}], "next_page_url": second}).encode())
    site.put("/api/sets/export?page=2", json.dumps({"data": [{"set_id": "2-1"}], "next_page_url": None}).encode())
    assert [found["set_id"] for found in exported_sets(Robots(polite_session()), site.url)] == ["1-1", "2-1"]


EXPORT = "/api/sets/export"


def put_page(site, path: str, ids: list[object], **around: object) -> None:
    """Answer a path with a page of sets in one of Laravel's formats."""
    site.put(path, json.dumps({"data": [{"set_id": one} for one in ids], **around}).encode())


def exported(site) -> list[str]:
    """Return the set numbers of the export."""
    return [found["set_id"] for found in exported_sets(Robots(polite_session()), site.url)]


def around(form: str, following: str | None, total: int) -> dict[str, object]:
    """Return what Laravel writes around the rows of a page: of a paginator, or of a collection of resources."""
    if form == "paginator":
        return {"next_page_url": following, "total": total, "links": [{"url": following, "label": "Next"}]}
    return {"links": {"first": "?page=1", "next": following}, "meta": {"total": total}}


@pytest.mark.parametrize("form", ["paginator", "resources"])
@pytest.mark.parametrize("address", ["{url}/api/sets/export?page=2", "/api/sets/export?page=2", "?page=2", "?page=2#x"])
def test_pages_are_followed_in_both_formats_and_from_relative_addresses(site, form, address):
    put_page(site, EXPORT, ["1-1"], **around(form, address.format(url=site.url), 2))
    put_page(site, f"{EXPORT}?page=2", ["2-1"], **around(form, None, 2))
    assert exported(site) == ["1-1", "2-1"]


@pytest.mark.parametrize("form", ["paginator", "resources"])
def test_fewer_sets_than_the_service_counts_are_an_error(site, form):
    put_page(site, EXPORT, ["1-1", "2-1"], **around(form, None, 86))
    with pytest.raises(UserError, match="the pages hold 2 sets, but the service counts 86"):
        exported(site)


def test_a_page_that_names_itself_as_the_next_is_requested_once(site, capsys):
    put_page(site, EXPORT, ["1-1"], next_page_url=f"{EXPORT}?page=2")
    put_page(site, f"{EXPORT}?page=2", ["2-1"], next_page_url=f"{EXPORT}?page=2")
    assert exported(site) == ["1-1", "2-1"]
    assert site.request_counts() == {EXPORT: 1, f"{EXPORT}?page=2": 1}
    assert "page=2 names a next page" in capsys.readouterr().err


def test_pages_that_repeat_themselves_under_new_addresses_end(site):
    for page in range(1, 9):
        put_page(site, f"{EXPORT}?page={page}", ["1-1", "2-1"], **around("paginator", f"?page={page + 1}", 4))
    put_page(site, EXPORT, ["1-1", "2-1"], **around("paginator", "?page=2", 4))
    with pytest.raises(UserError, match="the pages hold 2 sets, but the service counts 4"):
        exported(site)
    assert site.request_counts() == {EXPORT: 1} | {f"{EXPORT}?page={page}": 1 for page in (2, 3, 4)}


@pytest.mark.parametrize("following", [5, {"href": "x"}, "http://[/"])
def test_a_next_page_that_is_no_address_is_quoted(site, following):
    put_page(site, EXPORT, ["1-1"], next_page_url=following)
    with pytest.raises(UserError, match="expected the address of the next page"):
        exported(site)


def test_robots_txt_holds_for_every_page(site):
    site.put("/robots.txt", b"User-agent: *\nDisallow: /*?page=\n")
    put_page(site, EXPORT, ["1-1"], next_page_url="?page=2")
    with pytest.raises(UserError, match="page=2: robots.txt of .* forbids it"):
        exported(site)
    assert f"{EXPORT}?page=2" not in site.request_counts()


@pytest.mark.parametrize("bad", [None, 8684, "", " ", "a\x00b-1", "\ud800", "9" * 300, ["1-1"]])
def test_a_row_without_a_set_number_is_left_out_and_named(site, capsys, bad):
    put_page(site, EXPORT, [f"{number}-1" for number in range(9)] + [bad])
    assert len(exported(site)) == 9
    assert "left out 1 of 10:" in (said := capsys.readouterr().err)
    assert str({"set_id": bad})[:40] in said.replace("\\\\", "\\")


def test_spaces_around_a_set_number_are_none_of_it(site):
    put_page(site, EXPORT, [" 0011-2\n"])
    assert exported(site) == ["0011-2"]


def test_too_many_rows_without_a_set_number_are_an_error(site):
    put_page(site, EXPORT, [f"{number}-1" for number in range(8)] + [None, 8684])
    with pytest.raises(UserError, match=r"expected objects whose set_id is .*, received .*None.* \(2 of 10\)"):
        exported(site)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/html; charset=latin-1", "text/plain"])
def test_the_export_is_in_utf_8_whatever_the_headers_say(site, kind):
    site.put(EXPORT, '\ufeff[{"set_id": "1-1", "name": "Bärenhöhle"}]'.encode(), Content_Type=kind)
    assert next(exported_sets(Robots(polite_session()), site.url))["name"] == "Bärenhöhle"


def test_deeply_nested_json_is_quoted(site):
    site.put(EXPORT, b"[" * 100_000)
    with pytest.raises(UserError, match="expected JSON"):
        exported(site)


@pytest.mark.parametrize("body", [b"<html>", b'{"message": "no"}', b'[{"set_id": 11}]', b"[3]"])
def test_unexpected_content_is_quoted(site, body):
    site.put("/api/sets/export", body)
    with pytest.raises(UserError, match="expected .* received"):
        list(exported_sets(Robots(polite_session()), site.url))


@pytest.mark.parametrize("status", [403, 404, 405, 410])
def test_a_service_may_have_no_export(site, status):
    site.put("/api/sets/export", status=status)
    assert exported_sets(Robots(polite_session()), site.url) is None


def test_a_failing_export_is_an_error(site):
    site.put("/api/sets/export", status=400)
    with pytest.raises(UserError, match="HTTP 400"):
        list(exported_sets(Robots(polite_session()), site.url))


def test_a_failing_page_is_an_error(site):
    pages = {"data": [{"set_id": "1-1"}], "next_page_url": f"{site.url}/api/sets/export?page=2"}
    site.put("/api/sets/export", json.dumps(pages).encode())
    with pytest.raises(UserError, match="page=2: expected HTTP 200, received HTTP 404"):
        list(exported_sets(Robots(polite_session()), site.url))


def test_sets_are_requested_one_by_one_and_none_twice(site, tmp_path):
    site.put("/api/sets/1-1", b'{"set_id": "1-1"}')
    site.put("/api/sets/2-1", b'{"error": "Set not found"}')
    for _ in range(2):
        found = sets_one_by_one(Robots(polite_session()), site.url, ["1-1", "2-1", "3-1"], Journal(tmp_path, IDENTITY))
        assert [one["set_id"] for one in found] == ["1-1"]
    assert site.request_counts() == {"/api/sets/1-1": 1, "/api/sets/2-1": 1, "/api/sets/3-1": 1}


def test_a_failure_keeps_the_sets_before_it(site, tmp_path):
    site.put("/api/sets/1-1", b'{"set_id": "1-1"}')
    site.put("/api/sets/2-1", status=400)
    with pytest.raises(UserError, match="run again to go on"):
        list(sets_one_by_one(Robots(polite_session()), site.url, ["1-1", "2-1"], Journal(tmp_path, IDENTITY)))
    assert Journal(tmp_path, IDENTITY).found("1-1") == {"set_id": "1-1"}


def one_by_one(site, folder, numbers: list[str]) -> list[str]:
    """Return the numbers of the sets that the service has."""
    found = sets_one_by_one(Robots(polite_session()), site.url, numbers, Journal(folder, IDENTITY))
    return [one["set_id"] for one in found]


@pytest.mark.parametrize(("body", "status"), [(b"no", 400), (b"<html>", 200), (b'{"set_id": null}', 200)])
def test_a_set_that_can_t_be_had_is_named_and_asked_for_again(site, tmp_path, capsys, body, status):
    numbers = [f"{number}-1" for number in range(10)]
    for number in numbers:
        site.put(f"/api/sets/{number}", json.dumps({"set_id": number}).encode())
    site.answers["/api/sets/4-1"] = [(status, body, {})]
    for _ in range(2):
        assert one_by_one(site, tmp_path, numbers) == [number for number in numbers if number != "4-1"]
    assert "left out 1 of 10:" in (said := capsys.readouterr().err) and "/api/sets/4-1: expected" in said
    assert site.request_counts()["/api/sets/4-1"] == 2 and site.request_counts()["/api/sets/5-1"] == 1


def test_a_service_that_only_fails_is_soon_left_alone(site, tmp_path):
    numbers = [f"{number}-1" for number in range(50)]
    for number in numbers:
        site.put(f"/api/sets/{number}", status=400)
    with pytest.raises(UserError, match="run again to go on"):
        one_by_one(site, tmp_path, numbers)
    assert len(site.request_counts()) == 4


def test_a_set_number_is_one_part_of_the_address(site, tmp_path):
    site.put("/api/sets/A%2FB%3F-1", b'{"set_id": "A/B?-1"}')
    assert one_by_one(site, tmp_path, ["A/B?-1"]) == ["A/B?-1"]


def test_an_error_object_for_the_export_means_that_there_is_none(site):
    site.put(EXPORT, b'{"error": "Set not found"}')
    assert exported_sets(Robots(polite_session()), site.url) is None


def test_pages_that_overlap_do_not_hide_a_missing_set(site):
    first = {"data": [{"set_id": "0-1"}, {"set_id": "1-1"}], "total": 4, "next_page_url": f"{EXPORT}?page=2"}
    second = {"data": [{"set_id": "1-1"}, {"set_id": "2-1"}], "total": 4}
    site.put(EXPORT, json.dumps(first).encode())
    site.put(f"{EXPORT}?page=2", json.dumps(second).encode())
    with pytest.raises(UserError, match="hold 3 sets, but the service counts 4"):
        exported(site)


def test_an_empty_page_is_not_the_end(site):
    pages = ([{"set_id": "0-1"}], [], [{"set_id": "2-1"}])
    for number, rows in enumerate(pages, 1):
        following = f"{EXPORT}?page={number + 1}" if number < len(pages) else None
        path = EXPORT if number == 1 else f"{EXPORT}?page={number}"
        site.put(path, json.dumps({"data": rows, "next_page_url": following}).encode())
    assert exported(site) == ["0-1", "2-1"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"error": "Too many connections"}', 200), (b"", 403), (b'{"set_id": "9-9"}', 200)],
)
def test_only_not_found_makes_a_set_unknown(site, tmp_path, capsys, body, status):
    numbers = [f"{number}-1" for number in range(10)]
    for number in numbers:
        site.put(f"/api/sets/{number}", json.dumps({"set_id": number}).encode())
    del site.answers["/api/sets/5-1"]
    site.put("/api/sets/5-1", body, status=status)
    assert len(one_by_one(site, tmp_path, numbers)) == 9
    assert "/api/sets/5-1" in capsys.readouterr().err and "5-1" not in Journal(tmp_path, IDENTITY)


def test_a_limit_hides_no_set_that_failed(site, tmp_path, capsys):
    numbers = [f"{number}-1" for number in range(20)]
    for number in numbers:
        site.put(f"/api/sets/{number}", json.dumps({"set_id": number}).encode())
    del site.answers["/api/sets/0-1"]
    site.put("/api/sets/0-1", b"<html>")
    found = sets_one_by_one(Robots(polite_session()), site.url, numbers, Journal(tmp_path, IDENTITY), limit=12)
    assert len(list(found)) == 12 and "left out 1 of 13" in capsys.readouterr().err


def test_another_address_has_a_journal_of_its_own(tmp_path):
    for number, found in (("1-1", {"set_id": "1-1"}), ("2-1", None)):
        Journal(tmp_path, IDENTITY).keep(number, found)
    other = Journal(tmp_path, {**IDENTITY, "brick_insights": "http://other"})
    assert "1-1" not in other and "2-1" not in other


def test_a_cache_that_cannot_be_written_is_no_fault_of_the_set(site, tmp_path):
    for number in range(9):
        site.put(f"/api/sets/{number}-1", json.dumps({"set_id": f"{number}-1"}).encode())
    journal = Journal(tmp_path / "raw", IDENTITY, DownloadCache(tmp_path / "cache"))
    (tmp_path / "cache" / "contents").rmdir()
    (tmp_path / "cache" / "contents").touch()
    with pytest.raises(UserError, match="downloads can't be stored in this folder"):
        list(sets_one_by_one(Robots(polite_session()), site.url, [f"{number}-1" for number in range(9)], journal))
    assert len(site.request_counts()) == 1


CHUNKED = {"Connection": "close", "Transfer_Encoding": "chunked"}
PAGE = b'{"data": [{"set_id": "1-1", "name": "B\xc3\xa4r"}], "next_page_url": null}'
CUT = {
    "nothing": (b"", {"Connection": "close"}),
    "its beginning": (PAGE[:1], {"Connection": "close"}),
    "within a name": (PAGE[:32], {}),
    "within a character": (PAGE[:38], {"Connection": "close"}),
    "after a row": (PAGE[:42], {"Connection": "close"}),
    "but for the last character": (PAGE[:-1], {}),
    "fewer bytes than its length": (PAGE[:42], {"Connection": "close", "Content_Length": str(len(PAGE))}),
    "a chunk": (b"%x\r\n%s" % (len(PAGE), PAGE[:42]), CHUNKED),
    "all but the last chunk": (b"%x\r\n%s\r\n" % (len(PAGE), PAGE), CHUNKED),
    "half of its gzip": (gzip.compress(PAGE)[:40], {"Connection": "close", "Content_Encoding": "gzip"}),
}


@pytest.mark.parametrize("case", CUT)
def test_a_page_that_breaks_off_is_requested_again(site, monkeypatch, case):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    body, headers = CUT[case]
    site.put(EXPORT, body, **headers)
    site.put(EXPORT, PAGE)
    assert exported(site) == ["1-1"] and site.request_counts()[EXPORT] == 2


@pytest.mark.parametrize("case", CUT)
def test_a_page_that_breaks_off_each_time_is_an_error(site, case):
    body, headers = CUT[case]
    site.put(EXPORT, body, **headers)
    with pytest.raises(UserError, match=r"/api/sets/export: (the JSON breaks off after|no response .broken off)"):
        list(exported_sets(Robots(polite_session(retry=retry_policy(retries=0))), site.url))


def test_a_set_that_breaks_off_is_requested_again(site, tmp_path, monkeypatch):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    site.put("/api/sets/1-1", b'{"set_id": "1-1", "rev')
    site.put("/api/sets/1-1", b'{"set_id": "1-1", "reviews": []}')
    assert one_by_one(site, tmp_path, ["1-1"]) == ["1-1"]
