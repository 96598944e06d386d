"""Reads the frames of a client, one at a time and within bounds; pure.

Frames are RFC 6455's, without extensions. The bytes of frames that were not asked for yet stay as
they came, so a client that sends ahead costs no more than what it sent.
"""

from typing import Final

from websockets.exceptions import ProtocolError
from websockets.frames import Close, CloseCode, Opcode

from imtui.server.edge.websocket.masking import LENGTH_IN_2_BYTES, MASKED, apply_mask

# RFC 6455, section 5.2.
_FINAL: Final = 0x80
_LENGTH: Final = 0x7F
_CONTROL: Final = 0x08
_CONTROL_MAX: Final = 125
_MASK_SIZE: Final = 4
_COPIED_MAX: Final = 1024
_FIRST_BYTES: Final = {one | final: one for one in Opcode for final in (0, _FINAL)}
"""The opcode of each first byte that is valid."""


class FrameError(Exception):
    """The client sent what is not allowed; the connection has to be closed."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        """Take the code and the reason of the close."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


class FrameReader:
    """The bytes that a client sent and that were not read as frames yet."""

    __slots__ = ("_start", "data", "fragments", "max_size")

    def __init__(self, max_size: int) -> None:
        """Start without data.

        Args:
            max_size: The most bytes of a message; may be set to another value later.
        """
        self.data: bytearray | None = None
        """What was not read as frames yet; None if there is nothing."""
        self._start = 0
        """Where the next frame starts."""
        self.fragments: bytearray | None = None
        """The fragments so far of a message that is not complete; None between messages."""
        self.max_size = max_size

    @property
    def size(self) -> int:
        """Return how many bytes are held."""
        fragments = 0 if self.fragments is None else len(self.fragments)
        return fragments + (0 if self.data is None else len(self.data))

    def feed(self, data: memoryview) -> None:
        """Add data behind the data that is there."""
        if self.data is None:
            self.data = bytearray(data)
        else:
            self.data += data

    def step(self) -> tuple[Opcode, bytes] | None:
        """Read one frame, and return its text, ping, pong or close; None if it is not complete.

        A fragment that is not the last is returned as CONT, and a text once all its fragments are
        there. It may be no UTF-8.

        Raises:
            FrameError: The client has to be closed; nothing more can be read.
        """
        data, start = self.data, self._start
        if data is None or len(data) < start + 2:
            return None
        first, second = data[start], data[start + 1]
        opcode = _FIRST_BYTES.get(first)
        if opcode is None:
            raise _violation("reserved bits must be 0, and the opcode one of the known ones")
        is_final = first >= _FINAL
        if not second & MASKED:
            raise _violation("incorrect masking")
        length, start = second & _LENGTH, start + 2
        if opcode & _CONTROL:
            if length > _CONTROL_MAX or not is_final:
                raise _violation("control frame too long or fragmented")
        else:
            self._check_order(opcode)
            if length >= LENGTH_IN_2_BYTES:
                size = 2 if length == LENGTH_IN_2_BYTES else 8
                if len(data) < start + size:
                    return None
                length, start = int.from_bytes(data[start : start + size]), start + size
            self._check_size(length)
        end = start + _MASK_SIZE + length
        if len(data) < end:
            return None
        payload = _payload(data, start, end)
        self._consume(end)
        if opcode & _CONTROL:
            if opcode is Opcode.CLOSE:
                self._check_close(payload)
            return opcode, payload
        return self._join(payload, is_final)

    def _check_order(self, opcode: Opcode) -> None:
        if opcode is Opcode.BINARY:
            raise FrameError(CloseCode.UNSUPPORTED_DATA, "text frames only")
        if (opcode is Opcode.CONT) != (self.fragments is not None):
            raise _violation("unexpected fragment, or one is missing")

    def _check_size(self, length: int) -> None:
        if length + (0 if self.fragments is None else len(self.fragments)) > self.max_size:
            raise FrameError(CloseCode.MESSAGE_TOO_BIG, f"more than {self.max_size} bytes")

    def _check_close(self, payload: bytes) -> None:
        if self.fragments is not None:
            raise _violation("incomplete fragmented message")
        try:
            Close.parse(payload)
        except ProtocolError as error:
            raise _violation(str(error)) from None
        except UnicodeDecodeError:
            raise FrameError(CloseCode.INVALID_DATA, "the reason is not UTF-8") from None

    def _join(self, payload: bytes, is_final: bool) -> tuple[Opcode, bytes]:
        if self.fragments is None:
            if is_final:
                return Opcode.TEXT, payload
            self.fragments = bytearray()
        # Joined at once: the number of empty fragments has no limit.
        self.fragments += payload
        if not is_final:
            return Opcode.CONT, b""
        text, self.fragments = bytes(self.fragments), None
        return Opcode.TEXT, text

    def _consume(self, end: int) -> None:
        assert self.data is not None
        if end == len(self.data):
            self.data, self._start = None, 0
        else:
            self._start = end

    def trim(self) -> None:
        """Release the bytes that were read; called once after several frames."""
        if self._start and self.data is not None:
            del self.data[: self._start]
            self._start = 0


def _payload(data: bytearray, start: int, end: int) -> bytes:
    mask, start = bytes(data[start : start + _MASK_SIZE]), start + _MASK_SIZE
    # Copying is cheaper than a view, unless there is much to copy.
    if end - start <= _COPIED_MAX:
        return apply_mask(data[start:end], mask) if end > start else b""
    with memoryview(data) as view, view[start:end] as masked:
        return apply_mask(masked, mask)


def _violation(reason: str) -> FrameError:
    return FrameError(CloseCode.PROTOCOL_ERROR, reason)
