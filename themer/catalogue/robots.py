"""The rules of robots.txt (RFC 9309): which addresses a host allows this client to request."""

import re
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests
from protego import Protego

from themer.base.errors import UserError
from themer.catalogue.polite_http import USER_AGENT, Hooks, PoliteSession, get

# The longest Crawl-delay that is kept to.
MAXIMUM_DELAY_SECONDS = 60
PRODUCT = USER_AGENT.partition("/")[0]
# RFC 9309 compares whole names, while Protego lets a group for "lego" apply to "lego-themer".
_OWN_GROUP = re.compile(rf"^(\s*user-agent\s*:\s*){PRODUCT}(?![\w-]).*$", re.IGNORECASE | re.MULTILINE)


class RobotsError(UserError):
    """A URL that must not be requested: robots.txt forbids it, or can't be read."""


class ForbiddenError(RobotsError):
    """A URL that robots.txt forbids."""


@dataclass(frozen=True)
class Rules:
    """What a robots.txt says to this client: the URLs that it allows, and the seconds between two requests."""

    allows: Callable[[str], bool]
    delay_seconds: float


class Robots:
    """A session's rules: the robots.txt of each host, requested once per host, in vain or not. Threads may share it.

    A host's Crawl-delay slows the session down. `hooks` are for the session's requests: they hold redirects to the
    rules of where they lead.
    """

    def __init__(self, session: PoliteSession) -> None:
        self.session = session
        self.hooks: Hooks = {"response": self._require_target}
        self._asking = threading.Lock()
        self._rules_of: dict[str, Rules | UserError] = {}

    def require(self, url: str) -> None:
        """Raise ForbiddenError if robots.txt forbids this URL; RobotsError if that or the URL can't be read."""
        try:
            host = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        except ValueError as error:
            raise RobotsError(f"{url}: not a valid address ({error}). Check the source's address.") from None
        rules = self._rules_at(host)
        if isinstance(rules, UserError):
            raise RobotsError(str(rules))
        if not rules.allows(url):
            host = urlsplit(url).netloc
            raise ForbiddenError(f"{url}: robots.txt of {host} forbids it. Ask the service for permission.")

    def _require_target(self, response: requests.Response, **_: object) -> None:
        """Raise as `require` does, if a response redirects to another URL."""
        target = self.session.get_redirect_target(response)
        if target is not None:
            try:
                self.require(urljoin(response.url, target))
            except RobotsError:
                response.close()
                raise

    def _rules_at(self, host: str) -> Rules | UserError:
        """Return the rules of a host, or why they can't be read."""
        # Held during the request, so that threads ask each host only once.
        with self._asking:
            if host not in self._rules_of:
                try:
                    rules = _rules(get(self.session, f"{host}/robots.txt"))
                    self._keep_delay(host, rules.delay_seconds)
                    self._rules_of[host] = rules
                except UserError as error:
                    self._rules_of[host] = error
            return self._rules_of[host]

    def _keep_delay(self, host: str, delay_seconds: float) -> None:
        """Slow the session down to a Crawl-delay, or to the longest one that is kept to; say so on stderr."""
        is_new = self.session.slow_down(host, min(delay_seconds, MAXIMUM_DELAY_SECONDS))
        if is_new and delay_seconds > MAXIMUM_DELAY_SECONDS:
            note = f"{host}/robots.txt: asks for {delay_seconds:g} s between two requests; "
            print(note + f"they are {MAXIMUM_DELAY_SECONDS} s apart.", file=sys.stderr)


def _rules(response: requests.Response) -> Rules:
    """Return the rules of a robots.txt: a 4xx allows everything; raise UserError for a 5xx or 429."""
    if response.status_code >= 500 or response.status_code == 429:
        raise UserError(
            f"{response.url}: HTTP {response.status_code}, so its rules are unknown, and nothing may be requested "
            "(RFC 9309). Run again later. If the error persists, tell the service."
        )
    content = response.content if response.status_code == 200 else b""
    # Lines may end in CR alone, which ^ and $ don't know.
    lines = content.decode("utf-8-sig", errors="replace").splitlines()
    text, own_groups = _OWN_GROUP.subn(rf"\g<1>{PRODUCT}", "\n".join(lines))
    rules, agent = Protego.parse(text), PRODUCT if own_groups else "*"
    return Rules(lambda url: rules.can_fetch(url, agent), rules.crawl_delay(agent) or 0)
