import pytest

from themer.base.errors import UserError
from themer.catalogue.polite_http import get, polite_session, retry_policy
from themer.catalogue.robots import Robots


def test_robots_txt_is_obeyed_and_requested_once(site):
    site.put("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    robots = Robots(polite_session())
    robots.require(f"{site.url}/public")
    with pytest.raises(UserError, match="/private/1: robots.txt of .* forbids it"):
        robots.require(f"{site.url}/private/1")
    assert len(site.requests) == 1


def test_without_robots_txt_everything_is_allowed(site):
    Robots(polite_session()).require(f"{site.url}/anything")


def test_robots_txt_with_a_server_error_forbids_everything(site):
    site.put("/robots.txt", status=500)
    with pytest.raises(UserError, match="HTTP 500"):
        Robots(polite_session(retry=retry_policy(retries=0))).require(f"{site.url}/anything")


def test_a_robots_txt_that_cannot_be_read_is_requested_once_too(site):
    site.put("/robots.txt", status=500)
    robots = Robots(polite_session(retry=retry_policy(retries=0)))
    for path in ("/1", "/2"):
        with pytest.raises(UserError, match="HTTP 500"):
            robots.require(f"{site.url}{path}")
    assert len(site.requests) == 1


def is_allowed(site, robots_txt: str, path: str) -> bool:
    """Return whether a robots.txt allows a path."""
    site.put("/robots.txt", robots_txt.encode())
    try:
        Robots(polite_session()).require(site.url + path)
    except UserError:
        return False
    return True


OWN = "User-agent: Lego-Themer\nDisallow: /a\n"
ALL = "User-agent: *\nDisallow: /\n"
# RFC 9309, sections 2.2.1 to 2.2.3
CASES = {
    "a star stands for any characters": ("User-agent: *\nDisallow: /api/*/export\n", "/api/sets/export", False),
    "a dollar sign ends a path": ("User-agent: *\nDisallow: /*.gz$\n", "/sets.csv.gz", False),
    "and only there": ("User-agent: *\nDisallow: /*.gz$\n", "/sets.csv.gz?v=1", True),
    "the longest match decides": ("User-agent: *\nDisallow: /api\nAllow: /api/sets\n", "/api/sets/export", True),
    "whatever comes first": ("User-agent: *\nAllow: /api\nDisallow: /api/sets\n", "/api/sets/export", False),
    "of equal ones, the one that allows": ("User-agent: *\nDisallow: /api\nAllow: /api\n", "/api", True),
    "groups of one name are one": (f"{OWN}User-agent: other\nDisallow: /\n{OWN.replace('/a', '/b')}", "/b", False),
    "a group of one's own replaces that of all": (ALL + OWN, "/b", True),
    "also with a version": (ALL + OWN.replace("Themer", "Themer/0.1"), "/b", True),
    "a group for a part of the name is another's": ("User-agent: lego\nDisallow: /\n", "/b", True),
    "as is one for a longer name": ("User-agent: lego-themer-2\nDisallow: /\n", "/b", True),
    "or for the library": ("User-agent: python-requests\nDisallow: /\n", "/b", True),
    "a byte-order mark is none of the first line": ("\ufeff" + ALL, "/b", False),
    "lines may end in any way": (ALL.replace("\n", "\r"), "/b", False),
    "an empty rule forbids nothing": ("User-agent: *\nDisallow:\n", "/b", True),
    "the encoding is UTF-8": ("User-agent: *\nDisallow: /b\u00e4r\n", "/b%C3%A4r", False),
}


@pytest.mark.parametrize("case", CASES)
def test_the_rules_are_those_of_rfc_9309(site, case):
    robots_txt, path, expected = CASES[case]
    assert is_allowed(site, robots_txt, path) == expected


def test_what_is_no_address_is_an_error(site):
    with pytest.raises(UserError, match="not a valid address"):
        Robots(polite_session()).require("http://[/picture.jpg")


def test_a_redirect_is_held_to_the_rules_of_where_it_leads(site):
    site.put("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    site.put("/page", status=302, Location="/other")
    site.put("/other", status=302, Location="/private/1")
    session = polite_session()
    with pytest.raises(UserError, match="/private/1: robots.txt of .* forbids it"):
        get(session, f"{site.url}/page", Robots(session).hooks)
    assert site.request_counts() == {"/page": 1, "/other": 1}


def test_robots_txt_itself_may_be_elsewhere(site):
    site.put("/robots.txt", status=301, Location="/private/rules")
    site.put("/private/rules", b"User-agent: *\nDisallow: /private\n")
    with pytest.raises(UserError, match="forbids it"):
        Robots(polite_session()).require(f"{site.url}/private/1")


@pytest.mark.parametrize("status", [429, 503])
def test_rules_that_stay_unavailable_after_retries_forbid_everything(site, status):
    site.put("/robots.txt", status=status, Retry_After="0")
    with pytest.raises(UserError, match=f"HTTP {status}, so its rules are unknown, and nothing may be requested"):
        Robots(polite_session(retry=retry_policy(retries=1))).require(f"{site.url}/anything")
    assert len(site.requests) == 2


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
def test_rules_that_the_host_refuses_are_none(site, status):
    site.put("/robots.txt", ALL.encode(), status=status)
    Robots(polite_session()).require(f"{site.url}/anything")


def interval_milliseconds(site, robots_txt: str, requests_per_minute: float | None) -> int | None:
    """Return the interval between two requests of a session that knows a robots.txt; None: no limit."""
    site.put("/robots.txt", robots_txt.encode())
    session = polite_session(requests_per_minute)
    Robots(session).require(f"{site.url}/x")
    adapter = session.get_adapter(f"{site.url}/x")
    return adapter.limiter.bucket_factory.rates[0].interval if hasattr(adapter, "limiter") else None


ELSE = "User-agent: *\nCrawl-delay: 0.2\n"
DELAYS = {
    "no limit and no delay": ("User-agent: *\nDisallow:\n", None, None),
    "a delay alone": (ELSE, None, 200),
    "a longer delay": (ELSE, 6000, 200),
    "a shorter delay": (ELSE, 60, 1000),
    "a delay for others": (f"{ELSE}User-agent: lego-themer\nDisallow:\n", None, None),
    "one for this client": (f"{ELSE}User-agent: lego-themer\nCrawl-delay: 2.5\n", None, 2500),
    "none": ("User-agent: *\nCrawl-delay: 0\n", None, None),
    "a word": ("User-agent: *\nCrawl-delay: soon\n", None, None),
}


@pytest.mark.parametrize("case", DELAYS)
def test_a_crawl_delay_slows_requests_down(site, case):
    robots_txt, requests_per_minute, expected = DELAYS[case]
    assert interval_milliseconds(site, robots_txt, requests_per_minute) == expected


def test_the_request_for_robots_txt_counts_for_the_crawl_delay(site):
    site.put("/robots.txt", b"User-agent: *\nCrawl-delay: 30\n")
    session = polite_session()
    Robots(session).require(f"{site.url}/x")
    limiter = session.get_adapter(f"{site.url}/x").limiter
    assert not limiter.try_acquire(site.url.removeprefix("http://"), blocking=False)


def test_a_very_long_crawl_delay_is_cut_and_said(site, capsys):
    assert interval_milliseconds(site, "User-agent: *\nCrawl-delay: 86400\n", 60) == 60_000
    assert capsys.readouterr().err.count("asks for 86400 s between two requests; they are 60 s apart") == 1


def test_a_host_is_slowed_down_once():
    session = polite_session(requests_per_minute=60)
    asked = [session.slow_down("http://a.example/x", seconds) for seconds in (0, 1, 2, 2)]
    assert asked == [False, False, True, False] and session.slow_down("http://b.example", 2)
