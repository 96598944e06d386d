"""The edges in other processes, as the core sees them."""

import asyncio
import hmac
import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import Final, Protocol

from imtui.protocol.app_key import KeyRing
from imtui.server.link import ops as o
from imtui.server.link.edge_queues import EdgeQueues, RemoteEdge
from imtui.server.link.frames import (
    LINK_VERSION,
    NONCE_SIZE,
    OLDEST_LINK_VERSION,
    Batch,
    Challenge,
    Frame,
    Hello,
    Ping,
    Refusal,
    Response,
    Welcome,
    core_proof,
    edge_proof,
    encode_frame,
    spoken_version,
)
from imtui.server.link.inputs import Input, Inputs, Payers
from imtui.server.link.link_socket import LinkSocket
from imtui.server.link.ops import LinkError, ToCore
from imtui.server.link.ports import EDGE_SHIFT, CorePort, HTTPAnswer

_STRANGERS_MAX: Final = 64
"""How many connections may be without a welcome."""
_KNOWN_WITHIN: Final = 5.0
"""How long a connection may be without a welcome, in seconds."""
_KEPT: Final = 75.0
"""How long an edge may come back and have what it missed, in seconds."""
_REST_ANSWER_MAX: Final = 32 * 1024 * 1024

_log: Final = logging.getLogger(__name__)


class LinkedCore(CorePort, Payers, Protocol):
    """A core whose edges are in other processes."""

    def away(self, session_ids: Iterable[int]) -> None:
        """Let the clients of sessions whose edge is gone come back elsewhere; nobody is told yet.

        Those who do not come back in time are lost then.
        """

    def back(self, session_ids: Iterable[int]) -> None:
        """Note that sessions that were away are with their edge again."""


class RemoteEdges(EdgeQueues):
    """The edge's port for all edges, and the link's end at the core."""

    core: LinkedCore
    """Set before the first edge."""

    def __init__(
        self,
        epoch: int,
        key: bytes,
        welcome: Callable[[], tuple[KeyRing, frozenset[str], float, o.SettingsOp]],
        cpu_clock: Callable[[], float] = perf_counter,
    ) -> None:
        """Start without edges; needs a running event loop.

        Args:
            epoch: The number of the core's start.
            key: What edges and the core know alone.
            welcome: Returns what an edge has to know: the keys, the admins, the heartbeat
                time-out, and settings.
            cpu_clock: Returns the CPU time that was used, in seconds; only differences count.
        """
        super().__init__()
        self._epoch = epoch
        self._key = key
        self._welcome = welcome
        self._cpu_clock = cpu_clock
        self._loop = asyncio.get_running_loop()
        self._hellos: dict[LinkSocket, tuple[Hello, int, bytes]] = {}
        """What connections without a welcome have said, each with the version of the link that is
        spoken with it, and the nonce it was answered."""
        self._of_socket: dict[LinkSocket, RemoteEdge] = {}
        self._strangers: dict[LinkSocket, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._inputs = Inputs(lambda: self.core, self._ask)
        self.on_batch: Callable[[Sequence[ToCore]], None] = lambda ops: None
        """Called with what came together, before it is carried out; must not raise."""
        self.on_metrics: Callable[[int, bytes], None] = lambda edge, values: None
        """Called with the number of an edge and what it reports; empty once it is gone."""
        self.on_audit: Callable[[bytes], None] = lambda entry: None
        """Called with an entry of an edge's audit log, as JSON. Both may raise LinkError."""
        self.unix_ms: Callable[[], int] = lambda: 0
        """Returns the wall clock that edges go by, in Unix milliseconds; 0 for their own."""

    def accept(self) -> LinkSocket:
        """Return the protocol of a connection that was accepted."""
        made = LinkSocket(self._taken, self._ended, self._ping)
        if len(self._strangers) >= _STRANGERS_MAX:
            made.cut("too many strangers")
        self._strangers[made] = self._loop.call_later(
            _KNOWN_WITHIN, made.cut, "it has not shown that it knows the key"
        )
        return made

    def is_busy(self) -> bool:
        """Tell whether sessions wait for their turns."""
        return self._inputs.is_busy()

    async def stop(self) -> None:
        """Send what waits, and end all connections."""
        self._inputs.stop()
        for edge in self.edges.values():
            self.send(edge)
            if edge.forgotten is not None:
                edge.forgotten.cancel()
            if edge.socket is not None:
                edge.socket.finish()
        for made in list(self._strangers):
            made.cut("the core ends")
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    # The link

    def _ping(self, socket: LinkSocket) -> bytes:
        return self._of_socket[socket].channel.ping(self.unix_ms())

    def _taken(self, socket: LinkSocket, frame: Frame) -> None:
        edge = self._of_socket.get(socket)
        match frame:
            case Batch() if edge is not None:
                if edge.channel.take(frame):
                    try:
                        self._carry_out(edge, o.decode_to_core(frame.ops))
                    except LinkError:
                        # What it had is lost, so the edge cannot go on where it was.
                        edge.life = b""
                        raise
            case Ping() if edge is not None:
                edge.channel.acknowledge(frame.ack)
            case Hello() if edge is None and socket not in self._hellos:
                self._challenge(socket, frame)
            case Response() if edge is None and socket in self._hellos:
                self._check(socket, frame)
            case _:
                raise LinkError(f"an unexpected {type(frame).__name__}")

    def _challenge(self, socket: LinkSocket, hello: Hello) -> None:
        version = spoken_version(hello)
        if version is None:
            reason = (
                f"it speaks version {hello.oldest} of the link, and not {OLDEST_LINK_VERSION} to "
                f"{LINK_VERSION}"
            )
            socket.send(encode_frame(Refusal(reason)))
            raise LinkError(reason)
        nonce = secrets.token_bytes(NONCE_SIZE)
        self._hellos[socket] = hello, version, nonce
        socket.send(encode_frame(Challenge(nonce, core_proof(self._key, hello.nonce, nonce))))

    def _check(self, socket: LinkSocket, response: Response) -> None:
        hello, version, nonce = self._hellos.pop(socket)
        if not hmac.compare_digest(response.proof, edge_proof(self._key, hello.nonce, nonce)):
            raise LinkError("it does not know the key")
        socket.trust()
        self._strangers.pop(socket).cancel()
        edge = self.edges.get(hello.edge)
        if edge is not None and edge.socket is not None:
            self._of_socket.pop(edge.socket, None)
            edge.socket.cut("the edge has connected again")
        is_resumed = (
            edge is not None
            and edge.life == hello.life
            and hello.epoch == self._epoch
            and edge.channel.can_resume(hello.received)
        )
        if edge is None or not is_resumed:
            if edge is not None:
                self._gone(edge)
            edge = self.edges[hello.edge] = RemoteEdge(hello.edge, hello.life)
        edge.socket, edge.about, edge.version = socket, hello.about, version
        if edge.forgotten is not None:
            edge.forgotten.cancel()
        self._of_socket[socket] = edge
        welcome = Welcome(
            self._epoch,
            is_resumed,
            edge.channel.received,
            *self._welcome(),
            version=edge.version,
            unix_ms=self.unix_ms(),
        )
        socket.send(encode_frame(welcome))
        if is_resumed:
            socket.send(edge.channel.resumed(hello.received))
            self.core.back(edge.sessions)

    def _ended(self, socket: LinkSocket) -> None:
        self._hellos.pop(socket, None)
        timer = self._strangers.pop(socket, None)
        if timer is not None:
            timer.cancel()
            if socket.problem:
                _log.warning("A link was refused: %s", socket.problem)
        edge = self._of_socket.pop(socket, None)
        if edge is None:
            return
        edge.socket = None
        edge.forgotten = self._loop.call_later(_KEPT, self._forget, edge)
        if not edge.is_ending:
            _log.warning(
                "Edge %d is gone%s; its %d sessions may come back elsewhere",
                edge.number,
                f" ({socket.problem})" if socket.problem else "",
                len(edge.sessions),
            )
        self.on_metrics(edge.number, b"")
        self.core.away(edge.sessions)

    def _forget(self, edge: RemoteEdge) -> None:
        """Keep nothing more for an edge that has not come back."""
        if self.edges.get(edge.number) is edge:
            del self.edges[edge.number]

    def _gone(self, edge: RemoteEdge) -> None:
        """Forget an edge whose sessions it does not have any more."""
        del self.edges[edge.number]
        # It may have kept their connections until now.
        self.core.back(edge.sessions)
        self._away(edge.sessions)

    def _away(self, session_ids: Iterable[int]) -> None:
        """Handle that the connections of sessions were closed, and their clients come back."""
        for session_id in session_ids:
            self._inputs.drop(session_id)
        self.core.away(session_ids)

    def _carry_out(self, edge: RemoteEdge, ops: list[ToCore]) -> None:
        self.on_batch(ops)
        for op in ops:
            match op:
                case o.RequestOp() | o.LoginOp():
                    edge.sessions.add(op.session_id)
                    self._inputs.add(op)
                case o.LostOp():
                    edge.sessions.discard(op.session_id)
                    self._inputs.drop(op.session_id)
                    self.core.lost(op.session_id, is_silent=op.is_silent)
                case o.AwayOp():
                    edge.is_ending = True
                    edge.sessions.difference_update(op.session_ids)
                    self._away(op.session_ids)
                case o.RESTOp():
                    task = self._loop.create_task(self._rest(edge, op))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                case o.MetricsOp():
                    self.on_metrics(edge.number, op.values)
                case o.AuditOp():
                    self.on_audit(op.entry)

    def _ask(self, op: Input) -> None:
        """Let the core carry out what a session asks."""
        session_id, call = op.session_id, op.call.request()
        if isinstance(op, o.RequestOp):
            began = self._cpu_clock()
            self.core.request(session_id, call, op.spent, is_dropped=op.is_dropped)
            cost = self._cpu_clock() - began
        else:
            # The account of a login that succeeds has paid here.
            cost = self.core.login(session_id, op.proof, call, op.address, op.spent)
            edge = self.edges.get(session_id >> EDGE_SHIFT)
            if edge is None or edge.socket is None:
                # It had to wait for its turn, and the edge is gone meanwhile.
                self.core.away((session_id,))
        if cost:
            self._add(session_id >> EDGE_SHIFT, o.SpentOp(session_id, cost))

    async def _rest(self, edge: RemoteEdge, op: o.RESTOp) -> None:
        try:
            answer = await self.core.rest(op.request())
        except Exception:
            # A bug: answer the caller with an internal error, who would wait for ever.
            _log.exception("%s failed", op.path)
            answer = HTTPAnswer(b"The request failed.", "text/plain", 500)
        if len(answer.content) > _REST_ANSWER_MAX:
            answer = HTTPAnswer(b"The answer is too large.", "text/plain", 500)
        edge.queue.append(o.RESTAnswerOp(op.number, answer))
        self.send(edge)
