"""TLS between a protocol and the transport of its socket.

asyncio's own layer takes 256 KiB for each connection, reads on while the protocol wants nothing,
and knows the protocol only after the handshake. This one has one buffer for all connections, stops
reading when the protocol does, and hands itself over at once, so the limits and time-outs of
connections without a login hold for handshakes too.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from ssl import MemoryBIO, SSLContext, SSLError, SSLWantReadError
from time import perf_counter
from typing import Any, Final, Protocol, cast

RECORD_MAX: Final = 16 * 1024
"""The most bytes of data in a record of TLS."""
NO_DATA_MAX: Final = 4 * RECORD_MAX
"""After so many bytes without any data, the connection ends: what else comes only costs time."""

# Copied as soon as they are filled, so that they serve all connections of the thread.
_received: Final = memoryview(bytearray(RECORD_MAX))
_data: Final = memoryview(bytearray(RECORD_MAX))

Speaker = asyncio.Protocol | asyncio.BufferedProtocol
"""A protocol that speaks through a transport."""


class Payer(Protocol):
    """Whoever pays for a connection."""

    def pay(self, cost: float) -> None:
        """Pay for handshakes and decryption, in seconds of CPU time."""

    def turn_delay(self) -> float:
        """Return in how many seconds the handshake may go on; 0 for now."""


class _Nobody:
    """Lets a connection cost nothing."""

    def pay(self, cost: float) -> None:
        """Pay nothing."""

    def turn_delay(self) -> float:
        return 0.0


class TLSTransport(asyncio.BufferedProtocol, asyncio.Transport):
    """The transport of a protocol, and itself the protocol of the transport of a socket."""

    __slots__ = (
        "_bytes_without_data",
        "_decrypt",
        "_encrypt",
        "_has_answered",
        "_incoming",
        "_is_congested",
        "_is_deaf",
        "_is_reading",
        "_is_ready",
        "_is_waiting",
        "_outgoing",
        "_payer",
        "_protocol",
        "_tls",
        "_transport",
        "_wants_data",
    )

    def __init__(self, protocol: Speaker, context: SSLContext, payer: Payer | None = None) -> None:
        """Prepare the server's end of a connection; asyncio connects it.

        Args:
            protocol: Speaks through this transport.
            context: The settings of TLS, with a certificate.
            payer: Pays for handshakes and decryption.
        """
        self._protocol: Speaker = protocol
        self._incoming = MemoryBIO()
        self._outgoing = MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._decrypt = self._tls.read
        self._encrypt = self._tls.write
        self._payer = payer or _Nobody()
        self._is_ready = False
        """Whether the handshake is complete."""
        self._is_waiting = False
        """Whether the handshake waits, as the payer is in debt."""
        self._wants_data = True
        """Whether the protocol reads."""
        self._is_reading = True
        """Whether the transport of the socket reads."""
        self._is_congested = False
        self._has_answered = False
        """Whether TLS itself has written while the transport was congested."""
        self._is_deaf = False
        """Whether what arrives is dropped: either end has closed."""
        self._bytes_without_data = 0

    # Called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand over to the protocol, and wait for the handshake."""
        self._transport = cast(asyncio.Transport, transport)
        self._protocol.connection_made(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return the buffer to read into."""
        return _received

    def buffer_updated(self, nbytes: int) -> None:
        """Decrypt what is in the buffer."""
        if self._is_deaf:
            return
        self._incoming.write(_received[:nbytes])
        self._bytes_without_data += nbytes
        self._read()

    def eof_received(self) -> bool | None:
        """Tell the protocol that the other end sends no more."""
        return self._protocol.eof_received()

    def pause_writing(self) -> None:
        """Tell the protocol that the transport is congested."""
        self._is_congested = True
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """Tell the protocol that the transport is not congested any more."""
        self._is_congested = self._has_answered = False
        self._set_reading()
        self._protocol.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the protocol that the connection is lost."""
        protocol, self._protocol = self._protocol, _NOBODY
        self._is_deaf = True
        protocol.connection_lost(exc)

    # Called by the protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what is known of the socket."""
        return self._transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        """Tell whether the connection is being closed, or is closed."""
        return self._transport.is_closing()

    def is_reading(self) -> bool:
        """Tell whether data is handed over."""
        return self._wants_data and not self.is_closing()

    def pause_reading(self) -> None:
        """Hand over nothing until ``resume_reading``, and read nothing."""
        self._wants_data = False
        self._set_reading()

    def resume_reading(self) -> None:
        """Hand over data again."""
        if not self._wants_data:
            self._wants_data = True
            self._set_reading()
            if self._incoming.pending or self._tls.pending():
                asyncio.get_running_loop().call_soon(self._read)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set from how many encrypted bytes on the transport is congested, and until how many."""
        self._transport.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        """Return how many encrypted bytes wait."""
        return self._transport.get_write_buffer_size()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Encrypt and write data, unless either end has closed."""
        if self._is_deaf or not data:
            return
        try:
            if len(data) <= RECORD_MAX:
                self._encrypt(data)
                self._transport.write(self._outgoing.read())
                return
            # In pieces, as the buffer of encrypted data keeps the size that it once had.
            with memoryview(data) as view:
                for start in range(0, len(data), RECORD_MAX):
                    self._encrypt(view[start : start + RECORD_MAX])
                    self._transport.write(self._outgoing.read())
        except SSLError:
            self.abort()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """Write several pieces of data."""
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        """Return True."""
        return True

    def write_eof(self) -> None:
        """Write no more, and ignore what still arrives, until the other end closes."""
        if not self._is_deaf:
            self._say_goodbye()
            self._transport.write_eof()

    def close(self) -> None:
        """Close once all is written."""
        if not self.is_closing():
            if not self._is_deaf:
                self._say_goodbye()
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._is_deaf = True
        self._transport.abort()

    def _read(self) -> None:
        """Hand over what has arrived, for as long as the protocol wants it."""
        if not self._is_ready and self._waits():
            return
        protocol = self._protocol
        buffered = protocol if isinstance(protocol, asyncio.BufferedProtocol) else None
        while self._wants_data and not self._is_deaf:
            buffer = _data if buffered is None else memoryview(buffered.get_buffer(-1))
            began = perf_counter()
            try:
                size, has_ended = self._fill(buffer)
            except SSLError:
                # Tells the other end why, if it listens.
                self._transport.write(self._outgoing.read())
                self.abort()
                return
            if self._outgoing.pending:
                self._answer()
            self._payer.pay(perf_counter() - began)
            if size:
                self._bytes_without_data = 0
                if buffered is not None:
                    buffered.buffer_updated(size)
                elif isinstance(protocol, asyncio.Protocol):
                    protocol.data_received(bytes(buffer[:size]))
            elif self._bytes_without_data > NO_DATA_MAX:
                self.abort()
            if has_ended:
                if not self._is_deaf and not protocol.eof_received():
                    self.close()
            elif not (self._incoming.pending or self._tls.pending()):
                return
            elif not size:
                # What is there is not a whole record.
                return

    def _waits(self) -> bool:
        """Tell whether the handshake has to wait; then it goes on by itself."""
        delay = 0.0 if self._is_deaf or self._is_waiting else self._payer.turn_delay()
        if delay > 0:
            self._is_waiting = True
            self._set_reading()
            asyncio.get_running_loop().call_later(delay, self._go_on)
        return self._is_waiting

    def _go_on(self) -> None:
        self._is_waiting = False
        self._set_reading()
        self._read()

    def _fill(self, buffer: memoryview) -> tuple[int, bool]:
        """Decrypt into a buffer; return how many bytes, and whether the other end has closed.

        Raises:
            SSLError: What arrived is not allowed.
        """
        size = 0
        try:
            if not self._is_ready:
                self._tls.do_handshake()
                self._is_ready = True
            while size < len(buffer):
                got = cast(int, self._decrypt(len(buffer) - size, buffer[size:]))
                if not got:
                    return size, True
                size += got
                if not (self._incoming.pending or self._tls.pending()):
                    break
        except SSLWantReadError:
            pass
        return size, False

    def _answer(self) -> None:
        """Write what TLS itself has to say; whoever does not read it is not read from."""
        self._transport.write(self._outgoing.read())
        if self._is_congested:
            self._has_answered = True
            self._set_reading()

    def _say_goodbye(self) -> None:
        self._is_deaf = True
        # The other end's goodbye is not waited for, and there is none before the handshake.
        with contextlib.suppress(SSLError):
            self._tls.unwrap()
        self._transport.write(self._outgoing.read())
        # The end of the input has to be noticed.
        self._wants_data = True
        self._has_answered = False
        self._set_reading()

    def _set_reading(self) -> None:
        is_reading = self._wants_data and not (self._has_answered or self._is_waiting)
        if is_reading is not self._is_reading:
            self._is_reading = is_reading
            if is_reading:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()


_NOBODY: Final = asyncio.Protocol()
