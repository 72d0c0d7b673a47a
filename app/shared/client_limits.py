"""Rate limits for each client."""

import ipaddress
import math
import time
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

    def require(self, address: str | None) -> None:
        """Count a request of the client with this address; raise Problem if it exceeds the limit."""
        client = client_of(address)
        if self._item is None or self._counter.hit(self._item, client):
            return
        window = self._counter.get_window_stats(self._item, client)
        seconds = max(1, math.ceil(window.reset_time - time.time()))
        detail = f"The limit is {self._item}. Wait {seconds} s, then try again."
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, seconds)


def client_of(address: str | None) -> str:
    """Return the key of a client: its IPv4 address, or the /64 network of its IPv6 address."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((found, IPV6_NETWORK_BITS), strict=False)) if found.version == 6 else str(found)
