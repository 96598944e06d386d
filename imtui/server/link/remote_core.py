"""The core in another process, as an edge sees it."""

import asyncio
import contextlib
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from imtui.protocol.jsonrpc import Request
from imtui.protocol.proof import Proof
from imtui.server.link import ops as o
from imtui.server.link.channel import Channel
from imtui.server.link.frames import (
    NONCE_SIZE,
    About,
    Batch,
    Challenge,
    Frame,
    Ping,
    Refusal,
    Response,
    Welcome,
    core_proof,
    edge_proof,
    encode_frame,
    new_hello,
)
from imtui.server.link.link_socket import LinkSocket
from imtui.server.link.ops import LinkError, ToCore, ToEdge
from imtui.server.link.ports import HTTPAnswer, HTTPRequest, LinkedEdge
from imtui.server.link.queued_ops import QueuedOps, concerns, is_note
from imtui.server.link.waiting_rest import WaitingRest

_RETRY_FIRST: Final = 0.05
_RETRY_LAST: Final = 1.0
"""The pauses between two attempts to connect, in seconds."""
_WELCOMED_WITHIN: Final = 5.0
_NOTED_MAX: Final = 1000
"""With so many operations that wait, what this process has counted or noted is not added."""

_UNTOLD: Final = About()
_log: Final = logging.getLogger(__name__)

Connect = Callable[[Callable[[], LinkSocket]], Awaitable[object]]
"""Connects a protocol to the core; raises OSError."""


class RemoteCore:
    """Passes the requests of an edge on, and what comes back for its connections."""

    def __init__(self, connect: Connect, key: bytes, number: int, about: About = _UNTOLD) -> None:
        """Prepare; ``run`` connects.

        Args:
            connect: Connects to the core.
            key: What edges and the core know alone.
            number: The number of the edge.
            about: Its node, which the core is told.
        """
        self._connect = connect
        self._key = key
        self._number = number
        self._about = about
        self._loop = asyncio.get_running_loop()
        self._life = secrets.token_bytes(NONCE_SIZE)
        self._channel = Channel()
        self._epoch = 0
        self._nonce = b""
        self._socket: LinkSocket | None = None
        """The connection that was welcomed; None without a core."""
        self._newest: LinkSocket | None = None
        """The last connection, welcomed or not."""
        self._moved = asyncio.Event()
        """Set when the core is in another place."""
        self._ended = asyncio.Event()
        self._is_ending = False
        self._pause = _RETRY_FIRST
        """Before the next attempt to connect, in seconds."""
        self._queue = QueuedOps()
        self._flush_soon: asyncio.Handle | None = None
        self._sessions: set[int] = set()
        """The connections that the core may know."""
        self._rest = WaitingRest(self._send)
        self._edge: LinkedEdge | None = None
        self._unheard: list[ToEdge] = []
        """What the core has sent while there was no edge to hear it."""
        self.on_settings: Callable[[o.SettingsOp], None] = lambda settings: None
        """Called with the settings of the app that concern edges, whenever they may differ."""
        self.on_welcome: Callable[[], None] = lambda: None
        """Called when a core has taken this edge, at first or again."""
        self.on_core_lost: Callable[[], None] = lambda: None
        """Called when the connection to a core that had taken this edge has ended."""
        self.on_wall_time: Callable[[int], None] = lambda unix_ms: None
        """Called with what the core's wall clock shows; 0 if that is this machine's."""
        self.on_drain: Callable[[], None] = lambda: None
        """Called when an admin wants the node of this edge to end."""
        self.welcome: asyncio.Future[Welcome] = self._loop.create_future()
        """The first welcome."""

    async def run(self) -> None:
        """Keep a connection to the core until cancelled."""
        while True:
            self._ended.clear()
            with contextlib.suppress(OSError):
                # A machine that is gone does not even refuse.
                async with asyncio.timeout(_WELCOMED_WITHIN):
                    await self._connect(self._new_socket)
                await self._ended.wait()
            await self._rest_for(self._pause)
            self._pause = min(self._pause * 2, _RETRY_LAST)

    async def _rest_for(self, seconds: float) -> None:
        """Wait, unless the core is in another place."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        self._moved.clear()

    def serve(self, edge: LinkedEdge) -> None:
        """Let an edge get what the core sends, and what it has sent since its welcome."""
        self._edge = edge
        unheard, self._unheard = self._unheard, []
        self._carry_out(unheard)
        edge.flush()

    # The core's port

    def login(
        self, session_id: int, proof: Proof, request: Request, address: str, spent: float
    ) -> float:
        """Log in a connection whose UserSig was checked; its account pays at the core."""
        self._sessions.add(session_id)
        self._send(o.LoginOp(session_id, proof, o.call_fields(request), address, spent))
        return 0.0

    def request(
        self, session_id: int, request: Request, spent: float, *, is_dropped: bool = False
    ) -> float:
        """Carry out a request; return what it has cost this edge, which pays for it here."""
        self._sessions.add(session_id)
        self._send(o.RequestOp(session_id, o.call_fields(request), spent, is_dropped))
        return spent

    def uncommitted_size(self, session_id: int) -> int:
        """Return 0: how many requests are under way is the bound."""
        return 0

    def lost(self, session_id: int, *, is_silent: bool = False) -> None:
        """Note that a connection ended without a logout."""
        if session_id in self._sessions:
            self._sessions.discard(session_id)
            self._send(o.LostOp(session_id, is_silent))

    async def rest(self, request: HTTPRequest) -> HTTPAnswer:
        """Answer a request to the HTTP port; 503 if the core ends meanwhile."""
        return await self._rest.ask(request)

    async def end_rest(self) -> None:
        """Let requests to the HTTP port have their answers for a moment, and then come back."""
        if self._socket is None:
            self._rest.let_go()
        await self._rest.end()

    def note(self, op: o.MetricsOp | o.AuditOp) -> bool:
        """Pass on what this process has counted or noted; return whether that is possible."""
        if self._socket is None and len(self._queue.ops) >= _NOTED_MAX:
            return False
        self._send(op)
        return True

    def look_elsewhere(self) -> None:
        """Connect anew at once: the core is in another place now."""
        self._moved.set()
        if self._newest is not None:
            self._newest.cut("the core is on another node")

    # The link

    def _send(self, op: ToCore) -> None:
        if self._socket is None and not self._queue.has_room(op):
            # Their clients come back, when there may be a core.
            self._begin_anew()
            return
        self._queue.ops.append(op)
        if self._flush_soon is None:
            self._flush_soon = self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_soon = None
        if self._socket is not None and self._queue.ops:
            for batch in o.encode_batches(self._queue.take()):
                self._socket.send(self._channel.send(batch))

    def flush_now(self) -> None:
        """Send what waits, and end the connection after it."""
        self._flush()
        if self._socket is not None:
            self._socket.finish()

    def _new_socket(self) -> LinkSocket:
        self._nonce = secrets.token_bytes(NONCE_SIZE)
        received = self._channel.received
        hello = new_hello(self._number, self._life, self._epoch, received, self._nonce, self._about)
        made = LinkSocket(
            self._taken,
            self._lost_socket,
            lambda _: self._channel.ping(),
            encode_frame(hello),
            self._all_taken,
        )
        self._newest = made
        self._loop.call_later(_WELCOMED_WITHIN, self._cut_stranger, made)
        return made

    def _cut_stranger(self, made: LinkSocket) -> None:
        if made is not self._socket:
            made.cut("the core has not welcomed this edge")

    def _taken(self, socket: LinkSocket, frame: Frame) -> None:
        match frame:
            case Batch() if socket is self._socket:
                if self._channel.take(frame):
                    try:
                        self._carry_out(o.decode_to_edge(frame.ops))
                    except LinkError:
                        # What it had is lost, so this link cannot go on where it was.
                        self._begin_anew()
                        raise
            case Ping() if socket is self._socket:
                self._channel.acknowledge(frame.ack)
                self.on_wall_time(frame.unix_ms)
            case Challenge() if not socket.is_trusted:
                proof = core_proof(self._key, self._nonce, frame.nonce)
                if not hmac.compare_digest(frame.proof, proof):
                    raise LinkError("the core does not know the key")
                socket.trust()
                socket.send(encode_frame(Response(edge_proof(self._key, self._nonce, frame.nonce))))
            case Welcome() if socket.is_trusted and socket is not self._socket:
                self._welcomed(socket, frame)
            case Refusal():
                raise LinkError(f"it is refused, as {frame.reason}")
            case _:
                raise LinkError(f"an unexpected {type(frame).__name__}")

    def _all_taken(self) -> None:
        if self._edge is not None:
            self._edge.flush()

    def _welcomed(self, socket: LinkSocket, welcome: Welcome) -> None:
        if welcome.epoch < self._epoch:
            raise LinkError("it is an earlier core than the last one")
        is_resumed = welcome.is_resumed and welcome.epoch == self._epoch
        if is_resumed and not self._channel.can_resume(welcome.received):
            self._begin_anew()
            raise LinkError("what was sent meanwhile is lost; the sessions begin anew")
        self.on_wall_time(welcome.unix_ms)
        self._socket = socket
        self._pause = _RETRY_FIRST
        if is_resumed:
            socket.send(self._channel.resumed(welcome.received))
        else:
            self._forget_sessions()
            self._channel = Channel()
            self._epoch = welcome.epoch
        if not self.welcome.done():
            self.welcome.set_result(welcome)
        self._unheard = []
        keys, admins = o.KeysOp(welcome.key_ring), o.AdminsOp(welcome.admins)
        timeout = o.HeartbeatOp(welcome.heartbeat_timeout)
        self._carry_out([keys, admins, timeout, welcome.settings])
        self.on_welcome()
        self._flush()

    def _lost_socket(self, socket: LinkSocket) -> None:
        if socket is self._socket:
            self._socket = None
            self.on_core_lost()
        if socket.is_trusted and not self._is_ending:
            _log.warning("The link to the core has ended%s", f": {socket.problem}".rstrip(": "))
        elif socket.problem:
            _log.warning("Edge %d does not reach the core: %s", self._number, socket.problem)
        self._ended.set()

    def _begin_anew(self) -> None:
        """Let the core know none of the sessions any more, whenever it is there again."""
        self._life = secrets.token_bytes(NONCE_SIZE)
        self._forget_sessions()

    def _forget_sessions(self) -> None:
        """Let all connections go; what waits, also of those that have ended, is of no core."""
        self.leave()
        self._queue.keep(is_note)

    def leave(self) -> None:
        """Let all connections go that the core may have known: their clients come back."""
        sessions, self._sessions = self._sessions, set()
        self._queue.keep(lambda op: not concerns(op, sessions))
        if self._edge is not None and sessions:
            self._edge.go_away(sessions)
        self._rest.let_go()

    def drain(self) -> None:
        """Let all clients come back elsewhere, as this edge ends."""
        self._is_ending = True
        sessions = tuple(self._sessions)
        self.leave()
        self._send(o.AwayOp(sessions))

    def _carry_out(self, ops: list[ToEdge]) -> None:
        edge = self._edge
        if edge is None:
            self._unheard += ops
            return
        for op in ops:
            match op:
                case o.AnswerOp():
                    edge.answer(op.session_id, op.data)
                case o.PushOp():
                    edge.push(op.session_ids, op.data, is_chat=op.is_chat, state=op.state)
                case o.StatusOp():
                    edge.status(op.user_id, op.status, op.session_ids)
                case o.ForgetOp():
                    edge.forget(op.session_ids, op.user_ids)
                case o.LoginChangedOp():
                    edge.login_changed(op.session_id, op.user_id, op.platform)
                case o.CloseOp():
                    edge.close(op.session_id, o.close_code(op.code), op.reason)
                case o.SpentOp():
                    edge.charge(op.session_id, op.seconds)
                case o.KeysOp():
                    edge.keys_changed(op.key_ring)
                case o.AdminsOp():
                    edge.admins_changed(op.user_ids)
                case o.HeartbeatOp():
                    edge.heartbeat_timeout_changed(op.timeout)
                case o.SettingsOp():
                    self.on_settings(op)
                case o.DrainOp():
                    self.on_drain()
                case o.RESTAnswerOp():
                    self._rest.answered(op.number, op.answer)
