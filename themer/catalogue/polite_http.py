"""A polite HTTP client: it names itself, keeps to a rate, and repeats failed requests with growing pauses."""

import math
import re
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from pyrate_limiter import Limiter, Rate
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from requests_ratelimiter import LimiterAdapter
from requests_ratelimiter.buckets import HostBucketFactory
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter
from urllib3.exceptions import HTTPError

from themer.base.errors import UserError

USER_AGENT = f"lego-themer/0.1 (theme classifier; one snapshot a user) python-requests/{requests.__version__}"
PERMANENT_STATUSES = frozenset({404, 410})
# Besides all from 500 on.
TRANSIENT_STATUSES = frozenset({408, 425, 429})
TIMEOUT_SECONDS = (10.0, 120.0)
# RFC 9309 asks for at least five; the default of requests is thirty.
MOST_REDIRECTS = 5
# What `requests` calls with each response, those that redirect to the next one included.
Hooks = dict[str, Callable[..., None]]
# Whether the body of a response is only the beginning of a file.
IsCut = Callable[[bytes], bool]


class PoliteSession(requests.Session):
    """A session with limits on the rate and the waiting, which repeats a request after a fault that may pass.

    `request`, and so `get`, asks as often as `retry` allows. `attempt` asks once.
    """

    def __init__(
        self, adapter: HTTPAdapter, retry: Retrying, timeout_seconds: tuple[float, float], interval_seconds: float
    ) -> None:
        """`timeout_seconds`: how long to wait for a connection, and for the next bytes.

        `interval_seconds` is what `adapter` leaves between two requests to a host.
        """
        super().__init__()
        self.headers["User-Agent"] = USER_AGENT
        self.max_redirects = MOST_REDIRECTS
        self.retry = retry
        self._timeout_seconds, self._interval_seconds = timeout_seconds, interval_seconds
        self._slow_adapters: dict[str, HTTPAdapter] = {}
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def get_adapter(self, url: str) -> BaseAdapter:
        """Return what sends a request, with the rate limit of its host."""
        return self._slow_adapters.get(_host(url)) or super().get_adapter(url)

    def slow_down(self, url: str, interval_seconds: float) -> bool:
        """Leave at least this long between two requests to the host of a URL, which was asked just now.

        Return whether they were closer before.
        """
        host = _host(url)
        if interval_seconds <= self._interval_seconds or host in self._slow_adapters:
            return False
        slow = _adapter(interval_seconds)
        # The new limiter knows nothing of the request just now.
        slow.limiter.try_acquire(host)
        self._slow_adapters[host] = slow
        return True

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Return the response to a request, also to one that a redirect leads to: from this machine without a proxy."""
        if _is_this_machine(request.url or ""):
            request.headers.pop("Proxy-Authorization", None)
            kwargs["proxies"] = {}
        return super().send(request, **kwargs)

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Return the response, the last one if the fault does not pass; raise RequestException without a response."""
        try:
            return self.retry(self.attempt, *args, **kwargs)
        except requests.HTTPError as error:
            return error.response

    def attempt(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        """Return the response to one request; raise HTTPError if its status may pass, or another RequestException."""
        try:
            response = super().request(method, url, **{"timeout": self._timeout_seconds, **kwargs})
        # Some of these are ValueErrors too, and name what is wrong with an address.
        except requests.RequestException:
            raise
        except (HTTPError, ValueError) as error:  # A few malformed addresses get past the checks of requests.
            raise requests.exceptions.InvalidURL(str(error)) from None
        if response.status_code >= 500 or response.status_code in TRANSIENT_STATUSES:
            # A streamed body is not read, and would keep its connection.
            response.close()
            raise requests.HTTPError(f"HTTP {response.status_code}", response=response)
        return response


def polite_session(
    requests_per_minute: float | None = None,
    retry: Retrying | None = None,
    connections: int = 10,
    timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS,
) -> PoliteSession:
    """Return a session with a rate limit for each host (None: no limit) and a retry policy.

    Redirects and retries are requests like all others to the limit.
    """
    interval_seconds = 0 if requests_per_minute is None else 60 / requests_per_minute
    adapter = _adapter(interval_seconds, connections) if interval_seconds else HTTPAdapter(pool_maxsize=connections)
    return PoliteSession(adapter, retry or retry_policy(), timeout_seconds, interval_seconds)


def _host(url: str) -> str:
    """Return the host of a URL with its port, as requests writes it."""
    return urlsplit(url).netloc.lower()


def _is_this_machine(url: str) -> bool:
    """Return whether the host of a URL is on loopback."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _adapter(interval_seconds: float, connections: int = 64) -> LimiterAdapter:
    """Return what sends one request to each host in each interval."""
    # LimiterAdapter's own limits allow several at once at most rates. Rounded up: never more often than asked for.
    limiter = Limiter(HostBucketFactory([Rate(1, math.ceil(1000 * interval_seconds))]), buffer_ms=0)
    # By default, it also reacts to a 429, which is the retry policy's task.
    return LimiterAdapter(limiter=limiter, limit_statuses=(), pool_maxsize=connections)


def retry_policy(retries: int = 4, maximum_retry_after_seconds: float = 120) -> Retrying:
    """Return how to ask again: after what Retry-After names, up to a cap, or else after growing pauses with jitter."""
    return Retrying(
        retry=retry_if_exception(may_pass),
        stop=stop_after_attempt(retries + 1),
        wait=_pauses(maximum_retry_after_seconds),
        # Otherwise tenacity raises an error of its own.
        reraise=True,
    )


def may_pass(error: BaseException) -> bool:
    """Return whether the same request may succeed later. A malformed address, a ValueError, will not."""
    return isinstance(error, requests.RequestException) and not isinstance(error, ValueError)


def _pauses(maximum_retry_after_seconds: float) -> Callable[[RetryCallState], float]:
    """Return a function that gives the pause in seconds after a failed attempt."""
    growing = wait_exponential_jitter(multiplier=0.5, jitter=0.5, max=30)

    def pause_seconds(state: RetryCallState) -> float:
        response = getattr(state.outcome and state.outcome.exception(), "response", None)
        header = "" if response is None else response.headers.get("Retry-After", "")
        asked = retry_after_seconds(header, time.time())
        return growing(state) if asked is None else min(asked, maximum_retry_after_seconds)

    return pause_seconds


def retry_after_seconds(header: str, now: float) -> float | None:
    """Return the pause that a Retry-After header asks for, rounded up; None for anything but seconds or a date.

    `now` is the time in seconds since 1970.
    """
    # As a float, a few hundred digits are infinite, which can't be rounded.
    if re.fullmatch(r"\s*\d{1,99}(\.\d*)?\s*", header, re.ASCII):
        return math.ceil(float(header))
    try:
        return max(0, math.ceil(parsedate_to_datetime(header).timestamp() - now))
    except (ValueError, TypeError, OverflowError):
        return None


class CutError(requests.RequestException):
    """A body that is only a part of a file, in spite of its headers."""

    def __init__(self, response: requests.Response, body: bytes) -> None:
        super().__init__("broken off")
        self.answer = response, body


def get(
    session: PoliteSession, url: str, hooks: Hooks | None = None, is_cut: IsCut = lambda body: False
) -> requests.Response:
    """Return the response to a GET request, whatever its status; raise UserError without a response.

    What has a body for which `is_cut` is true is asked for again, and returned as it is in the end.
    """
    try:
        return session.retry(_attempt, session, url, hooks, is_cut)
    except requests.HTTPError as error:
        return error.response
    except CutError as error:
        return error.answer[0]
    except requests.RequestException as error:
        raise _no_response(url, error) from None


def _attempt(session: PoliteSession, url: str, hooks: Hooks | None, is_cut: IsCut) -> requests.Response:
    """Return the response to one request; raise RequestException without a whole one."""
    response = session.attempt("GET", url, hooks=hooks)
    if response.status_code == 200 and is_cut(response.content):
        raise CutError(response, response.content)
    return response


def get_as_sent(
    session: PoliteSession, url: str, headers: dict[str, str], hooks: Hooks, is_cut: IsCut
) -> tuple[requests.Response, bytes]:
    """Return the response to a GET request, whatever its status, and its body as it was sent.

    A Content-Encoding may be the file's own gzip, another one, or not true at all. `is_cut` is as for `get`. Raises
    UserError like `get`, and for a body that breaks off each time.
    """
    try:
        return session.retry(_attempt_as_sent, session, url, headers, hooks, is_cut)
    except requests.HTTPError as error:
        return error.response, b""
    except CutError as error:
        return error.answer
    except requests.exceptions.ChunkedEncodingError:
        raise UserError(f"{url}: the response broke off. Try again later.") from None
    except requests.RequestException as error:
        raise _no_response(url, error) from None


def _attempt_as_sent(
    session: PoliteSession, url: str, headers: dict[str, str], hooks: Hooks, is_cut: IsCut
) -> tuple[requests.Response, bytes]:
    """Return the response to one request, and its body as it was sent; raise RequestException without them."""
    headers = {"Accept-Encoding": "identity", **headers}
    with session.attempt("GET", url, headers=headers, hooks=hooks, stream=True) as response:
        try:
            # A decoder would take half a gzip for a whole one.
            body = bytes(response.raw.read(decode_content=False))
        except HTTPError as error:
            raise requests.exceptions.ChunkedEncodingError(str(error)) from None
    if response.status_code == 200 and is_cut(body):
        raise CutError(response, body)
    return response, body


def _no_response(url: str, error: requests.RequestException) -> UserError:
    """Return the error for a request without a response."""
    kind = failure_kind(error)
    if isinstance(error, requests.ConnectionError | requests.exceptions.InvalidSchema) and not _is_this_machine(url):
        kind += _through(url)
    return UserError(f"{url}: no response ({kind}). Check the address and the network.")


def _through(url: str) -> str:
    """Return words that name the proxy of a URL, without its user and password, or "" if the environment has none."""
    proxy = select_proxy(url, get_environ_proxies(url))
    return f" through the proxy {proxy.rpartition('@')[2].rpartition('//')[2].rstrip('/')}" if proxy else ""


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
    if isinstance(error, requests.HTTPError):
        return f"HTTP {error.response.status_code}"
    return next((kind for error_type, kind in kinds if isinstance(error, error_type)), "bad request or answer")
