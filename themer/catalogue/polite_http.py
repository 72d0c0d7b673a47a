"""A polite HTTP session: says who it is, keeps to a rate and to robots.txt, retries with care."""

from pathlib import Path
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import requests
from cachecontrol import CacheControlAdapter
from cachecontrol.caches import FileCache
from cachecontrol.heuristics import ExpiresAfter
from requests.adapters import HTTPAdapter
from requests_ratelimiter import LimiterAdapter
from urllib3.util import Retry

from themer.base.errors import UserError

USER_AGENT = f"lego-themer/0.1 (theme classifier; one snapshot a user) python-requests/{requests.__version__}"
PERMANENT_STATUSES = frozenset({403, 404, 410})
TRANSIENT_STATUSES = (429, 500, 502, 503, 504)
TIMEOUT_SECONDS = (10, 120)


def polite_session(
    requests_per_minute: float | None = None, retry: Retry | None = None, connections: int = 10
) -> requests.Session:
    """Return a session that keeps to a rate on each host (none: no limit) and retries as told."""
    session = requests.Session()
    session.headers["User-Agent"] = USER_AGENT
    retry = retry or retry_policy()
    adapter = HTTPAdapter(max_retries=retry, pool_maxsize=connections)
    if requests_per_minute is not None:
        # A rate a second, not a minute: requests stay evenly apart instead of going out sixty at once.
        adapter = LimiterAdapter(
            per_second=requests_per_minute / 60,
            limit_statuses=(),
            max_retries=retry,
            pool_maxsize=connections,
        )
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def retry_policy(retries: int = 4, maximum_retry_after_seconds: float = 120) -> Retry:
    """Return jittered exponential back-off that obeys Retry-After up to a cap and returns the last answer."""
    return Retry(
        total=retries,
        status_forcelist=TRANSIENT_STATUSES,
        backoff_factor=0.5,
        backoff_jitter=0.5,
        backoff_max=30,
        retry_after_max=maximum_retry_after_seconds,  # type: ignore[arg-type]
        raise_on_status=False,
    )


def keep_a_day(session: requests.Session, prefix: str, folder: Path) -> None:
    """Answer URLs with the prefix from a folder for a day, and ask with their ETag after that."""
    adapter = CacheControlAdapter(FileCache(folder), heuristic=ExpiresAfter(days=1), max_retries=retry_policy())
    session.mount(prefix, adapter)


class Robots:
    """What the robots.txt of each host allows us, asked for once a host (RFC 9309)."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session
        self._parsers: dict[str, RobotFileParser] = {}

    def require(self, url: str) -> None:
        """Raise UserError if the host's robots.txt forbids this URL, or can't be had."""
        if not self._parser(url).can_fetch(USER_AGENT, url):
            raise UserError(f"{url}: robots.txt of {urlsplit(url).netloc} forbids it. Ask the service for permission.")

    def _parser(self, url: str) -> RobotFileParser:
        """Return the rules of the URL's host."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._parsers:
            self._parsers[host] = _rules(ask(self._session, f"{host}/robots.txt"))
        return self._parsers[host]


def _rules(answer: requests.Response) -> RobotFileParser:
    """Return the rules in a robots.txt answer: none after a 4xx, everything forbidden after a 5xx."""
    parser = RobotFileParser()
    if answer.status_code >= 500:
        raise UserError(f"{answer.url}: HTTP {answer.status_code}; what is allowed is unknown. Try again later.")
    parser.parse(answer.text.splitlines() if answer.status_code == 200 else [])
    return parser


def ask(session: requests.Session, url: str) -> requests.Response:
    """Return the answer to a GET, whatever its status; raise UserError when there is none."""
    try:
        return session.get(url, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as error:
        raise UserError(f"{url}: no answer ({failure_kind(error)}). Is the address right and the network up?") from None


def require_success(answer: requests.Response) -> requests.Response:
    """Return the answer; raise UserError for any status but 200."""
    if answer.status_code != 200:
        raise UserError(
            f"{answer.url}: HTTP {answer.status_code} where 200 was expected. Try again later, or check the URL."
        )
    return answer


def failure_kind(error: requests.RequestException) -> str:
    """Return a few fixed words for what went wrong, the same on every machine and run."""
    kinds = (
        (requests.exceptions.SSLError, "TLS failure"),
        (requests.exceptions.Timeout, "timeout"),
        (requests.exceptions.ChunkedEncodingError, "broken off"),
        (requests.exceptions.ConnectionError, "no connection"),
        (requests.exceptions.TooManyRedirects, "too many redirects"),
    )
    return next((kind for error_type, kind in kinds if isinstance(error, error_type)), "bad request or answer")
