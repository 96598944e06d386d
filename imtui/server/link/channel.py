"""Batches with numbers: each arrives once and in order, also if the link breaks meanwhile; pure."""

from collections import deque
from typing import Final

from msgspec import Raw

from imtui.server.link.frames import Batch, Ping, encode_frame
from imtui.server.link.ops import LinkError

RING_MAX: Final = 16 * 1024 * 1024
"""How many bytes are kept for a peer that has not acknowledged them."""


class Channel:
    """One side of a link, over all the connections that it has had."""

    def __init__(self, ring_max: int = RING_MAX) -> None:
        """Start with nothing sent or received; ``ring_max`` is in bytes."""
        self._ring_max = ring_max
        self._ring: deque[tuple[int, bytes]] = deque()
        self._ring_size = 0
        self._sent = 0
        """The number of the last batch."""
        self.received = 0
        """The number of the last batch from the peer."""

    def send(self, ops: bytes) -> bytes:
        """Return the frame of the next batch, and keep it until it is acknowledged."""
        frame = encode_frame(Batch(self._sent + 1, self.received, Raw(ops)))
        self._sent += 1
        self._ring.append((self._sent, frame))
        self._ring_size += len(frame)
        while self._ring_size > self._ring_max:
            self._drop_first()
        return frame

    def ping(self, unix_ms: int = 0) -> bytes:
        """Return a frame that only acknowledges, and tells the time."""
        return encode_frame(Ping(self.received, unix_ms))

    def take(self, batch: Batch) -> bool:
        """Note a batch from the peer; tell whether it is new, and to be carried out.

        Raises:
            LinkError: Batches before it are missing, or it acknowledges what was not sent.
        """
        self.acknowledge(batch.ack)
        if batch.number > self.received + 1:
            raise LinkError(f"batch {batch.number} came after {self.received}")
        if batch.number <= self.received:
            return False
        self.received = batch.number
        return True

    def acknowledge(self, number: int) -> None:
        """Forget the batches that have arrived.

        Raises:
            LinkError: The peer acknowledges what was not sent.
        """
        if number > self._sent:
            raise LinkError(f"batch {number} was acknowledged, and {self._sent} was the last")
        while self._ring and self._ring[0][0] <= number:
            self._drop_first()

    def can_resume(self, received: int) -> bool:
        """Tell whether all batches after the last one that the peer received are still kept."""
        first = self._ring[0][0] if self._ring else self._sent + 1
        return first - 1 <= received <= self._sent

    def resumed(self, received: int) -> bytes:
        """Return the frames that the peer has not received; ``can_resume`` comes before."""
        self.acknowledge(received)
        return b"".join(frame for _, frame in self._ring)

    def _drop_first(self) -> None:
        self._ring_size -= len(self._ring.popleft()[1])
