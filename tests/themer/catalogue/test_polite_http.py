import time

import pytest
import requests

from themer.base.errors import UserError
from themer.catalogue.polite_http import (
    cache_for_a_day,
    failure_kind,
    get,
    polite_session,
    require_success,
    retry_policy,
)


def test_a_request_names_its_sender(site):
    site.put("/page")
    get(polite_session(), f"{site.url}/page")
    assert site.requests[0][1]["User-Agent"].startswith("lego-themer/")


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_response_is_retried_after_the_pause_that_it_names(site, status):
    site.put("/page", status=status, Retry_After="0")
    site.put("/page", b"there")
    assert get(polite_session(), f"{site.url}/page").content == b"there"
    assert site.request_counts()["/page"] == 2


def test_a_pause_is_never_longer_than_the_cap(site):
    site.put("/page", status=503, Retry_After="3600")
    site.put("/page", b"there")
    session = polite_session(retry=retry_policy(maximum_retry_after_seconds=0.01))
    assert get(session, f"{site.url}/page").content == b"there"


def test_a_permanent_status_is_not_retried(site):
    assert get(polite_session(), f"{site.url}/gone").status_code == 404
    assert site.request_counts()["/gone"] == 1


def test_the_last_response_is_returned_without_retries_left(site):
    site.put("/page", status=503, Retry_After="0")
    assert get(polite_session(retry=retry_policy(retries=1)), f"{site.url}/page").status_code == 503
    assert site.request_counts()["/page"] == 2


def test_a_rate_limit_spreads_requests_evenly(site, monkeypatch):
    waits = []
    monkeypatch.setattr("time.sleep", waits.append)
    site.put("/page")
    session = polite_session(requests_per_minute=60)
    adapter = session.get_adapter(site.url)
    assert [(rate.limit, rate.interval) for rate in adapter.limiter.bucket_factory.rates] == [(1, 1000)]
    assert get(session, f"{site.url}/page").status_code == 200


def test_a_request_without_response_is_an_error_that_names_the_address(site):
    with pytest.raises(UserError, match="http://127.0.0.1:9/page: no response .no connection."):
        get(polite_session(retry=retry_policy(retries=0)), "http://127.0.0.1:9/page")


def test_any_status_but_200_is_an_error(site):
    with pytest.raises(UserError, match="/gone: expected HTTP 200, received HTTP 404"):
        require_success(get(polite_session(), f"{site.url}/gone"))


def test_a_cached_url_is_requested_once_a_day(site, tmp_path):
    site.put("/table", b"rows", ETag='"1"')
    for _ in range(2):
        session = polite_session()
        cache_for_a_day(session, f"{site.url}/table", tmp_path)
        assert get(session, f"{site.url}/table").content == b"rows"
    assert site.request_counts()["/table"] == 1


def test_a_cached_url_is_revalidated_after_a_day(site, tmp_path, monkeypatch):
    site.put("/table", b"rows", ETag='"1"')
    for now in (time.time(), time.time() + 90_000):
        monkeypatch.setattr("time.time", lambda now=now: now)
        session = polite_session()
        cache_for_a_day(session, f"{site.url}/table", tmp_path)
        assert get(session, f"{site.url}/table").content == b"rows"
    assert site.requests[1][1]["If-None-Match"] == '"1"'


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (requests.exceptions.ReadTimeout(), "timeout"),
        (requests.exceptions.SSLError(), "TLS failure"),
        (requests.exceptions.InvalidURL(), "bad request or answer"),
    ],
)
def test_failures_have_fixed_phrases(error, kind):
    assert failure_kind(error) == kind
