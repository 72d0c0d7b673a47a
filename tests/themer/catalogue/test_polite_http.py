import time

import pytest
import requests

from themer.base.errors import UserError
from themer.catalogue.polite_http import (
    Robots,
    ask,
    failure_kind,
    keep_a_day,
    polite_session,
    require_success,
    retry_policy,
)


def test_it_says_who_it_is(site):
    site.put("/page")
    ask(polite_session(), f"{site.url}/page")
    assert site.asked[0][1]["User-Agent"].startswith("lego-themer/")


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_answer_is_retried_when_it_says(site, status):
    site.put("/page", status=status, Retry_After="0")
    site.put("/page", b"there")
    assert ask(polite_session(), f"{site.url}/page").content == b"there"
    assert site.times_asked()["/page"] == 2


def test_a_pause_longer_than_the_cap_is_cut(site):
    site.put("/page", status=503, Retry_After="3600")
    site.put("/page", b"there")
    session = polite_session(retry=retry_policy(maximum_retry_after_seconds=0.01))
    assert ask(session, f"{site.url}/page").content == b"there"


def test_a_permanent_answer_is_not_retried(site):
    assert ask(polite_session(), f"{site.url}/gone").status_code == 404
    assert site.times_asked()["/gone"] == 1


def test_the_last_answer_is_returned_when_retries_run_out(site):
    site.put("/page", status=503, Retry_After="0")
    assert ask(polite_session(retry=retry_policy(retries=2)), f"{site.url}/page").status_code == 503
    assert site.times_asked()["/page"] == 3


def test_a_rate_is_kept_on_each_host(site, monkeypatch):
    waits = []
    monkeypatch.setattr("time.sleep", waits.append)
    site.put("/page")
    session = polite_session(requests_per_minute=60)
    adapter = session.get_adapter(site.url)
    assert [(rate.limit, rate.interval) for rate in adapter.limiter.bucket_factory.rates] == [(1, 1000)]
    assert ask(session, f"{site.url}/page").status_code == 200


def test_no_answer_names_the_address(site):
    with pytest.raises(UserError, match="http://127.0.0.1:9/page: no answer .no connection."):
        ask(polite_session(retry=retry_policy(retries=0)), "http://127.0.0.1:9/page")


def test_another_status_than_200_is_an_error(site):
    with pytest.raises(UserError, match="/gone: HTTP 404 where 200 was expected"):
        require_success(ask(polite_session(), f"{site.url}/gone"))


def test_robots_are_obeyed_and_asked_for_once(site):
    site.put("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    robots = Robots(polite_session())
    robots.require(f"{site.url}/public")
    with pytest.raises(UserError, match="/private/1: robots.txt of .* forbids it"):
        robots.require(f"{site.url}/private/1")
    assert len(site.asked) == 1


def test_without_robots_everything_is_allowed(site):
    Robots(polite_session()).require(f"{site.url}/anything")


def test_robots_that_fail_forbid_everything(site):
    site.put("/robots.txt", status=500)
    with pytest.raises(UserError, match="HTTP 500"):
        Robots(polite_session(retry=retry_policy(retries=0))).require(f"{site.url}/anything")


def test_what_is_kept_a_day_is_asked_for_once(site, tmp_path):
    site.put("/table", b"rows", ETag='"1"')
    for _ in range(2):
        session = polite_session()
        keep_a_day(session, f"{site.url}/table", tmp_path)
        assert ask(session, f"{site.url}/table").content == b"rows"
    assert site.times_asked()["/table"] == 1


def test_after_a_day_the_etag_is_sent(site, tmp_path, monkeypatch):
    site.put("/table", b"rows", ETag='"1"')
    for now in (time.time(), time.time() + 90_000):
        monkeypatch.setattr("time.time", lambda now=now: now)
        session = polite_session()
        keep_a_day(session, f"{site.url}/table", tmp_path)
        assert ask(session, f"{site.url}/table").content == b"rows"
    assert site.asked[1][1]["If-None-Match"] == '"1"'


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (requests.exceptions.ReadTimeout(), "timeout"),
        (requests.exceptions.SSLError(), "TLS failure"),
        (requests.exceptions.InvalidURL(), "bad request or answer"),
    ],
)
def test_failures_have_fixed_words(error, kind):
    assert failure_kind(error) == kind
