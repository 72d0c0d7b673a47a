import json

import pytest

from themer.base.errors import UserError
from themer.catalogue.brick_insights import exported_sets, sets_one_by_one
from themer.catalogue.polite_http import polite_session
from themer.catalogue.snapshots import Journal

IDENTITY = {"source": "test", "snapshot": "2026-01-01"}


def test_the_export_may_be_a_plain_array(site):
    site.put("/api/sets/export", json.dumps([{"set_id": "0011-2"}, {"set_id": "B001-1"}]).encode())
    assert [found["set_id"] for found in exported_sets(polite_session(), site.url)] == ["0011-2", "B001-1"]


def test_the_export_may_have_pages(site):
    second = f"{site.url}/api/sets/export?page=2"
    site.put("/api/sets/export", json.dumps({"data": [{"set_id": "1-1"}], "next_page_url": second}).encode())
    site.put("/api/sets/export?page=2", json.dumps({"data": [{"set_id": "2-1"}], "next_page_url": None}).encode())
    assert [found["set_id"] for found in exported_sets(polite_session(), site.url)] == ["1-1", "2-1"]


@pytest.mark.parametrize("body", [b"<html>", b'{"message": "no"}', b'[{"set_id": 11}]', b"[3]"])
def test_unexpected_content_is_quoted(site, body):
    site.put("/api/sets/export", body)
    with pytest.raises(UserError, match="expected .* received"):
        list(exported_sets(polite_session(), site.url))


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_service_may_have_no_export(site, status):
    site.put("/api/sets/export", status=status)
    assert exported_sets(polite_session(), site.url) is None


def test_a_failing_export_is_an_error(site):
    site.put("/api/sets/export", status=400)
    with pytest.raises(UserError, match="HTTP 400"):
        list(exported_sets(polite_session(), site.url))


def test_a_failing_page_is_an_error(site):
    pages = {"data": [{"set_id": "1-1"}], "next_page_url": f"{site.url}/api/sets/export?page=2"}
    site.put("/api/sets/export", json.dumps(pages).encode())
    with pytest.raises(UserError, match="page=2: expected HTTP 200, received HTTP 404"):
        list(exported_sets(polite_session(), site.url))


def test_sets_are_requested_one_by_one_and_none_twice(site, tmp_path):
    site.put("/api/sets/1-1", b'{"set_id": "1-1"}')
    site.put("/api/sets/2-1", b'{"error": "Set not found"}')
    for _ in range(2):
        found = sets_one_by_one(polite_session(), site.url, ["1-1", "2-1", "3-1"], Journal(tmp_path, IDENTITY))
        assert [one["set_id"] for one in found] == ["1-1"]
    assert site.request_counts() == {"/api/sets/1-1": 1, "/api/sets/2-1": 1, "/api/sets/3-1": 1}


def test_a_failure_keeps_the_sets_before_it(site, tmp_path):
    site.put("/api/sets/1-1", b'{"set_id": "1-1"}')
    site.put("/api/sets/2-1", status=400)
    with pytest.raises(UserError, match="run again to go on"):
        list(sets_one_by_one(polite_session(), site.url, ["1-1", "2-1"], Journal(tmp_path, IDENTITY)))
    assert Journal(tmp_path, IDENTITY).found("1-1") == {"set_id": "1-1"}
