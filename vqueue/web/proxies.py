"""Who really asks: the address of the client, where a proxy of ours stands between him and us."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
FORWARDED_FOR = "X-Forwarded-For"
MOST_HOPS = 20


@dataclass(frozen=True, slots=True)
class Proxies:
    """The networks whose word about their client is believed."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, text: str) -> "Proxies":
        """From `10.0.0.0/8, 192.0.2.7`. Raises ValueError for anything that is no network."""
        return cls(tuple(ip_network(part, strict=False) for part in text.replace(",", " ").split()))

    def trusts(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self.networks)

    def are_near(self, peer: str) -> bool:
        """Whether this peer is a proxy of ours."""
        address = _address(peer)
        return address is not None and self.trusts(address)

    def client(self, peer: str, forwarded: Iterable[str]) -> str:
        """Whose request it is: the peer, or the last address in the chain that is no proxy of ours.

        Each hop is believed only because the one after it is ours, so what a client writes into the header himself
        counts for nothing.
        """
        nearest = _address(peer)
        if nearest is None or not self.trusts(nearest):
            return peer
        for hop in _from_the_end(forwarded):
            address = _address(hop)
            if address is None:
                break
            nearest = address
            if not self.trusts(address):
                break
        return str(nearest)


PROXIES = web.AppKey("proxies", Proxies)


def client_address(request: web.Request) -> str:
    """The client's address, for limits and logs; "" where there is none (a Unix socket)."""
    proxies = request.config_dict.get(PROXIES, Proxies())
    return proxies.client(request.remote or "", request.headers.getall(FORWARDED_FOR, ()))


def client_site(request: web.Request) -> str:
    """Whose limits an address counts for: IPv4 itself, of IPv6 the /64 that one household or server has as its own."""
    return _site(client_address(request))


@lru_cache(maxsize=4096)
def _site(text: str) -> str:
    address = _address(text)
    return str(ip_network(f"{address}/64", strict=False)) if isinstance(address, IPv6Address) else text


def client_network(request: web.Request) -> str:
    """The client as logs may name him: his network, not himself (IPv4 /24, IPv6 /48)."""
    return _network(client_address(request))


@lru_cache(maxsize=4096)
def _network(text: str) -> str:
    address = _address(text)
    if address is None:
        return "-"
    return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))


def is_near(request: web.Request) -> bool:
    """Asked on this machine itself: a loopback peer and name, and no proxy in between."""
    peer, name = _address(request.remote or ""), request.host.rpartition(":")[0] or request.host
    host = _address(name.strip("[]"))
    own_name = name == "localhost" or (host is not None and host.is_loopback)
    return peer is not None and peer.is_loopback and own_name and not _was_forwarded(request)


def _was_forwarded(request: web.Request) -> bool:
    return any(name in request.headers for name in (FORWARDED_FOR, "Forwarded", "Via", "X-Real-IP"))


def _from_the_end(forwarded: Iterable[str]) -> Iterator[str]:
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    yield from reversed(hops[-MOST_HOPS:])


@lru_cache(maxsize=4096)
def _address(text: str) -> Address | None:
    """An address with or without a port; IPv4 dressed as IPv6 is IPv4."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
