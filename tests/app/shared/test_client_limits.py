import pytest

from app.problem import Problem
from app.shared.client_limits import ClientLimit, client_of


def test_a_client_beyond_its_limit_is_refused_until_later():
    limit = ClientLimit("3/minute")
    for _ in range(3):
        limit.require("10.0.0.1")
    with pytest.raises(Problem) as caught:
        limit.require("10.0.0.1")
    assert caught.value.status == 429 and 1 <= caught.value.retry_after_seconds <= 60
    assert "The limit is 3 per minute." in caught.value.detail


def test_what_fails_is_not_counted():
    limit = ClientLimit("1/hour")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), limit.counted("10.0.0.1"):
            1 / 0  # noqa: B018
    with limit.counted("10.0.0.1"):
        pass
    with pytest.raises(Problem), limit.counted("10.0.0.1"):
        pass


def test_each_client_has_its_own_limit():
    limit = ClientLimit("1/minute")
    for address in ("10.0.0.1", "10.0.0.2", "2001:db8::1", None):
        limit.require(address)


def test_a_network_of_ipv6_addresses_is_one_client():
    assert client_of("2001:db8::1") == client_of("2001:db8::2") != client_of("2001:db8:0:1::1")


def test_without_a_limit_no_client_is_refused():
    for _ in range(1000):
        ClientLimit(None).require("10.0.0.1")
