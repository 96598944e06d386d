"""Accepts connections on a listening socket, a few at a time, also without descriptors."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from imtui.server.edge.tls.transport import Speaker
from imtui.server.edge.turns.fair_loop import Ranks

_log: Final = logging.getLogger(__name__)

BACKLOG: Final = 1024
"""How many connections may wait to be accepted."""
ACCEPTED_AT_ONCE: Final = 32
"""How many connections are accepted in one turn of the event loop.

After an outage all clients reconnect at once; those that are connected need turns to log in.
"""
_PAUSE: Final = 1.0
"""How long to wait when there are no descriptors, in seconds."""
_EXHAUSTED: Final = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))

P = TypeVar("P", bound=Speaker)


class Acceptor(Generic[P]):
    """Gives each accepted socket a protocol, or closes it at once.

    asyncio's own servers log a traceback for each connection that they have no descriptor for, and
    cannot refuse one before it has a transport.
    """

    def __init__(
        self,
        sock: socket.socket,
        make: Callable[[socket.socket], P | None],
        *,
        has_room: Callable[[], bool] = lambda: True,
        is_crowded: Callable[[], bool] = lambda: False,
        failed: Callable[[P], None] = lambda protocol: None,
        over: Callable[[P], asyncio.BaseProtocol] = lambda protocol: protocol,
    ) -> None:
        """Start accepting; needs a running event loop.

        Args:
            sock: The listening socket; the caller closes it.
            make: Returns the protocol of an accepted socket; None refuses it.
            has_room: Tells whether to accept another one in this turn. After it was False,
                ``look_again`` goes on.
            is_crowded: Tells whether others have to make room, one in each turn: their descriptors
                are free only then.
            failed: Called if a protocol could not be connected.
            over: Returns what is put between a protocol and its socket, such as TLS.
        """
        self._sock = sock
        self._make = make
        self._has_room = has_room
        self._is_crowded = is_crowded
        self._failed = failed
        self._over = over
        self._loop = asyncio.get_running_loop()
        self._ranks = Ranks(self._loop)
        self._ranks.set(sock, is_stranger=True)
        self._connecting: set[asyncio.Task[None]] = set()
        self._pause: asyncio.TimerHandle | None = None
        self._is_listening = False
        self._is_closed = False
        sock.setblocking(False)
        sock.listen(BACKLOG)
        self.look_again()

    def look_again(self) -> None:
        """Accept connections again: there may be room."""
        if not self._is_listening and self._pause is None and not self._is_closed:
            self._is_listening = True
            self._loop.add_reader(self._sock, self._accept)

    async def close(self) -> None:
        """Accept no more, and wait until those that were accepted have their protocols."""
        self._is_closed = True
        self._stop_listening()
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        self._ranks.forget(self._sock)
        if self._connecting:
            await asyncio.wait(self._connecting)

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            if not self._has_room():
                self._stop_listening()
                return
            try:
                connection, _peer = self._sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    raise
                _log.warning("No connection can be accepted: %s", error.strerror)
                self._stop_listening()
                self._pause = self._loop.call_later(_PAUSE, self._go_on)
                return
            self._take(connection)
            if self._is_crowded():
                return

    def _take(self, connection: socket.socket) -> None:
        try:
            connection.setblocking(False)
            protocol = self._make(connection)
        except OSError:
            # Reset by the client meanwhile.
            protocol = None
        if protocol is None:
            connection.close()
            return
        task = self._loop.create_task(self._connect(connection, protocol))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _connect(self, connection: socket.socket, protocol: P) -> None:
        try:
            await self._loop.connect_accepted_socket(lambda: self._over(protocol), connection)
        except OSError as error:
            _log.warning("A connection could not be set up: %s", error.strerror)
            connection.close()
            self._failed(protocol)

    def _go_on(self) -> None:
        self._pause = None
        self.look_again()

    def _stop_listening(self) -> None:
        if self._is_listening:
            self._is_listening = False
            self._loop.remove_reader(self._sock)
