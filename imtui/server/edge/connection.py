"""A client's connection: its place, its logins, and the wait for a login."""

import asyncio
from typing import Final

from websockets.datastructures import Headers

from imtui.protocol.messages import CloseCode
from imtui.protocol.status import Platform
from imtui.server.edge.addresses import Peer
from imtui.server.edge.request_socket import RequestSocket
from imtui.server.edge.shared import Shared
from imtui.server.edge.websocket.text_frames import Writer
from imtui.server.edge.websocket.websocket import WRITE_BUFFER_MAX

_HANDSHAKE_COST: Final = 300e-6


class Connection(RequestSocket):
    """One connection; the core sees it as a session."""

    __slots__ = ("_is_unwanted", "_login_timer", "_peer", "_strangers")

    def __init__(self, shared: Shared, session_id: int, peer: Peer) -> None:
        """Prepare the connection; asyncio connects it."""
        super().__init__(shared, session_id, peer.address)
        self._peer = peer
        self._is_unwanted = False
        """Whether it had to make room before it was connected."""
        self._login_timer: asyncio.TimerHandle | None = None
        if peer.is_limited:
            self.payers = (session_id, (peer.address,))
        self._strangers = self.payers
        """Who pays while nobody is logged in."""

    # Called by the WebSocket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake."""
        super().connection_made(transport)
        self._set_rank(is_stranger=True)
        self._shared.connections.add(self)
        if self._is_unwanted or self._shared.ending.is_set():
            # The gateway, which stopped just after it was accepted, does not know of it.
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Handle the loss of the connection."""
        if self._transport is not None:
            self._shared.ranks.forget(self._transport)
        super().connection_lost(exc)
        self._shared.places.leave(self)
        # Also if it never opened: the handshake has a cost, and the outbox would keep the
        # connection alive.
        self.drop_requests()
        self.outbox.close()
        self._shared.connections.discard(self)
        if not self._shared.connections:
            self._shared.all_ended.set()

    def opened(self, headers: Headers) -> None:
        """Wait for a login."""
        client = self._shared.proxies.client(
            self._peer, headers.get_all("X-Forwarded-For"), headers.get_all("Forwarded")
        )
        self.address = client.address
        if self._peer.is_proxy and client.is_limited:
            if not self._shared.places.admits(client.address):
                self._shared.note_refused(client.address)
                self.close(CloseCode.NO_PLACE, "too many connections from this address")
                return
            self._shared.places.name(self, client.address)
            self.payers = self._strangers = (self._session_id, (client.address,))
        self.spent += _HANDSHAKE_COST
        self._shared.edge.join(self._session_id, self)
        self._await_login()

    def received(self) -> None:
        """Note a sign of life."""
        self._shared.edge.received(self._session_id)

    def next_data(self) -> bytes:
        """Return frames that are ready, as many as are written at once."""
        return self.outbox.take(WRITE_BUFFER_MAX)

    def waiting_size(self) -> int:
        """Return how many bytes are ready to be written."""
        return self.outbox.size

    def writable(self, writer: Writer | None) -> None:
        """Let the outbox write while the client reads."""
        self.outbox.writer = writer

    def closed(self, held: int) -> None:
        """Handle the end of the connection: the device is lost unless it logged out."""
        self._cancel_login_timer()
        self._shared.trimmer.freed(self.outbox.size + self.drop_requests() + held)
        self.outbox.close()
        self._shared.edge.leave(self._session_id)

    # Called by TLS

    def pay(self, cost: float) -> None:
        """Pay for handshakes and decryption, in seconds of CPU time."""
        if self.is_open:
            self.charge(cost)
        else:
            self.spent += cost

    # Called by the edge

    def login_changed(self, user_id: str, platform: Platform | None) -> None:
        """Set the user who is logged in; wait for a login while there is none."""
        self.user_id = user_id
        self.platform = platform
        self.change_payers((user_id,) if user_id else self._strangers)
        self.trust(is_trusted=bool(user_id))
        self._set_rank(is_stranger=not user_id)
        self._cancel_login_timer()
        if user_id:
            self._shared.places.logged_in(self)
        elif self.is_open:
            self._shared.places.logged_out(self)
            self._await_login()

    # Called by the places

    def make_room(self) -> None:
        """Close at once, as all places are taken and this connection has no login."""
        self._is_unwanted = True
        self._shared.note_refused(self.address)
        self.close(CloseCode.NO_PLACE, "too many connections")
        self.abort()

    def _set_rank(self, *, is_stranger: bool) -> None:
        if self._transport is not None:
            self._shared.ranks.set(self._transport, is_stranger=is_stranger)

    def _await_login(self) -> None:
        self._login_timer = self._shared.loop.call_later(self._shared.login_timeout, self._end_wait)

    def _end_wait(self) -> None:
        if self._pending.is_login_pending:
            # The core has not answered, which is not the client's fault.
            self._await_login()
        else:
            self.close(CloseCode.NO_LOGIN, "nobody logged in")

    def _cancel_login_timer(self) -> None:
        if self._login_timer is not None:
            self._login_timer.cancel()
            self._login_timer = None
