"""Rate limits for each client."""

import ipaddress
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from app.problem import Problem

# One client usually has all addresses of such a network.
IPV6_NETWORK_BITS = 64


class ClientLimit:
    """Counts each client's requests in memory; forgets a client once the period of the limit has passed.

    Args:
        limit: a rate like "120/minute", or None for no limit.
    """

    def __init__(self, limit: str | None) -> None:
        self._item: RateLimitItem | None = parse(limit) if limit else None
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._lock = threading.Lock()

    def require(self, address: str | None) -> None:
        """Count a request of the client with this address; raise Problem if it exceeds the limit."""
        client = client_of(address)
        if self._item is not None and not self._counter.hit(self._item, client):
            raise self._exceeded(self._item, client)

    @contextmanager
    def counted(self, address: str | None) -> Iterator[None]:
        """Count what is done for the client with this address unless it fails; raise Problem beyond the limit."""
        client = client_of(address)
        # One at a time: others could pass the test before this one is counted.
        with self._lock:
            if self._item is not None and not self._counter.test(self._item, client):
                raise self._exceeded(self._item, client)
            yield
            if self._item is not None:
                self._counter.hit(self._item, client)

    def _exceeded(self, item: RateLimitItem, client: str) -> Problem:
        """Return the problem of a client beyond the limit."""
        window = self._counter.get_window_stats(item, client)
        seconds = max(1, math.ceil(window.reset_time - time.time()))
        limit = f"{item.amount} per {item.GRANULARITY.name}"
        return Problem(
            HTTPStatus.TOO_MANY_REQUESTS, f"The limit is {limit}. Wait {seconds} s, then try again.", seconds
        )


def client_of(address: str | None) -> str:
    """Return the key of a client: its IPv4 address, or the /64 network of its IPv6 address."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((found, IPV6_NETWORK_BITS), strict=False)) if found.version == 6 else str(found)
