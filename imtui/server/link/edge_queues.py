"""What the core sends to edges in other processes: a queue for each."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from imtui.protocol.app_key import KeyRing
from imtui.protocol.messages import CloseCode
from imtui.protocol.status import Platform
from imtui.server.link import ops as o
from imtui.server.link.channel import Channel
from imtui.server.link.frames import OLDEST_LINK_VERSION, About
from imtui.server.link.link_socket import LinkSocket
from imtui.server.link.ops import ToEdge
from imtui.server.link.ports import EDGE_SHIFT

_WATCHING_MAX: Final = 100_000
"""Of so many sessions that watch users it is kept which edges have them."""


class RemoteEdge:
    """An edge that was welcomed, and all that is sent to it."""

    def __init__(self, number: int, life: bytes) -> None:
        self.number = number
        self.life = life
        self.about = About()
        self.version = OLDEST_LINK_VERSION
        """The version of the link that it speaks."""
        self.channel = Channel()
        self.socket: LinkSocket | None = None
        self.sessions: set[int] = set()
        """The sessions that sent something and have not ended."""
        self.queue: list[ToEdge] = []
        self.forgotten: asyncio.TimerHandle | None = None
        """When nothing more is kept for it, as it has not come back."""
        self.is_ending = False
        """Whether it has said that it ends."""


class _Watching(Struct, frozen=True):
    session_ids: list[int]
    by_edge: dict[int, list[int]]


class EdgeQueues:
    """The edge's port for all edges: each gets what concerns its sessions."""

    def __init__(self) -> None:
        """Start without edges."""
        self.edges: dict[int, RemoteEdge] = {}
        """By number."""
        self._watching: dict[str, _Watching] = {}
        """The sessions that got a user's last status: the core gives the same list again until
        it has found new ones, as somebody logged in or a list changed."""
        self._watching_size = 0

    def answer(self, session_id: int, data: bytes) -> None:
        """Send the answer to the session's earliest request that is not answered, in JSON."""
        self._add(session_id >> EDGE_SHIFT, o.AnswerOp(session_id, data))

    def push(
        self, session_ids: tuple[int, ...], data: bytes, *, is_chat: bool, state: str = ""
    ) -> None:
        """Send a push, in JSON."""
        for edge, sessions in _by_edge(session_ids).items():
            self._add(edge, o.PushOp(tuple(sessions), data, is_chat, state))

    def status(self, user_id: str, status: bytes, session_ids: list[int]) -> None:
        """Send a watched user's status, in JSON; the list of sessions must not change."""
        watching = self._watching.get(user_id)
        if watching is None or watching.session_ids is not session_ids:
            self._watching_size += len(session_ids) + 1
            if watching is not None or self._watching_size > _WATCHING_MAX:
                # None of what the core found before is given again.
                self._watching.clear()
                self._watching_size = len(session_ids) + 1
            watching = self._watching[user_id] = _Watching(session_ids, _by_edge(session_ids))
        for edge, sessions in watching.by_edge.items():
            self._add(edge, o.StatusOp(user_id, status, sessions))

    def forget(self, session_ids: tuple[int, ...], user_ids: tuple[str, ...]) -> None:
        """Drop the statuses of some users that are still to be sent."""
        for edge, sessions in _by_edge(session_ids).items():
            self._add(edge, o.ForgetOp(tuple(sessions), user_ids))

    def login_changed(self, session_id: int, user_id: str, platform: Platform | None) -> None:
        """Set the user and platform of a connection; an empty user ID means nobody."""
        self._add(session_id >> EDGE_SHIFT, o.LoginChangedOp(session_id, user_id, platform))

    def close(self, session_id: int, code: CloseCode, reason: str) -> None:
        """Close a connection."""
        self._add(session_id >> EDGE_SHIFT, o.CloseOp(session_id, code, reason))

    def keys_changed(self, key_ring: KeyRing) -> None:
        """Verify UserSigs with these keys from now on."""
        self._add_to_all(o.KeysOp(key_ring))

    def admins_changed(self, user_ids: frozenset[str]) -> None:
        """Let in requests of these admins from now on."""
        self._add_to_all(o.AdminsOp(user_ids))

    def heartbeat_timeout_changed(self, timeout: float) -> None:
        """Set how long a session may be silent, in seconds."""
        self._add_to_all(o.HeartbeatOp(timeout))

    def settings_changed(self, settings: o.SettingsOp) -> None:
        """Set what of the app's settings concerns edges."""
        self._add_to_all(settings)

    def flush(self) -> None:
        """Send everything that was added since the last flush."""
        for edge in self.edges.values():
            self.send(edge)

    def _add(self, number: int, op: ToEdge) -> None:
        edge = self.edges.get(number)
        if edge is not None:
            edge.queue.append(op)

    def _add_to_all(self, op: ToEdge) -> None:
        for edge in self.edges.values():
            edge.queue.append(op)

    def send(self, edge: RemoteEdge) -> None:
        """Send what waits for an edge."""
        if not edge.queue:
            return
        ops, edge.queue = edge.queue, []
        for batch in o.encode_batches(ops):
            frame = edge.channel.send(batch)
            if edge.socket is not None:
                edge.socket.send(frame)


def _by_edge(session_ids: Sequence[int]) -> dict[int, list[int]]:
    if len(session_ids) == 1:
        # Most users have one device.
        return {session_ids[0] >> EDGE_SHIFT: list(session_ids)}
    found: defaultdict[int, list[int]] = defaultdict(list)
    for session_id in session_ids:
        found[session_id >> EDGE_SHIFT].append(session_id)
    return found
