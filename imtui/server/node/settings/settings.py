"""The settings of a node.

A setting is declared once, as a field of ``NodeSettings``. Its key in the file, its option, its
checks, its default and its help follow from that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from imtui.protocol.limits import CONNECTIONS_PER_ADDRESS
from imtui.server.edge.addresses import Network
from imtui.server.edge.tls.certificate import CertificateFiles
from imtui.server.node.disk_reserve import RESERVE_MIB
from imtui.server.node.settings.kinds import (
    COUNT,
    DATABASE,
    EDGE_COUNT,
    HOSTS,
    LINK,
    MEBIBYTES,
    NETWORKS,
    NODE_NAME,
    OPTIONAL_COUNT,
    OPTIONAL_FILE,
    ORIGINS,
    PORT,
    Kind,
    one_of,
)

T = TypeVar("T")

_LOG_LEVELS: Final = ("info", "warning", "error")


def _never(before: object, after: object) -> bool:
    return False


def _always(before: object, after: object) -> bool:
    return True


def _if_begun_or_ended(before: object, after: object) -> bool:
    return (before is None) is not (after is None)


@dataclass(frozen=True)
class Setting(Generic[T]):
    """What is known of a setting beside its name."""

    kind: Kind[T]
    default: T
    metavar: str
    help: str
    needs_restart: Callable[[T, T], bool]
    """Tells whether a running backend cannot change from one value to another."""


def _setting(
    kind: Kind[T],
    default: T,
    metavar: str,
    help_text: str,
    needs_restart: Callable[[object, object], bool] = _never,
) -> T:
    declared = Setting(kind, default, metavar, help_text, needs_restart)
    made: T = field(default=default, metadata={"setting": declared})
    return made


@dataclass(frozen=True)
class NodeSettings:
    """What belongs to a node rather than to the app."""

    host: tuple[str, ...] = _setting(
        HOSTS,
        ("127.0.0.1",),
        "HOST",
        "an address to listen on (127.0.0.1); may be repeated, and :: is all of IPv4 and IPv6",
        _always,
    )
    port: int = _setting(PORT, 7788, "PORT", "the WebSocket port (7788; 0: a free one)", _always)
    rest_port: int = _setting(PORT, 7789, "PORT", "the REST port (7789; 0: a free one)", _always)
    edges: int = _setting(
        EDGE_COUNT,
        0,
        "N",
        "hold the connections in N processes beside the core: a number, or auto for one less "
        "than there are cores (0: all in one process)",
        _always,
    )
    database: str = _setting(
        DATABASE,
        "",
        "DSN",
        "keep everything in this PostgreSQL database instead of the data folder; several "
        "machines with the same one are one backend",
        _always,
    )
    node_name: str = _setting(
        NODE_NAME,
        "",
        "NAME",
        "with --database, the name of this node for imtui node (that of the machine)",
        _always,
    )
    link: str = _setting(
        LINK,
        "",
        "HOST:PORT",
        "with --database, where the edges of the other machines reach the core if it is on this "
        "one; in a private network, as it is not encrypted",
        _always,
    )
    tls_cert: Path | None = _setting(  # noqa: RUF009 - a field, as all are
        OPTIONAL_FILE,
        None,
        "FILE",
        "serve wss:// and https:// with this certificate, in PEM, followed by those of its CAs",
        _if_begun_or_ended,
    )
    tls_key: Path | None = _setting(  # noqa: RUF009 - a field, as all are
        OPTIONAL_FILE, None, "FILE", "the private key of --tls-cert, in PEM", _if_begun_or_ended
    )
    ca_file: Path | None = _setting(  # noqa: RUF009 - a field, as all are
        OPTIONAL_FILE,
        None,
        "FILE",
        "for callbacks over https://, trust the certificates of the CAs in this file, in PEM, in "
        "place of the system's",
        _always,
    )
    allow_origin: tuple[str, ...] = _setting(
        ORIGINS, (), "O", "allow connections from web pages of this origin; may be repeated"
    )
    max_connections: int | None = _setting(
        OPTIONAL_COUNT,
        None,
        "N",
        "the most connections of clients (as many as there are file descriptors, less 64)",
    )
    max_per_address: int = _setting(
        COUNT,
        CONNECTIONS_PER_ADDRESS,
        "N",
        "the most connections from one address, a tenth of them without a login (1000)",
    )
    trusted_proxy: tuple[Network, ...] = _setting(
        NETWORKS,
        (),
        "ADDR",
        "believe the client addresses that this proxy names, in place of proxies on this "
        "machine; may be repeated, and may be a network such as 10.0.0.0/8",
    )
    disk_reserve: int = _setting(
        MEBIBYTES,
        RESERVE_MIB,
        "MIB",
        "refuse messages and friend requests while less disk space is free (256; 0: never)",
    )
    log_level: str = _setting(
        one_of(*_LOG_LEVELS),
        "info",
        "LEVEL",
        "the least level of what is logged: info, warning or error (info)",
    )

    @property
    def certificate_files(self) -> CertificateFiles | None:
        """Return the files for TLS; None to serve without it."""
        if self.tls_cert is None or self.tls_key is None:
            return None
        return CertificateFiles(self.tls_cert, self.tls_key)

    def contradiction(self) -> str:
        """Return what is wrong with the settings together, as a sentence; empty if nothing is."""
        if (self.tls_cert is None) is not (self.tls_key is None):
            return "tls_cert and tls_key need each other: set both, or none."
        return ""


SETTINGS: Final[Mapping[str, Setting[Any]]] = {
    declared.name: declared.metadata["setting"] for declared in fields(NodeSettings)
}
"""The settings by the name of their key."""


@dataclass(frozen=True)
class Reloaded:
    """What becomes of settings that were read while the backend runs."""

    settings: NodeSettings
    """What holds from now on."""
    taken: tuple[str, ...]
    """What has changed, such as ``max_per_address is 500 now, not 1000``."""
    refused: tuple[str, ...]
    """What holds only after a restart, such as ``port``."""


def reloaded(running: NodeSettings, wanted: NodeSettings) -> Reloaded:
    """Return what a backend that runs with some settings can take of others."""
    values: dict[str, Any] = {}
    taken, refused = [], []
    for name, setting in SETTINGS.items():
        before, after = getattr(running, name), getattr(wanted, name)
        values[name] = after
        if before == after:
            continue
        if setting.needs_restart(before, after):
            values[name] = before
            refused.append(name)
        else:
            write = setting.kind.write
            taken.append(f"{name} is {write(after)} now, not {write(before)}")
    return Reloaded(NodeSettings(**values), tuple(taken), tuple(refused))
