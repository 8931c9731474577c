"""Webhooks go to public addresses alone, whatever a name says and when it says it."""

import socket
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.notify.listener import Listener
from tests.web.house import HandClock
from vqueue.notify import addresses
from vqueue.notify.webhooks import WebhookPoster, outward
from vqueue.ports.notifier import Failed, Post, Taken, Told

SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "2002:7f00:1::1",
        "2002:808:808::1",
        "2001:0:808:808::1",
        "2001:db8::1",
        "no address",
    ],
)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_what_is_public_is_not(address: str) -> None:
    assert addresses.is_public(address)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://hooks.example.com/x", "https_only"),
        ("ftp://hooks.example.com/x", "https_only"),
        ("https://hooks.example.com:22/x", "port"),
        ("https://hooks.example.com:80/x", "port"),
        ("https://user:word@hooks.example.com/x", "url"),
        ("https://hooks.example.com/x#part", "url"),
        ("https:///x", "url"),
        ("hooks", "url"),
        ("https://hooks.example.com/ x", "url"),
        ("https://hooks.example.com/" + "x" * 3000, "url"),
        ("https://localhost/x", "not_public"),
        ("https://hooks/x", "not_public"),
        ("https://vault.internal/x", "not_public"),
        ("https://VAULT.Internal./x", "not_public"),
        ("https://metadata.google.internal/x", "not_public"),
        ("https://printer.local/x", "not_public"),
        ("https://127.0.0.1/x", "not_public"),
        ("https://127.1/x", "not_public"),
        ("https://[::1]/x", "not_public"),
        ("https://[::ffff:10.0.0.1]/x", "not_public"),
        ("https://169.254.169.254/latest/meta-data", "not_public"),
        ("https://hooks.example.com/x", None),
        ("https://hooks.example.com:8443/x?y=z", None),
        ("https://8.8.8.8/x", None),
    ],
)
def test_a_url_says_what_is_wrong_with_it(url: str, word: str | None) -> None:
    assert addresses.fault(url, private=False) == word


def test_local_development_may_use_what_it_has() -> None:
    assert addresses.fault("http://127.0.0.1:9000/hooks", private=True) is None
    assert addresses.fault("ftp://127.0.0.1/hooks", private=True) == "scheme"


class Turncoat(AbstractResolver):
    """A name that was public when it was looked at, and leads to this machine when the connection is made."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        here: dict[str, Any] = {"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET}
        return [ResolveResult(**here, proto=0, flags=socket.AI_NUMERICHOST)]

    async def close(self) -> None:
        return


async def posted(url: str, *, private: bool) -> Told:
    async with outward(private=private, resolver=Turncoat()) as session:
        poster = WebhookPoster(session, HandClock(), private=private)
        return await poster.post(Post(id="msg_1", url=url, body=b"{}", secrets=(SECRET,)))


async def test_the_connection_itself_is_refused_where_the_name_leads_to_us(listener: Listener) -> None:
    assert await posted("https://hooks.example.com:8443/hooks", private=False) == Failed("address_refused")
    assert listener.heard == []


async def test_the_same_name_is_reached_in_local_development(listener: Listener) -> None:
    url = listener.url.replace("127.0.0.1", "hooks.example.com")
    assert await posted(url, private=True) == Taken()
    assert [told.id for told in listener.heard] == ["msg_1"]


@pytest.mark.parametrize("literal", ["https://127.0.0.1:8443/", "https://2130706433/", "https://0x7f.1/"])
async def test_a_literal_address_is_refused_at_sending_too(literal: str) -> None:
    assert await posted(literal, private=False) == Failed("address_refused")
