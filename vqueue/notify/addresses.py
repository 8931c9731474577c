"""Which addresses a webhook may go to: public ones alone, decided for the very socket that is opened.

A name is resolved when the connection is made, and the address it is made to is the one that is judged here: what a
name says at another moment (DNS rebinding) counts for nothing.
"""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver
from yarl import URL

PORTS = (443, 8443)
URL_MAX = 2048
_HIDDEN = (".internal", ".local", ".localhost", ".localdomain", ".home.arpa", ".intranet", ".lan", ".corp")
_FOREIGN = tuple(
    IPv6Network(text)
    for text in (
        "::/96",  # IPv4-compatible, and unspecified and loopback with them
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64 of local use
        "100::/64",  # discard
        "2001::/23",  # Teredo, ORCHID and other assignments of protocols
        "2002::/16",  # 6to4
        "fec0::/10",  # site-local, of old
    )
)
"""Forms of IPv6 that lead into IPv4 or nowhere."""
AddrInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]


class AddressRefused(OSError):
    """The name leads to an address that is not public."""


def is_public(text: str) -> bool:
    """Whether this IP address is one of the public internet."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped
        if inner is not None:
            return _ordinary(inner)
        return "%" not in text and _ordinary(address) and not any(address in network for network in _FOREIGN)
    return _ordinary(address)


def _ordinary(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_private
        or address.is_link_local
        or address.is_loopback
        or address.is_unspecified
    )


def fault(text: str, *, private: bool) -> str | None:
    """What forbids this URL, in a word. `private`: local development, where anything by http or https goes."""
    if len(text) > URL_MAX or not text.isascii() or any(c <= " " for c in text):
        return "url"
    try:
        url = URL(text)
        host, port = url.host or "", url.port
    except ValueError:
        return "url"
    if not host or url.user is not None or url.password is not None or url.fragment:
        return "url"
    if private:
        return None if url.scheme in ("http", "https") else "scheme"
    if url.scheme != "https":
        return "https_only"
    if port not in PORTS:
        return "port"
    return None if _public_name(host.rstrip(".").lower()) else "not_public"


def _public_name(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return "." in host and not host.endswith(_HIDDEN) and not host.rpartition(".")[2].isdigit()
    return is_public(host)


def checked_socket(info: AddrInfo) -> socket.socket:
    """A socket for this address. Raises AddressRefused for one that is not public."""
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise AddressRefused("the address is not public")
    return socket.socket(family, kind, protocol)


def connector(*, private: bool, resolver: AbstractResolver | None = None) -> TCPConnector:
    """Opens connections to public addresses alone; each name is resolved anew, none is taken from a cache."""
    make: Callable[[AddrInfo], socket.socket] | None = None if private else checked_socket
    return TCPConnector(use_dns_cache=False, resolver=resolver, socket_factory=make, limit=200, limit_per_host=32)
