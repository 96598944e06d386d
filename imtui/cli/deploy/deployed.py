"""What the files are made from, and what comes of it; pure."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from imtui.cli.errors import UsageError
from imtui.server.edge.addresses import Network, network
from imtui.server.node.settings.settings import NodeSettings
from imtui.server.node.shared.address import has_password

_NAME: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_HOST_MAX: Final = 255
_ANY_HOSTS: Final = frozenset({"127.0.0.1", "0.0.0.0", "::", "localhost"})
"""Hosts of a backend that this machine reaches at 127.0.0.1."""
EVERYWHERE: Final = ("0.0.0.0:443", "[::]:443")
THIS_MACHINE: Final = (network("127.0.0.1"), network("::1"))
_DESCRIPTORS: Final = 65_536
_DESCRIPTORS_LEAST: Final = 1024
_RESERVE: Final = 64 + 256
"""The descriptors that a process keeps for other things than clients."""
_LOCAL_HOST: Final = "127.0.0.1"


@dataclass(frozen=True)
class File:
    """A file for another program."""

    text: str
    notices: tuple[str, ...] = ()
    """What else the operator has to do, a line each; the file says so, too."""


@dataclass(frozen=True)
class Deployed:
    """A backend as it is configured."""

    settings: NodeSettings
    data: Path
    """The data folder; absolute."""
    program: tuple[str, ...] = ("/opt/imtui/bin/imtui",)
    """What runs imtui: the path of a program, and its first arguments."""
    options: tuple[str, ...] = ()
    """The options of ``imtui serve`` beside ``--data``."""
    has_database_variable: bool = False
    """Whether the address of the database is in the environment."""
    nodes: tuple[str, ...] = ()
    """The hosts of all nodes; empty for one node, on this machine."""

    @property
    def has_database(self) -> bool:
        """Tell whether everything is in PostgreSQL."""
        return bool(self.settings.database) or self.has_database_variable

    @property
    def needs_password_file(self) -> bool:
        """Tell whether neither the settings nor the environment can have the password."""
        dsn = self.settings.database
        return bool(dsn) and not has_password(dsn) and not self.has_database_variable

    @property
    def descriptors(self) -> int:
        """Return how many file descriptors each process needs."""
        connections = self.settings.max_connections
        if connections is None:
            return _DESCRIPTORS
        of_one = -(-connections // max(1, self.settings.edges))
        return max(_DESCRIPTORS_LEAST, of_one + _RESERVE)

    @property
    def has_children(self) -> bool:
        """Tell whether the backend is several processes."""
        return self.has_database or self.settings.edges > 0

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return where the nodes are reached; raises UsageError for what is no host."""
        hosts = self.nodes or (_host_of(self.settings.host),)
        for host in hosts:
            if not is_host(host):
                raise UsageError(f"{host!r} cannot be reached from a proxy: set another host.")
        return hosts

    def ports(self) -> tuple[int, int]:
        """Return the WebSocket port and the REST port.

        Raises:
            UsageError: They are different at each start.
        """
        ports = self.settings.port, self.settings.rest_port
        if 0 in ports:
            raise UsageError(
                "A port of 0 is another one at each start: set port and rest_port, or --port and "
                "--rest-port."
            )
        return ports


@dataclass(frozen=True)
class Proxy:
    """A proxy in front of a backend."""

    name: str
    """The name by which clients know it."""
    listen: tuple[str, ...] = EVERYWHERE
    """Its addresses, with ports."""
    certificate: Path | None = None
    """Its certificate, in PEM; None for where the program usually has it."""
    key: Path | None = None
    authorities: Path | None = None
    """The CAs of the certificates of nodes, in PEM; None for the system's."""
    inside: tuple[Network, ...] = THIS_MACHINE
    """Who may read the metrics."""

    @property
    def inside_names(self) -> list[str]:
        """Return the same as text, and single addresses without a prefix."""
        return [
            str(one.network_address) if one.num_addresses == 1 else str(one) for one in self.inside
        ]


def is_host(text: str) -> bool:
    """Tell whether a text is a host name or an IP address, without anything that files escape."""
    return is_name(text) or (":" in text and _is_address(text))


def is_name(text: str) -> bool:
    """Tell whether a text is a host name, or an IPv4 address."""
    return len(text) <= _HOST_MAX and _NAME.fullmatch(text) is not None


def _is_address(text: str) -> bool:
    # A zone may have any characters.
    try:
        return "%" not in text and bool(ip_address(text))
    except ValueError:
        return False


def is_listened(text: str) -> bool:
    """Tell whether a text is an IP address with a port, such as ``[::]:443``."""
    host, _, port = text.rpartition(":")
    is_port = port.isascii() and port.isdecimal() and 0 < int(port[:6]) <= 65535
    bare = host.removeprefix("[").removesuffix("]")
    return is_port and _is_address(bare) and with_port(str(ip_address(bare)), int(port)) == text


def with_port(host: str, port: int) -> str:
    """Return ``host:port``, with brackets around an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def trust_notices(deployed: Deployed) -> tuple[str, ...]:
    """Return what the backend's settings lack to believe the addresses that a proxy names."""
    trusted = deployed.settings.trusted_proxy
    if deployed.nodes and not trusted and not all(map(_is_loopback, deployed.nodes)):
        return (
            "The nodes believe only proxies on their own machine: put the address of this one into "
            "trusted_proxy of each imtui.toml, or all clients count as one.",
        )
    if not deployed.nodes and trusted and not _is_trusted(deployed.hosts[0], trusted):
        return (
            f"The backend does not believe this proxy: add {deployed.hosts[0]} to trusted_proxy, "
            "or all clients count as one.",
        )
    return ()


def trust_lines(deployed: Deployed) -> list[str]:
    """Return lines for a comment on what nodes believe of the addresses that a proxy names."""
    notices = list(trust_notices(deployed))
    if deployed.nodes and (trusted := deployed.settings.trusted_proxy):
        notices.append(
            "The nodes believe proxies at " + ", ".join(map(str, trusted)) + " (trusted_proxy): "
            "this one has to be among them."
        )
    return notices


def comment(*lines: str, mark: str = "#") -> str:
    """Return lines as a comment, each wrapped at some 100 characters."""
    from textwrap import wrap

    indent = f"{mark} "
    rows = [
        row
        for line in lines
        for row in wrap(line, 100, initial_indent=indent, subsequent_indent=indent)
    ]
    # A row must not take the next one with it.
    return "".join(f"{row}.\n" if row.endswith("\\") else f"{row}\n" for row in rows)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host_of(hosts: tuple[str, ...]) -> str:
    if _ANY_HOSTS & set(hosts):
        return _LOCAL_HOST
    return hosts[0]


def _is_trusted(host: str, networks: tuple[Network, ...]) -> bool:
    """Tell whether a proxy is trusted that reaches the backend at a host of its own machine."""
    try:
        own = network(host)
    except ValueError:
        return True  # A name may stand for any address.
    return any(own.version == one.version and own.network_address in one for one in networks)
