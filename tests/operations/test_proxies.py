"""Whose request it is: a proxy's word counts when the proxy is ours, and nobody else's does."""

import pytest
from aiohttp.test_utils import make_mocked_request

from vqueue.web.proxies import Proxies, client_site, is_near

OURS = Proxies.of("10.0.0.0/8, 2001:db8::/32")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.7", ["203.0.113.9"], "198.51.100.7"),
        ("10.0.0.2", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.2", ["6.6.6.6, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.2", ["6.6.6.6", "203.0.113.9, 10.0.0.3"], "203.0.113.9"),
        ("10.0.0.2", ["10.0.0.9, 10.0.0.3"], "10.0.0.9"),
        ("10.0.0.2", ["203.0.113.9, nonsense, 10.0.0.3"], "10.0.0.3"),
        ("10.0.0.2", ["203.0.113.9:4711"], "203.0.113.9"),
        ("2001:db8::1", ["[2001:db9::5]:4711"], "2001:db9::5"),
        ("::ffff:10.0.0.2", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.2", [], "10.0.0.2"),
        ("", ["203.0.113.9"], ""),
    ],
)
def test_the_client_is_the_last_hop_that_is_no_proxy_of_ours(peer: str, forwarded: list[str], client: str) -> None:
    assert OURS.client(peer, forwarded) == client


def test_without_trusted_proxies_the_header_says_nothing() -> None:
    assert Proxies().client("10.0.0.2", ["203.0.113.9"]) == "10.0.0.2"


def test_an_endless_chain_is_read_from_its_end() -> None:
    chain = ", ".join(["203.0.113.9", *["10.0.0.1"] * 5000])
    assert OURS.client("10.0.0.2", [chain]) == "10.0.0.1"


@pytest.mark.parametrize("wrong", ["10.0.0.0/33", "proxy.example", "10.0.0.1-9"])
def test_what_is_no_network_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="does not appear"):
        Proxies.of(wrong)


@pytest.mark.parametrize(
    ("headers", "near"),
    [
        ({"Host": "127.0.0.1:8080"}, True),
        ({"Host": "localhost"}, True),
        ({"Host": "[::1]:8080"}, True),
        ({"Host": "bank.example"}, False),
        ({"Host": "localhost", "X-Forwarded-For": "203.0.113.9"}, False),
        ({"Host": "localhost", "Forwarded": "for=203.0.113.9"}, False),
    ],
)
def test_only_this_machine_itself_is_near(headers: dict[str, str], near: bool) -> None:
    request = make_mocked_request("GET", "/metrics", headers=headers).clone(remote="127.0.0.1")
    assert is_near(request) is near
    assert not is_near(request.clone(remote="198.51.100.7"))


def test_a_household_with_a_64_of_its_own_counts_as_one_address() -> None:
    def site(peer: str) -> str:
        return client_site(make_mocked_request("GET", "/").clone(remote=peer))

    assert site("2001:db8:1:2::1") == site("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert site("2001:db8:1:3::1") != site("2001:db8:1:2::1")
    assert (site("192.0.2.7"), site("::ffff:192.0.2.7")) == ("192.0.2.7", "::ffff:192.0.2.7")
