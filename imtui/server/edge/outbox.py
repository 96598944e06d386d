"""The frames that wait to be sent on one connection."""

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
    """A user's status to send; each object is equal to itself only."""

    user_id: str
    status: Raw
    """As JSON."""


class _Frame(Struct, frozen=True, gc=False):
    data: bytes
    is_answer: bool
    is_chat: bool = False
    """Whether it concerns messages or conversations."""


def status_frames(statuses: list[Raw]) -> list[bytes]:
    """Return the pushes of encoded statuses, 500 in a frame."""
    lists = (
        statuses[start : start + PUSH_MAX_STATUSES]
        for start in range(0, len(statuses), PUSH_MAX_STATUSES)
    )
    return [push_frame(Push.USER_STATUS_CHANGED, {"userStatusList": part}) for part in lists]


class Sink(Protocol):
    """A connection, as its outbox sees it."""

    def send_now(self, data: bytes) -> bool:
        """Write frames unless the transport is congested; tell whether they were written."""

    def write(self) -> None:
        """Write frames that are ready until the transport is congested."""


class Outbox:
    """The frames of one connection.

    Answers and pushes leave in order. While the client does not read, only the last status of
    each watched user is kept, and the oldest pushes are dropped. If pushes of messages were
    dropped, the client is notified of that.
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
        """Start empty; frames are written to ``sink``."""
        self._sink = sink
        self._metrics = metrics
        self._ready: list[_Frame] = []
        self._pushes = 0
        self._statuses: dict[str, Raw] = {}
        self._is_overdue = False
        self._has_missed = False
        self.writer: Writer | None = None
        """Writes to the transport at once; None while it is congested."""

    @property
    def answers(self) -> int:
        """Return how many answers wait to be written."""
        return len(self._ready) - self._pushes

    def send_answer(self, data: bytes) -> None:
        """Send a lone answer at once, or as soon as it can be written."""
        if self._ready or not self._sink.send_now(data):
            self._ready.append(_Frame(data, True))

    def add_answer(self, data: bytes) -> None:
        """Add an answer; ``flush`` sends it."""
        self._ready.append(_Frame(data, True))

    def add_push(self, data: bytes, *, is_chat: bool = False) -> None:
        """Add a push that is not merged with others; ``flush`` sends it."""
        self._ready.append(_Frame(data, False, is_chat))
        self._pushes += 1

    def flush(self) -> None:
        """Write the added frames, and drop the oldest pushes if too many are left."""
        # Written before any is dropped: a client that reads misses none.
        self._sink.write()
        while self._pushes > OWN_PUSHES_MAX:
            self._drop_oldest_push()

    def update(self, updates: Sequence[StatusUpdate], frames: list[bytes]) -> Writer | None:
        """Add statuses of watched users.

        If they fit into one frame that can be written at once, return the writer; the caller then
        writes the frame. While earlier frames wait, only the last status of each user is kept.

        Args:
            updates: The statuses.
            frames: The same statuses, encoded as pushes.
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
            # Removed before it is added, so that statuses are in the order of their last change.
            if self._statuses.pop(one.user_id, None) is not None:
                self._metrics.coalesced += 1
            self._statuses[one.user_id] = one.status
        return None

    def forget(self, user_id: str) -> None:
        """Drop a user's status that is still to be sent."""
        self._statuses.pop(user_id, None)

    def forget_all(self) -> None:
        """Drop all statuses that are still to be sent, as another user logs in or out."""
        self._statuses.clear()
        self._has_missed = False

    def take(self, most: int = 1) -> bytes:
        """Return the frames to write next, joined; empty if there are none.

        Args:
            most: After so many bytes no further frame is added.
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
