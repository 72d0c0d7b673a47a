import hashlib
from pathlib import Path

import pytest

from tests.conftest import Site, picture_bytes
from themer.base.errors import UserError
from themer.catalogue.download_cache import DownloadCache
from themer.catalogue.polite_http import polite_session, retry_policy
from themer.catalogue.robots import Robots
from themer.pictures.downloads import Client, download_all
from themer.pictures.ledger import Ledger, Limits, Row

LIMITS = Limits(maximum_bytes=100_000, minimum_side_pixels=8)


def client_for(site: Site, retries: int = 0, **changes: object) -> Client:
    session = polite_session(retry=retry_policy(retries))
    return Client(session=session, robots=Robots(session), address=site.url, **{"limits": LIMITS, **changes})


def download(site: Site, folder: Path, wanted: dict[str, list[str]], **changes: object) -> dict[str, Row]:
    """Download the missing pictures as the stage does, and return the rows of the ledger in the folder."""
    ledger = Ledger(folder / "thumbnails.csv", folder / "thumbnails")
    missing = {set_id: urls for set_id, urls in wanted.items() if not ledger.is_settled(set_id, urls, LIMITS)}
    list(download_all(client_for(site, **changes), missing, ledger, connections=4))
    return {row.set_id: row for row in ledger.close(wanted)}


def test_a_picture_is_stored_unchanged(site, tmp_path):
    content = picture_bytes()
    site.put("/1.jpg", content, ETag='"a"')
    row = download(site, tmp_path, {"0011-2": ["{url}/1.jpg"]})["0011-2"]
    assert (tmp_path / "thumbnails" / "0011-2.jpg").read_bytes() == content
    assert (row.status, row.url, row.etag, row.width, row.height) == ("ok", "{url}/1.jpg", '"a"', "60", "40")
    assert row.sha256 == hashlib.sha256(content).hexdigest() and row.bytes == str(len(content))


@pytest.mark.parametrize("status", [404, 410])
def test_a_permanent_error_is_not_requested_again(site, tmp_path, status):
    site.put("/1.jpg", status=status)
    for _ in range(2):
        assert download(site, tmp_path, {"1-1": ["{url}/1.jpg"]})["1-1"].error == f"HTTP {status}"
    assert site.request_counts()["/1.jpg"] == 1


@pytest.mark.parametrize("status", [403, 503])
def test_a_transient_error_is_requested_again(site, tmp_path, status):
    site.put("/1.jpg", status=status)
    site.put("/1.jpg", picture_bytes())
    assert download(site, tmp_path, {"1-1": ["{url}/1.jpg"]})["1-1"].status == "failed"
    assert download(site, tmp_path, {"1-1": ["{url}/1.jpg"]})["1-1"].status == "ok"


REJECTED = {
    "an HTML page": (b"<html>", "not a supported image"),
    "half a picture": (picture_bytes(size=(200, 200))[:1500], "truncated"),
    "a pixel": (picture_bytes(size=(1, 1)), "smaller than 8 pixels"),
    "a large file": (b"\xff\xd8" + bytes(200_000), "more than 100000 bytes"),
}


@pytest.mark.parametrize("case", REJECTED)
def test_a_response_without_a_usable_picture_is_rejected(site, tmp_path, case):
    content, error = REJECTED[case]
    site.put("/1.jpg", content)
    row = download(site, tmp_path, {"1-1": ["{url}/1.jpg"]})["1-1"]
    assert (row.status, row.error, row.sha256) == ("rejected", error, "")
    assert list((tmp_path / "thumbnails").iterdir()) == []


@pytest.mark.parametrize("body", [b"<html>", b"", picture_bytes(size=(200, 200))[:1500]])
def test_the_same_unreadable_bytes_twice_are_left_to_the_next_run(site, tmp_path, body):
    site.put("/1.jpg", body)
    row = download(site, tmp_path, {"1-1": ["{url}/1.jpg"]}, retries=4)["1-1"]
    assert row.status == "rejected" and row.may_pass
    assert site.request_counts() == {"/1.jpg": 2}


def test_an_incomplete_response_is_requested_again_at_once(site, tmp_path, monkeypatch):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    content = picture_bytes()
    site.put("/1.jpg", content[:100], Content_Length=str(len(content)), Connection="close")
    site.put("/1.jpg", content)
    assert download(site, tmp_path, {"1-1": ["{url}/1.jpg"]}, retries=1)["1-1"].status == "ok"


def test_a_server_that_is_down_is_a_failure_in_a_fixed_phrase(site, tmp_path):
    row = download(site, tmp_path, {"1-1": ["http://127.0.0.1:9/1.jpg"]})["1-1"]
    assert (row.status, row.error) == ("failed", "robots.txt can't be read")


def test_the_next_url_is_tried_if_the_first_has_no_picture(site, tmp_path):
    site.put("/spare.jpg", picture_bytes())
    wanted = {"1-1": ["{url}/gone.jpg", "{url}/spare.jpg"]}
    for _ in range(2):
        assert download(site, tmp_path, wanted)["1-1"].url == "{url}/spare.jpg"
    assert site.request_counts() == {"/gone.jpg": 1, "/spare.jpg": 1}


MOMENTARY = {
    "an error": (b"", 503, {}, "HTTP 503"),
    "a pause": (b"", 429, {"Retry_After": "0"}, "HTTP 429"),
    "nothing": (b"", 200, {}, "not a supported image"),
    "a page": (b"<html>", 200, {}, "not a supported image"),
    "a part": (picture_bytes(size=(200, 200))[:1500], 200, {}, "truncated"),
    "a broken body": (picture_bytes()[:99], 200, {"Content_Length": "999", "Connection": "close"}, "broken off"),
    "a circle": (b"", 302, {"Location": "/1.jpg"}, "too many redirects"),
}


@pytest.mark.parametrize("fault", MOMENTARY)
def test_a_set_is_not_gone_while_one_of_its_urls_fails_for_the_moment(site, tmp_path, fault):
    body, status, headers, error = MOMENTARY[fault]
    site.put("/1.jpg", body, status, **headers)
    wanted = {"1-1": ["{url}/1.jpg", "{url}/gone.jpg"]}
    row = download(site, tmp_path, wanted)["1-1"]
    assert row.status in ("failed", "rejected") and (row.url, row.error) == ("{url}/1.jpg", error)
    site.answers["/1.jpg"] = [(200, picture_bytes(), {})]
    assert download(site, tmp_path, wanted)["1-1"].status == "ok"


@pytest.mark.parametrize("fault", MOMENTARY)
def test_a_passing_fault_is_asked_again_at_once(site, tmp_path, fault, monkeypatch):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    body, status, headers, _ = MOMENTARY[fault]
    answers = 1 if fault != "a circle" else 6
    for _ in range(answers):
        site.put("/1.jpg", body, status, **headers)
    site.put("/1.jpg", picture_bytes())
    assert download(site, tmp_path, {"1-1": ["{url}/1.jpg"]}, retries=1)["1-1"].status == "ok"
    assert site.request_counts()["/1.jpg"] == answers + 1


def test_a_picture_of_a_later_url_stays_only_until_the_first_one_has_it(site, tmp_path):
    site.put("/1.jpg", status=503)
    site.put("/2.jpg", picture_bytes(2))
    wanted = {"1-1": ["{url}/1.jpg", "{url}/2.jpg"]}
    for _ in range(2):
        row = download(site, tmp_path, wanted)["1-1"]
        assert (row.status, row.url, row.error) == ("ok", "{url}/2.jpg", "an earlier URL failed")
    assert site.request_counts() == {"/1.jpg": 2, "/2.jpg": 1}
    site.answers["/1.jpg"] = [(200, picture_bytes(1), {})]
    row = download(site, tmp_path, wanted)["1-1"]
    assert (row.status, row.url, row.error) == ("ok", "{url}/1.jpg", "")
    assert (tmp_path / "thumbnails" / "1-1.jpg").read_bytes() == picture_bytes(1)


def test_a_picture_of_a_later_url_is_settled_once_the_first_one_is_gone(site, tmp_path):
    site.put("/1.jpg", status=503)
    site.put("/1.jpg", status=404)
    site.put("/2.jpg", picture_bytes())
    wanted = {"1-1": ["{url}/1.jpg", "{url}/2.jpg"]}
    rows = [download(site, tmp_path, wanted)["1-1"] for _ in range(3)]
    assert [row.error for row in rows] == ["an earlier URL failed", "", ""]
    assert site.request_counts() == {"/1.jpg": 2, "/2.jpg": 1}


def test_a_placeholder_does_not_hide_that_an_earlier_url_failed(site, tmp_path):
    wanted = {f"{number}-1": [f"{{url}}/{number}.jpg", "{url}/same.jpg"] for number in range(5)}
    site.put("/same.jpg", picture_bytes())
    site.put("/0.jpg", status=503)
    ledger = Ledger(tmp_path / "thumbnails.csv", tmp_path / "thumbnails")
    list(download_all(client_for(site), wanted, ledger, connections=2))
    assert len(ledger.mark_placeholders(5)) == 5
    assert [ledger.rows[set_id].error for set_id in wanted] == ["an earlier URL failed", *["shared by many sets"] * 4]


def test_a_kept_picture_is_not_requested_and_has_the_same_row(site, tmp_path):
    site.put("/1.jpg", picture_bytes(), ETag='"a"')
    cache = DownloadCache(tmp_path / "cache")
    wanted = {"1-1": ["{url}/1.jpg"]}
    first, second = (download(site, tmp_path / name, wanted, cache=cache) for name in ("one", "two"))
    assert first == second and site.request_counts() == {"/1.jpg": 1}
    assert (tmp_path / "two" / "thumbnails" / "1-1.jpg").read_bytes() == picture_bytes()


def test_a_kept_picture_is_requested_again_to_revalidate_it(site, tmp_path):
    site.put("/1.jpg", picture_bytes(1))
    site.put("/1.jpg", picture_bytes(2))
    cache = DownloadCache(tmp_path / "cache")
    wanted = {"1-1": ["{url}/1.jpg"]}
    rows = [
        download(site, tmp_path / str(number), wanted, cache=cache, revalidate=number == 1)["1-1"]
        for number in range(3)
    ]
    assert rows[0] != rows[1] == rows[2]


@pytest.mark.parametrize("case", [*REJECTED, "an error"])
def test_only_whole_pictures_are_kept(site, tmp_path, case):
    site.put("/1.jpg", *(REJECTED[case][:1] if case in REJECTED else (picture_bytes(), 500)))
    cache = DownloadCache(tmp_path / "cache")
    first, second = (download(site, tmp_path / name, {"1-1": ["{url}/1.jpg"]}, cache=cache) for name in ("a", "b"))
    assert first == second
    assert (cache.find("{url}/1.jpg") is not None) == (case == "a pixel")
    assert site.request_counts() == {"/1.jpg": 1 if case == "a pixel" else 2}


def test_a_kept_picture_that_is_no_longer_accepted_is_requested(site, tmp_path):
    site.put("/1.jpg", picture_bytes())
    cache = DownloadCache(tmp_path / "cache")
    cache.keep("{url}/1.jpg", b"accepted once")
    assert download(site, tmp_path, {"1-1": ["{url}/1.jpg"]}, cache=cache)["1-1"].status == "ok"
    assert cache.find("{url}/1.jpg").content == picture_bytes()


REFUSED = {
    "{url}/private/1.jpg": ("forbidden", "robots.txt forbids it"),
    "http://127.0.0.1:9/1.jpg": ("failed", "robots.txt can't be read"),
    "http://[": ("failed", "malformed address"),
    "1.jpg": ("failed", "malformed address"),
}


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_that_must_not_be_requested_is_a_row_unless_the_next_one_has_the_picture(site, tmp_path, url):
    site.put("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    site.put("/2.jpg", picture_bytes(2))
    wanted = {"1-1": [url], "2-1": [url, "{url}/2.jpg"], "3-1": [url, "{url}/gone.jpg"]}
    rows = download(site, tmp_path, wanted)
    assert [(row.status, row.error) for row in (rows["1-1"], rows["3-1"])] == [REFUSED[url]] * 2
    assert (rows["2-1"].status, rows["2-1"].url) == ("ok", "{url}/2.jpg")
    assert site.request_counts() == {"/2.jpg": 1, "/gone.jpg": 1}


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("/private/1.jpg", ("forbidden", "robots.txt forbids it")),
        ("http://127.0.0.1:9/", REFUSED["http://127.0.0.1:9/1.jpg"]),
    ],
)
def test_a_redirect_to_where_no_request_may_go_is_a_row(site, tmp_path, target, error):
    site.put("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    site.put("/1.jpg", status=302, Location=target)
    site.put("/private/1.jpg", picture_bytes())
    row = download(site, tmp_path, {"1-1": ["{url}/1.jpg"]})["1-1"]
    assert (row.status, row.error) == error
    assert site.request_counts() == {"/1.jpg": 1}


def test_a_cache_that_cannot_be_written_is_no_fault_of_the_picture(site, tmp_path):
    site.put("/1.jpg", picture_bytes())
    cache = DownloadCache(tmp_path / "cache")
    (tmp_path / "cache" / "contents").rmdir()
    (tmp_path / "cache" / "contents").touch()
    with pytest.raises(UserError, match="downloads can't be stored in this folder"):
        download(site, tmp_path, {"1-1": ["{url}/1.jpg"]}, cache=cache)


def test_a_kept_picture_needs_no_host(site, tmp_path):
    cache = DownloadCache(tmp_path / "cache")
    cache.keep("http://127.0.0.1:9/1.jpg", picture_bytes())
    assert download(site, tmp_path, {"1-1": ["http://127.0.0.1:9/1.jpg"]}, cache=cache)["1-1"].status == "ok"


def test_a_present_picture_is_requested_only_if_its_url_changes(site, tmp_path):
    site.put("/1.jpg", picture_bytes(1))
    site.put("/new.jpg", picture_bytes(2))
    first = download(site, tmp_path, {"1-1": ["{url}/1.jpg"]})
    assert download(site, tmp_path, {"1-1": ["{url}/1.jpg"]}) == first
    assert download(site, tmp_path, {"1-1": ["{url}/new.jpg"]})["1-1"].sha256 != first["1-1"].sha256
    assert site.request_counts() == {"/1.jpg": 1, "/new.jpg": 1}


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"cut")])
def test_a_lost_or_damaged_file_is_downloaded_again(site, tmp_path, damage):
    site.put("/1.jpg", picture_bytes(), ETag='"a"')
    first = download(site, tmp_path, {"1-1": ["{url}/1.jpg"]})
    damage(tmp_path / "thumbnails" / "1-1.jpg")
    assert download(site, tmp_path, {"1-1": ["{url}/1.jpg"]}) == first
    assert (tmp_path / "thumbnails" / "1-1.jpg").read_bytes() == picture_bytes()


def test_revalidating_sends_the_etag_and_keeps_an_unchanged_picture(site, tmp_path):
    site.put("/1.jpg", picture_bytes(), ETag='"a"')
    first = download(site, tmp_path, {"1-1": ["{url}/1.jpg"]})
    ledger = Ledger(tmp_path / "thumbnails.csv", tmp_path / "thumbnails")
    [row] = download_all(client_for(site, revalidate=True), {"1-1": ["{url}/1.jpg"]}, ledger, connections=1)
    assert row == first["1-1"] and site.requests[-1][1]["If-None-Match"] == '"a"'


@pytest.mark.parametrize(("body", "status"), [(b"", 500), (b"", 429), (b"<html>", 200), (b"", 200)])
def test_a_failure_while_revalidating_keeps_the_picture(site, tmp_path, body, status):
    site.put("/1.jpg", picture_bytes())
    site.put("/1.jpg", body, status)
    first = download(site, tmp_path, {"1-1": ["{url}/1.jpg"]})
    ledger = Ledger(tmp_path / "thumbnails.csv", tmp_path / "thumbnails")
    assert list(download_all(client_for(site, revalidate=True), {"1-1": ["{url}/1.jpg"]}, ledger, 1)) == [first["1-1"]]


def test_revalidating_deletes_a_picture_that_is_gone(site, tmp_path):
    site.put("/1.jpg", picture_bytes(), ETag='"a"')
    site.put("/1.jpg", status=410)
    download(site, tmp_path, {"1-1": ["{url}/1.jpg"]})
    ledger = Ledger(tmp_path / "thumbnails.csv", tmp_path / "thumbnails")
    [row] = download_all(client_for(site, revalidate=True), {"1-1": ["{url}/1.jpg"]}, ledger, connections=1)
    assert row == Row("1-1", "{url}/1.jpg", "gone", "410", error="HTTP 410")
    ledger.close({"1-1": ["{url}/1.jpg"]})
    assert list((tmp_path / "thumbnails").iterdir()) == []


def test_pictures_of_sets_that_left_the_catalogue_are_deleted(site, tmp_path):
    site.put("/1.jpg", picture_bytes(1))
    site.put("/2.jpg", picture_bytes(2))
    download(site, tmp_path, {"1-1": ["{url}/1.jpg"], "2-1": ["{url}/2.jpg"]})
    assert list(download(site, tmp_path, {"2-1": ["{url}/2.jpg"]})) == ["2-1"]
    assert [path.name for path in (tmp_path / "thumbnails").iterdir()] == ["2-1.jpg"]


def test_stopping_keeps_the_finished_downloads(site, tmp_path):
    wanted = {f"{number}-1": [f"{{url}}/{number}.jpg"] for number in range(20)}
    for number in range(20):
        site.put(f"/{number}.jpg", picture_bytes(number))
    ledger = Ledger(tmp_path / "thumbnails.csv", tmp_path / "thumbnails")
    rows = download_all(client_for(site), wanted, ledger, connections=2)
    kept = [next(rows), next(rows)]
    rows.close()
    assert all(Ledger(tmp_path / "thumbnails.csv", tmp_path / "thumbnails").has_picture(row.set_id) for row in kept)
