"""A polite HTTP client: it names itself, keeps to a rate, and retries with growing pauses."""

from pathlib import Path
from typing import Any

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
    """Return a session with a rate limit for each host (None: no limit) and a retry policy."""
    session = requests.Session()
    session.headers["User-Agent"] = USER_AGENT
    retry = retry or retry_policy()
    adapter = HTTPAdapter(max_retries=retry, pool_maxsize=connections)
    if requests_per_minute is not None:
        # A limit per second spreads requests evenly; a limit per minute would send sixty at once.
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
    """Return exponential back-off with jitter. It obeys Retry-After up to a cap; the last response is returned."""
    return Retry(
        total=retries,
        status_forcelist=TRANSIENT_STATUSES,
        backoff_factor=0.5,
        backoff_jitter=0.5,
        backoff_max=30,
        retry_after_max=maximum_retry_after_seconds,  # type: ignore[arg-type]
        raise_on_status=False,
    )


def cache_for_a_day(session: requests.Session, prefix: str, folder: Path) -> None:
    """Serve URLs with the prefix from a cache in a folder. After a day the session revalidates them by ETag."""
    adapter = CacheControlAdapter(FileCache(folder), heuristic=ExpiresAfter(days=1), max_retries=retry_policy())
    session.mount(prefix, adapter)


def get(session: requests.Session, url: str, **options: Any) -> requests.Response:
    """Return the response to a GET request, whatever its status; raise UserError without a response.

    `options` are those of `requests.get`.
    """
    try:
        return session.get(url, timeout=TIMEOUT_SECONDS, **options)
    except requests.RequestException as error:
        raise UserError(f"{url}: no response ({failure_kind(error)}). Check the address and the network.") from None


def require_success(response: requests.Response) -> requests.Response:
    """Return the response; raise UserError for any status but 200."""
    if response.status_code != 200:
        raise UserError(
            f"{response.url}: expected HTTP 200, received HTTP {response.status_code}. Check the URL, or try again "
            "later."
        )
    return response


def failure_kind(error: requests.RequestException) -> str:
    """Return one of a few fixed phrases for a failed request, the same on every machine and in every run."""
    kinds = (
        (requests.exceptions.SSLError, "TLS failure"),
        (requests.exceptions.Timeout, "timeout"),
        (requests.exceptions.ChunkedEncodingError, "broken off"),
        (requests.exceptions.ConnectionError, "no connection"),
        (requests.exceptions.TooManyRedirects, "too many redirects"),
    )
    return next((kind for error_type, kind in kinds if isinstance(error, error_type)), "bad request or answer")
