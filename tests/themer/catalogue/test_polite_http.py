import pytest
import requests
from pyrate_limiter import Limiter

from themer.base.errors import UserError
from themer.catalogue.polite_http import (
    failure_kind,
    get,
    polite_session,
    require_success,
    retry_after_seconds,
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


@pytest.mark.parametrize(
    ("requests_per_minute", "milliseconds"),
    [(60, 1000), (59, 1017), (50, 1200), (240, 250), (0.5, 120_000), (90_000, 1)],
)
def test_a_rate_limit_spreads_requests_evenly(site, requests_per_minute, milliseconds):
    site.put("/page")
    session = polite_session(requests_per_minute=requests_per_minute)
    adapter = session.get_adapter(site.url)
    assert [(rate.limit, rate.interval) for rate in adapter.limiter.bucket_factory.rates] == [(1, milliseconds)]
    assert get(session, f"{site.url}/page").status_code == 200


def test_retries_and_redirects_wait_for_the_rate_limit_too(site, monkeypatch):
    waited, acquire = [], Limiter.try_acquire
    monkeypatch.setattr(Limiter, "try_acquire", lambda *args, **more: waited.append(args[1]) or acquire(*args, **more))
    site.put("/page", status=503, Retry_After="0")
    site.put("/page", status=302, Location="/other")
    site.put("/other", b"there")
    assert get(polite_session(requests_per_minute=60_000), f"{site.url}/page").content == b"there"
    assert waited == [site.url.removeprefix("http://")] * len(site.requests) and len(waited) == 3


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        ("1.5", 2),
        (" 3 ", 3),
        ("9" * 40, 10**40),
        ("Thu, 01 Jan 1970 00:02:00 GMT", 20),
        ("Wed, 31 Dec 1969 23:59:59 GMT", 0),
        ("", None),
        ("1s", None),
        ("-1", None),
        ("soon", None),
        ("Thu, 99 Jan 1970 00:00:99 GMT", None),
    ],
)
def test_a_pause_is_seconds_or_a_date_and_anything_else_is_none(header, seconds):
    assert retry_after_seconds(header, now=100) == (seconds if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize("header", ["1.5", "1s", "", "soon"])
def test_a_request_is_repeated_whatever_the_form_of_the_pause(site, monkeypatch, header):
    pauses = []
    monkeypatch.setattr("tenacity.nap.time.sleep", pauses.append)
    site.put("/page", status=429, Retry_After=header)
    site.put("/page", b"there")
    assert get(polite_session(), f"{site.url}/page").content == b"there"
    assert pauses == [2] if header == "1.5" else 0.5 <= pauses[0] <= 1


def test_a_body_that_breaks_off_is_requested_again(site, monkeypatch):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    site.put("/page", b"the", Content_Length="5", Connection="close")
    site.put("/page", b"there")
    assert get(polite_session(), f"{site.url}/page").content == b"there"


def test_redirects_in_a_circle_are_given_up_soon(site):
    site.put("/page", status=302, Location="/page")
    with pytest.raises(UserError, match="no response .too many redirects"):
        get(polite_session(retry=retry_policy(retries=0)), f"{site.url}/page")
    assert site.request_counts()["/page"] < 10


@pytest.mark.parametrize(
    "address", ["", "x", "ftp://x/", "http://", "http://[", "http://.x/", f"http://{'a' * 70}.com/", "http://x:99999/"]
)
def test_a_malformed_address_is_an_error_at_once(address):
    with pytest.raises(UserError, match="bad request or answer"):
        get(polite_session(), address)


def test_a_request_without_response_is_an_error_that_names_the_address(site):
    with pytest.raises(UserError, match="http://127.0.0.1:9/page: no response .no connection."):
        get(polite_session(retry=retry_policy(retries=0)), "http://127.0.0.1:9/page")


PROXIES = [{"http_proxy": "http://127.0.0.1:9"}, {"all_proxy": "socks5://127.0.0.1:9"}]


@pytest.fixture
def no_proxies(monkeypatch):
    """An environment that names no proxy, for a test to name one."""
    for name in ("http_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("environment", PROXIES, ids=str)
def test_a_request_to_this_machine_goes_through_no_proxy(site, monkeypatch, no_proxies, environment, host):
    site.put("/page", b"there")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert get(polite_session(), f"{site.url}/page".replace("127.0.0.1", host)).content == b"there"


@pytest.mark.parametrize("host", ["127.8.0.1", "[::1]", "LOCALHOST"])
def test_every_name_of_this_machine_is_known(monkeypatch, no_proxies, host):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(UserError, match=r"no response \(no connection\)"):
        get(polite_session(retry=retry_policy(retries=0)), f"http://{host}:9/page")


def test_other_hosts_are_requested_through_the_proxy_also_before_and_after_a_redirect(site, monkeypatch, no_proxies):
    """The site is the proxy as well, which is asked for whole addresses."""
    monkeypatch.setenv("http_proxy", site.url.replace("//", "//user:secret@"))
    site.put("http://one.invalid/", status=302, Location="http://other.invalid/")
    site.put("http://other.invalid/", status=302, Location=f"{site.url}/page")
    site.put("/page", status=302, Location="http://one.invalid/last")
    site.put("http://one.invalid/last", b"there")
    assert get(polite_session(), "http://one.invalid/").content == b"there"
    asked = ["http://one.invalid/", "http://other.invalid/", "/page", "http://one.invalid/last"]
    assert [path for path, _ in site.requests] == asked
    assert ["Proxy-Authorization" in headers for _, headers in site.requests] == [True, True, False, True]


@pytest.mark.parametrize("proxy", ["http://user:secret@127.0.0.1:9/", "127.0.0.1:9", "socks5://127.0.0.1:9"])
def test_a_proxy_without_response_is_named_without_its_password(monkeypatch, no_proxies, proxy):
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(UserError, match=r"no response \(.* through the proxy 127.0.0.1:9\). Check") as error:
        get(polite_session(retry=retry_policy(retries=0)), "http://one.invalid/page")
    assert "secret" not in str(error.value)


def test_any_status_but_200_is_an_error(site):
    with pytest.raises(UserError, match="/gone: expected HTTP 200, received HTTP 404"):
        require_success(get(polite_session(), f"{site.url}/gone"))


def response_with(status: int) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    return response


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (requests.exceptions.ReadTimeout(), "timeout"),
        (requests.exceptions.SSLError(), "TLS failure"),
        (requests.HTTPError(response=response_with(503)), "HTTP 503"),
        (requests.exceptions.InvalidURL(), "bad request or answer"),
    ],
)
def test_failures_have_fixed_phrases(error, kind):
    assert failure_kind(error) == kind
