"""How often one client may do something."""

import ipaddress
import math
import time
from http import HTTPStatus

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from app.problems import Problem

IPV6_NETWORK_BITS = 64


class ClientLimit:
    """Counts in memory how often each client did something; forgets a client after the time that the limit is for.

    Args:
        limit: such as "120/minute", or None for no limit.
    """

    def __init__(self, limit: str | None) -> None:
        self._item: RateLimitItem | None = parse(limit) if limit else None
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def require(self, address: str | None) -> None:
        """Count once for the client of an address; raise Problem if that is once too often."""
        client = client_of(address)
        if self._item is None or self._counter.hit(self._item, client):
            return
        window = self._counter.get_window_stats(self._item, client)
        seconds = max(1, math.ceil(window.reset_time - time.time()))
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, f"Only {self._item} are taken. Wait {seconds} s.", seconds)


def client_of(address: str | None) -> str:
    """Return what stands for a client: its IPv4 address, or the network of its IPv6 address."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((found, IPV6_NETWORK_BITS), strict=False)) if found.version == 6 else str(found)
