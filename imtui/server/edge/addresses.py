"""The addresses of clients: of their sockets, or as trusted proxies name them; pure."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any, Final

from msgspec import Struct

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_HOPS_MAX: Final = 32
"""How many entries of a header are looked at, the last ones first."""
_FOR: Final = "for="


class Peer(Struct, frozen=True):
    """The other end of a socket."""

    address: str
    """Its IP address; empty on a Unix socket."""
    is_local: bool
    """Whether it is on this machine."""
    is_proxy: bool
    """Whether it is trusted to name the client that it speaks for."""

    @property
    def is_limited(self) -> bool:
        """Tell whether the limits for each address apply to it."""
        return not (self.is_local or self.is_proxy)


class Client(Struct, frozen=True):
    """The client behind a socket."""

    address: str
    """Its IP address; empty on a Unix socket."""
    is_limited: bool
    """Whether the limits for each address apply to it.

    They do not apply to this machine, nor to a trusted proxy that names no client.
    """


class TrustedProxies:
    """The peers that may name clients in ``X-Forwarded-For`` or ``Forwarded``."""

    def __init__(self, networks: Sequence[Network] | None = None) -> None:
        """Trust the peers in these networks; None stands for those on this machine."""
        self.networks = networks

    def peer(self, peer_name: Any, own_name: Any) -> Peer:
        """Return the peer of a socket.

        Args:
            peer_name: The address of its other end, as sockets return it.
            own_name: The address of its own end.
        """
        address = _host(peer_name)
        # Whoever connects to an address of this machine from this machine comes from the same.
        is_local = address is None or address.is_loopback or address == _host(own_name)
        return Peer(
            "" if address is None else str(address), is_local, self._trusts(address, is_local)
        )

    def client(self, peer: Peer, forwarded_for: Iterable[str], forwarded: Iterable[str]) -> Client:
        """Return the client behind a peer.

        Each proxy appends the address from which it was called, so the last entry that is not a
        trusted proxy is the client; entries before it may be made up.

        Args:
            peer: The peer.
            forwarded_for: All lines of ``X-Forwarded-For``.
            forwarded: All lines of ``Forwarded``; used only without ``X-Forwarded-For``.
        """
        address, is_limited = peer.address, peer.is_limited
        if not peer.is_proxy:
            return Client(address, is_limited)
        hops = _split(forwarded_for) or [_forwarded_hop(hop) for hop in _split(forwarded)]
        for hop in reversed(hops[-_HOPS_MAX:]):
            named = _named(hop)
            if named is None:
                break
            address = str(named)
            if not self._trusts(named, named.is_loopback):
                return Client(address, not named.is_loopback)
        return Client(address, is_limited)

    def _trusts(self, address: Address | None, is_local: bool) -> bool:
        if self.networks is None or address is None:
            return is_local
        return any(address in network for network in self.networks)


def network(text: str) -> Network:
    """Return the network of an address, or of an address with a prefix such as ``10.0.0.0/8``.

    Raises:
        ValueError: It is neither.
    """
    return ip_network(text, strict=False)


def _host(name: Any) -> Address | None:
    """Return the IP address in the name of a socket; None on a Unix socket."""
    if not isinstance(name, tuple | list) or not name:
        return None
    return _parsed(str(name[0]))


@lru_cache(maxsize=1024)  # Clients come back, and most of them through few proxies.
def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _named(hop: str) -> Address | None:
    """Return the address of an entry, which may have a port: ``192.0.2.1:80``, ``[::1]:80``."""
    if hop.startswith("["):
        return _parsed(hop[1:].partition("]")[0])
    return _parsed(hop if hop.count(":") != 1 else hop.partition(":")[0])


def _split(lines: Iterable[str]) -> list[str]:
    return [hop.strip() for line in lines for hop in line.split(",")]


def _forwarded_hop(element: str) -> str:
    """Return the ``for`` of an element of ``Forwarded``; empty if there is none."""
    return next(_fors(element), "")


def _fors(element: str) -> Iterator[str]:
    for pair in element.split(";"):
        text = pair.strip()
        if text[: len(_FOR)].lower() == _FOR:
            yield text[len(_FOR) :].strip().strip('"')
