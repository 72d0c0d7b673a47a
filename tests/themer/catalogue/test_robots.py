import pytest

from themer.base.errors import UserError
from themer.catalogue.polite_http import polite_session, retry_policy
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
    with pytest.raises(UserError, match="no address"):
        Robots(polite_session()).require("http://[/picture.jpg")
