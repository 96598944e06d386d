"""The frames that wait to be sent on one connection."""

from collections import deque
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, Protocol

from msgspec import Raw, Struct, structs

from imtui.protocol.limits import CONNECTION_HELD_MAX, PUSH_MAX_STATUSES
from imtui.protocol.messages import Empty, Push
from imtui.server.edge.frames import push_frame
from imtui.server.edge.websocket.text_frames import Writer
from imtui.server.metrics import Metrics

_MISSED: Final = push_frame(Push.MESSAGES_MISSED, Empty())
_RESYNC: Final = push_frame(Push.RESYNC_NEEDED, Empty())
_OVERHEAD: Final = 128
"""The memory that a frame or status takes beside its bytes."""
_UNCHECKED: Final = 64 * 1024
"""Up to so many bytes nothing is dropped, whatever else the connection holds."""


class StatusUpdate(Struct, frozen=True, eq=False, gc=False):
    """A user's status to send; each object is equal to itself only."""

    user_id: str
    status: Raw
    """As JSON."""


class _Kind(IntEnum):
    ANSWER = 0
    """Never dropped."""
    PUSH = 1
    CHAT = 2
    """A push that concerns messages or conversations."""
    NOTICE = 3
    """A push that says that others were dropped."""


class _Frame(Struct, frozen=True, gc=False):
    data: bytes
    kind: _Kind
    state: str = ""
    """What it describes as a whole, if it does: of several frames the last one suffices."""


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

    def held_size(self) -> int:
        """Return how many bytes the connection holds beside its outbox."""


class _NoSink:
    """Takes the place of a connection that is closed."""

    def send_now(self, data: bytes) -> bool:
        return True

    def write(self) -> None:
        """Write nothing."""

    def held_size(self) -> int:
        return 0


_NO_SINK: Final = _NoSink()


class Outbox:
    """The frames of one connection.

    Answers and pushes leave in order. While the client does not read, only the last status of
    each watched user is kept. If the connection holds too many bytes, the pushes that wait are
    dropped, and a push takes their place that tells the client what to ask for.
    """

    __slots__ = (
        "_answers_size",
        "_is_overdue",
        "_metrics",
        "_ready",
        "_ready_size",
        "_sink",
        "_statuses",
        "_statuses_size",
        "writer",
    )

    def __init__(self, sink: Sink, metrics: Metrics) -> None:
        """Start empty; frames are written to ``sink``."""
        self._sink = sink
        self._metrics = metrics
        self._ready: deque[_Frame] = deque()
        self._ready_size = 0
        self._answers_size = 0
        self._statuses: dict[str, Raw] = {}
        self._statuses_size = 0
        self._is_overdue = False
        self.writer: Writer | None = None
        """Writes to the transport at once; None while it is congested."""

    @property
    def size(self) -> int:
        """Return how many bytes wait to be written."""
        return self._ready_size + self._statuses_size

    @property
    def answers_size(self) -> int:
        """Return how many bytes of answers, which are never dropped, wait to be written."""
        return self._answers_size

    def send_answer(self, data: bytes) -> None:
        """Send a lone answer at once, or as soon as it can be written."""
        if self._ready or not self._sink.send_now(data):
            self.add_answer(data)

    def add_answer(self, data: bytes) -> None:
        """Add an answer; ``flush`` sends it."""
        self._add(_Frame(data, _Kind.ANSWER))

    def add_push(self, data: bytes, *, is_chat: bool = False, state: str = "") -> None:
        """Add a push; ``flush`` sends it.

        Args:
            data: The push as a frame.
            is_chat: Whether it concerns messages or conversations.
            state: What it describes as a whole, if it does.
        """
        self._add(_Frame(data, _Kind.CHAT if is_chat else _Kind.PUSH, state))

    def flush(self) -> None:
        """Write the added frames, and drop pushes if too many bytes are left."""
        # Written before any is dropped: a client that reads misses none.
        self._sink.write()
        if self._ready:
            self._keep_bound()

    def update(self, updates: Sequence[StatusUpdate], frames: list[bytes]) -> Writer | None:
        """Add statuses of watched users.

        If they fit into one frame that can be written at once, return the writer; the caller then
        writes the frame. While earlier frames wait, only the last status of each user is kept.

        Args:
            updates: The statuses.
            frames: The same statuses, encoded as pushes.
        """
        if self.writer is not None and not self._ready and not self._statuses:
            if len(frames) == 1:
                return self.writer
            self._metrics.deliveries += len(updates)
            for data in frames:
                self.add_push(data)
            self._sink.write()
            return None
        self._is_overdue = True
        for one in updates:
            # Removed before it is added, so that statuses are in the order of their last change.
            self._metrics.coalesced += self._pop_status(one.user_id)
            self._statuses[one.user_id] = one.status
            self._statuses_size += len(one.status) + _OVERHEAD
        self._keep_bound()
        return None

    def forget(self, user_id: str) -> None:
        """Drop a user's status that is still to be sent."""
        self._pop_status(user_id)

    def forget_all(self) -> None:
        """Drop all statuses that are still to be sent, as another user logs in or out."""
        self._forget_statuses()
        frames = (frame for frame in self._ready if frame.kind is not _Kind.NOTICE)
        # Nobody would ask for what these say.
        self._set_ready([structs.replace(frame, kind=_Kind.ANSWER) for frame in frames])

    def close(self) -> None:
        """Drop everything: the connection has ended."""
        self._sink = _NO_SINK
        self.writer = None
        self._set_ready(())
        self._forget_statuses()

    def take(self, most: int = 1) -> bytes:
        """Return the frames to write next, joined; empty if there are none.

        Args:
            most: After so many bytes no further frame is added.
        """
        if not self._ready and self._is_overdue:
            self._deliver_overdue()
        if not self._ready:
            return b""
        first = self._pop()
        if not self._ready or len(first) >= most:
            return first
        frames = [first]
        size = len(first)
        while self._ready and size < most:
            frames.append(self._pop())
            size += len(frames[-1])
        return b"".join(frames)

    def _add(self, frame: _Frame) -> None:
        self._ready.append(frame)
        size = len(frame.data) + _OVERHEAD
        self._ready_size += size
        if frame.kind is _Kind.ANSWER:
            self._answers_size += size

    def _pop(self) -> bytes:
        frame = self._ready.popleft()
        size = len(frame.data) + _OVERHEAD
        self._ready_size -= size
        if frame.kind is _Kind.ANSWER:
            self._answers_size -= size
        return frame.data

    def _set_ready(self, frames: Iterable[_Frame]) -> None:
        self._ready = deque()
        self._ready_size = self._answers_size = 0
        for frame in frames:
            self._add(frame)

    def _pop_status(self, user_id: str) -> bool:
        """Drop a user's status; tell whether there was one."""
        status = self._statuses.pop(user_id, None)
        if status is None:
            return False
        self._statuses_size -= len(status) + _OVERHEAD
        return True

    def _forget_statuses(self) -> None:
        self._statuses.clear()
        self._statuses_size = 0

    def _deliver_overdue(self) -> None:
        statuses = list(self._statuses.values())
        self._forget_statuses()
        self._is_overdue = False
        for data in status_frames(statuses):
            self.add_push(data)
        self._metrics.deliveries += len(statuses)

    def _keep_bound(self) -> None:
        """Drop pushes, and then statuses, if the connection holds too many bytes."""
        if self.size <= _UNCHECKED:
            return
        room = CONNECTION_HELD_MAX - self._sink.held_size()
        if self.size <= room:
            return
        is_missed = is_resync = False
        last = {frame.state: frame for frame in self._ready if frame.state}
        kept = []
        for frame in self._ready:
            if frame.kind is _Kind.ANSWER or last.get(frame.state) is frame:
                kept.append(frame)
                continue
            is_missed |= frame.kind is _Kind.CHAT or frame.data is _MISSED
            is_resync |= (frame.kind is _Kind.PUSH and not frame.state) or frame.data is _RESYNC
            self._metrics.pushes_dropped += frame.kind is not _Kind.NOTICE
        self._set_ready(kept)
        if self._statuses and self.size > room:
            is_resync = True
            self._metrics.pushes_dropped += len(self._statuses)
            self._forget_statuses()
        if is_missed:
            self._add(_Frame(_MISSED, _Kind.NOTICE))
        if is_resync:
            self._add(_Frame(_RESYNC, _Kind.NOTICE))
