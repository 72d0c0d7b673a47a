"""The rules of robots.txt (RFC 9309): which addresses a host lets this client ask for."""

import re
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import requests
from protego import Protego

from themer.base.errors import UserError
from themer.catalogue.polite_http import USER_AGENT, get

PRODUCT = USER_AGENT.partition("/")[0]
# RFC 9309 compares whole names, while Protego lets a group for "lego" apply to "lego-themer".
_OWN_GROUP = re.compile(rf"^(\s*user-agent\s*:\s*){PRODUCT}(?![\w-]).*$", re.IGNORECASE | re.MULTILINE)


class ForbiddenError(UserError):
    """A URL that robots.txt forbids."""


class Robots:
    """The rules in the robots.txt of each host, requested once per host, in vain or not. Threads may share it."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session
        self._asking = threading.Lock()
        self._rules_of: dict[str, Callable[[str], bool] | UserError] = {}

    def require(self, url: str) -> None:
        """Raise ForbiddenError if robots.txt forbids this URL; UserError if that or the URL can't be read."""
        try:
            host = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        except ValueError as error:
            raise UserError(f"{url}: no address ({error}). Check the source's address.") from None
        allows = self._rules_at(host)
        if isinstance(allows, UserError):
            raise UserError(str(allows))
        if not allows(url):
            host = urlsplit(url).netloc
            raise ForbiddenError(f"{url}: robots.txt of {host} forbids it. Ask the service for permission.")

    def _rules_at(self, host: str) -> Callable[[str], bool] | UserError:
        """Return the rules of a host, or why they can't be read."""
        with self._asking:
            if host not in self._rules_of:
                try:
                    self._rules_of[host] = _rules(get(self._session, f"{host}/robots.txt"))
                except UserError as error:
                    self._rules_of[host] = error
            return self._rules_of[host]


def _rules(response: requests.Response) -> Callable[[str], bool]:
    """Return whether a robots.txt allows a URL: a 4xx allows everything; raise UserError for a 5xx."""
    if response.status_code >= 500:
        raise UserError(f"{response.url}: HTTP {response.status_code}, so the rules are unknown. Try again later.")
    content = response.content if response.status_code == 200 else b""
    lines = content.decode("utf-8-sig", errors="replace").splitlines()
    text, own_groups = _OWN_GROUP.subn(rf"\g<1>{PRODUCT}", "\n".join(lines))
    rules, agent = Protego.parse(text), PRODUCT if own_groups else "*"
    return lambda url: rules.can_fetch(url, agent)
