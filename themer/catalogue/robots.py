"""The rules of robots.txt (RFC 9309): which addresses a host lets this client ask for."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import requests
from protego import Protego

from themer.base.errors import UserError
from themer.catalogue.polite_http import USER_AGENT, get

PRODUCT = USER_AGENT.partition("/")[0]
# RFC 9309 compares whole names, while Protego lets a group for "lego" apply to "lego-themer".
_OWN_GROUP = re.compile(rf"^(\s*user-agent\s*:\s*){PRODUCT}(?![\w-]).*$", re.IGNORECASE | re.MULTILINE)


class Robots:
    """The rules in the robots.txt of each host, requested once per host."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session
        self._rules_of: dict[str, Callable[[str], bool]] = {}

    def require(self, url: str) -> None:
        """Raise UserError if the host's robots.txt forbids this URL or can't be fetched, or if it is no URL."""
        try:
            host = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        except ValueError as error:
            raise UserError(f"{url}: no address ({error}). Check the source's address.") from None
        if host not in self._rules_of:
            self._rules_of[host] = _rules(get(self._session, f"{host}/robots.txt"))
        if not self._rules_of[host](url):
            raise UserError(f"{url}: robots.txt of {urlsplit(url).netloc} forbids it. Ask the service for permission.")


def _rules(response: requests.Response) -> Callable[[str], bool]:
    """Return whether a robots.txt allows a URL: a 4xx allows everything; raise UserError for a 5xx."""
    if response.status_code >= 500:
        raise UserError(f"{response.url}: HTTP {response.status_code}, so the rules are unknown. Try again later.")
    content = response.content if response.status_code == 200 else b""
    lines = content.decode("utf-8-sig", errors="replace").splitlines()
    text, own_groups = _OWN_GROUP.subn(rf"\g<1>{PRODUCT}", "\n".join(lines))
    rules, agent = Protego.parse(text), PRODUCT if own_groups else "*"
    return lambda url: rules.can_fetch(url, agent)
