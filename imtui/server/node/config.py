"""The configuration of a backend."""

import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imtui.protocol import limits
from imtui.server.edge.addresses import Network
from imtui.server.edge.gateway import LOGIN_TIMEOUT
from imtui.server.edge.tls.certificate import CertificateFiles
from imtui.server.instant import Instant
from imtui.server.node.disk_reserve import MEBIBYTE, RESERVE_MIB
from imtui.server.node.shared.address import DatabaseAddress


def host_name() -> str:
    """Return the name of this machine, as the name of a node."""
    return socket.gethostname()[: limits.NODE_NAME_MAX]


def present() -> Instant:
    """Return the current time on both clocks."""
    return Instant(time.monotonic(), int(time.time() * 1000))


@dataclass(frozen=True)
class BackendConfig:
    """The configuration of a backend."""

    data_dir: Path
    database: DatabaseAddress | None = None
    """The PostgreSQL database that keeps everything; None for the data folder."""
    node_name: str = field(default_factory=host_name)
    """The name of this node among those that share the database."""
    link: str = ""
    """Where edges of other nodes reach the core of this one; empty for nowhere."""
    hosts: tuple[str, ...] = ("127.0.0.1",)
    port: int = 0
    """0 for any free port, here and below."""
    rest_port: int = 0
    unix_dir: Path | None = None
    """Listen on Unix sockets in this folder instead of on ports."""
    subscriptions_cleared_after: float = limits.SUBSCRIPTIONS_CLEARED_AFTER
    """In seconds after the account's last session ended."""
    return_within: float = limits.RETURN_WITHIN
    """How long clients may take to come back if their edge or the core is gone, in seconds."""
    login_timeout: float = LOGIN_TIMEOUT
    """How long a connection may stay without a login, in seconds."""
    allowed_origins: tuple[str, ...] = ()
    """Web pages that may connect; handshakes with another Origin are refused."""
    max_connections: int | None = None
    """How many connections of clients there may be; None for as many as there are descriptors."""
    max_per_address: int = limits.CONNECTIONS_PER_ADDRESS
    """How many connections an address may have; a tenth of them without a login."""
    trusted_proxies: tuple[Network, ...] = ()
    """The peers that may name clients in their headers; without any, those on this machine."""
    befriend: Callable[[str, str], bool] | None = None
    """Whether a newly registered account and an earlier one are friends from the start."""
    tls: CertificateFiles | None = None
    """The certificate for both ports; None to serve without TLS."""
    disk_reserve: int = RESERVE_MIB * MEBIBYTE
    """In bytes; with less free space, messages are refused."""
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Settings of the console, by name, which are stored at the start if they differ."""
    log_level: str = "info"
    """The least level that is logged by processes that the backend starts."""
    clock: Callable[[], Instant] = present
