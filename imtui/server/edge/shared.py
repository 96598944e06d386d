"""The objects that all connections share."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from websockets.typing import Origin

from imtui.protocol.messages import CloseCode
from imtui.server.audit import Audit, Kind
from imtui.server.edge.addresses import TrustedProxies
from imtui.server.edge.edge import Edge
from imtui.server.edge.login_guard import LoginGuard
from imtui.server.edge.memory import Trimmer
from imtui.server.edge.places import Places
from imtui.server.edge.turns.fair_loop import Ranks
from imtui.server.edge.turns.turns import Turns
from imtui.server.edge.websocket.websocket import WebSocket
from imtui.server.instant import Instant
from imtui.server.metrics import Metrics

if TYPE_CHECKING:
    from imtui.server.edge.before_callbacks.request_checks import RequestChecks

_CONNECTING: Final = "connect"
"""What was refused, in the audit log."""


@dataclass(frozen=True)
class Shared:
    """The objects that all connections share."""

    edge: Edge
    guard: LoginGuard
    audit: Audit
    clock: Callable[[], Instant]
    cpu_clock: Callable[[], float]
    """Returns the CPU time that was used, in seconds; only differences count."""
    metrics: Metrics
    login_timeout: float
    """How long a connection may stay without a login, in seconds."""
    open_timeout: float
    """How long a handshake may take, in seconds."""
    proxies: TrustedProxies
    checks: "Callable[[], RequestChecks | None]"
    """Returns what asks the app's own server about some requests; None without such a server."""
    origins: Sequence[Origin | None]
    tasks: asyncio.TaskGroup
    loop: asyncio.AbstractEventLoop
    places: Places
    trimmer: Trimmer
    turns: Turns
    ranks: Ranks
    connections: set[WebSocket] = field(default_factory=set)
    """All connections, with or without a completed handshake."""
    all_ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the last connection has ended."""
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when new connections are no longer accepted."""

    def note_refused(self, address: str) -> None:
        """Note in the audit log that there was no place for a connection."""
        self.audit(Kind.LIMIT, address, "", _CONNECTING, CloseCode.NO_PLACE)
