"""What one connection is to be sent, and in which order."""

from collections.abc import Sequence
from typing import Final, Protocol

from msgspec import Raw, Struct

from imtui.protocol.limits import PUSH_MAX_STATUSES
from imtui.protocol.messages import Empty, Push
from imtui.server.edge.frames import push_frame
from imtui.server.edge.text_frames import Writer
from imtui.server.metrics import Metrics

OWN_PUSHES_MAX: Final = 1000
ANSWERS_MAX: Final = 64


_MISSED: Final = push_frame(Push.MESSAGES_MISSED, Empty())


class StatusUpdate(Struct, frozen=True, eq=False, gc=False):
    """A status that is to be sent; each is equal to itself only."""

    user_id: str
    """Whose."""
    status: Raw
    """As JSON."""


class _Frame(Struct, frozen=True, gc=False):
    data: bytes
    is_answer: bool
    is_chat: bool = False
    """It tells of messages or conversations."""


def status_frames(statuses: list[Raw]) -> list[bytes]:
    """Return pushes of statuses, each already encoded, 500 in a frame."""
    lists = (
        statuses[start : start + PUSH_MAX_STATUSES]
        for start in range(0, len(statuses), PUSH_MAX_STATUSES)
    )
    return [push_frame(Push.USER_STATUS_CHANGED, {"userStatusList": part}) for part in lists]


class Sink(Protocol):
    """A connection, as its outbox sees it."""

    def send_now(self, data: bytes) -> bool:
        """Send frames if the other side takes them; tell whether it does."""

    def write(self) -> None:
        """Send what is ready, as far as the other side takes it."""


class Outbox:
    """The frames of one connection.

    Answers and pushes leave in their order. Of watched users only the last status is kept until
    the connection can take it. A push of messages is not dropped without saying so.
    """

    __slots__ = (
        "_has_missed",
        "_is_overdue",
        "_metrics",
        "_pushes",
        "_ready",
        "_sink",
        "_statuses",
        "writer",
    )

    def __init__(self, sink: Sink, metrics: Metrics) -> None:
        """Start empty; what is to be sent goes to ``sink``."""
        self._sink = sink
        self._metrics = metrics
        self._ready: list[_Frame] = []
        self._pushes = 0
        self._statuses: dict[str, Raw] = {}
        self._is_overdue = False
        self._has_missed = False
        self.writer: Writer | None = None
        """What writes to the connection at once; None while the other side takes nothing."""

    @property
    def answers(self) -> int:
        """Return how many answers wait for the other side to take them."""
        return len(self._ready) - self._pushes

    def send_answer(self, data: bytes) -> None:
        """Send an answer that nothing else is to go with."""
        if self._ready or not self._sink.send_now(data):
            self._ready.append(_Frame(data, True))

    def add_answer(self, data: bytes) -> None:
        """Add an answer; ``flush`` sends it."""
        self._ready.append(_Frame(data, True))

    def add_push(self, data: bytes, *, is_chat: bool = False) -> None:
        """Add a push that is not to be merged with others; ``flush`` sends it."""
        self._ready.append(_Frame(data, False, is_chat))
        self._pushes += 1

    def flush(self) -> None:
        """Send what was added, as far as the other side takes it."""
        # First, so that nobody who reads misses any.
        self._sink.write()
        while self._pushes > OWN_PUSHES_MAX:
            self._drop_oldest_push()

    def update(self, updates: Sequence[StatusUpdate], frames: list[bytes]) -> Writer | None:
        """Take statuses of watched users, given the frames that tell them.

        If they can be sent at once, in one frame, return what sends it: it is the caller's to do
        so. While earlier frames have not been taken only the last status of each user is kept.
        """
        if not self._ready and not self._statuses:
            if len(frames) == 1 and self.writer is not None:
                return self.writer
            self._metrics.deliveries += len(updates)
            self._ready.extend(_Frame(data, False) for data in frames)
            self._pushes += len(frames)
            self._sink.write()
            return None
        self._is_overdue = True
        for one in updates:
            # Taken out first, so that statuses are sent in the order of their last change.
            if self._statuses.pop(one.user_id, None) is not None:
                self._metrics.coalesced += 1
            self._statuses[one.user_id] = one.status
        return None

    def forget(self, user_id: str) -> None:
        """Drop what was still to be sent of a user."""
        self._statuses.pop(user_id, None)

    def forget_all(self) -> None:
        """Drop all statuses that are still to be sent: they were for another login."""
        self._statuses.clear()
        self._has_missed = False

    def take(self, most: int = 1) -> bytes:
        """Return the frames to send next, at least one if there is any, joined.

        Args:
            most: None is begun after so many bytes.
        """
        if not self._ready and self._is_overdue:
            self._deliver_overdue()
        if not self._ready:
            return self._take_missed()
        first = self._pop()
        if not self._ready or len(first) >= most:
            return first
        frames = [first]
        size = len(first)
        while self._ready and size < most:
            frames.append(self._pop())
            size += len(frames[-1])
        return b"".join(frames)

    def _pop(self) -> bytes:
        frame = self._ready.pop(0)
        self._pushes -= not frame.is_answer
        return frame.data

    def _deliver_overdue(self) -> None:
        statuses, self._statuses = list(self._statuses.values()), {}
        self._is_overdue = False
        for data in status_frames(statuses):
            self.add_push(data)
        self._metrics.deliveries += len(statuses)

    def _take_missed(self) -> bytes:
        has_missed, self._has_missed = self._has_missed, False
        return _MISSED if has_missed else b""

    def _drop_oldest_push(self) -> None:
        index = next(index for index, frame in enumerate(self._ready) if not frame.is_answer)
        self._has_missed |= self._ready[index].is_chat
        del self._ready[index]
        self._pushes -= 1
        self._metrics.pushes_dropped += 1
