"""What one connection is to be sent, and in which order."""

from collections.abc import Sequence
from typing import Final, Protocol

from msgspec import Raw, Struct, structs

from imtui.protocol.errors import IMError
from imtui.protocol.jsonrpc import RequestID
from imtui.protocol.limits import PUSH_MAX_STATUSES
from imtui.protocol.messages import Empty, Push
from imtui.server.edge.frames import answer_frame, push_frame
from imtui.server.edge.text_frames import Writer
from imtui.server.metrics import Metrics

OWN_PUSHES_MAX: Final = 1000
ANSWERS_MAX: Final = 64


_MISSED: Final = push_frame(Push.MESSAGES_MISSED, Empty())


class News(Struct, frozen=True, eq=False, gc=False):
    """A status that is to be told; each is equal to itself only."""

    user_id: str
    """Whose."""
    status: Raw
    """As JSON."""


class _Frame(Struct, frozen=True, gc=False):
    data: bytes
    is_answer: bool
    request_id: RequestID = None
    is_chat: bool = False
    """Tells of messages or conversations."""


def status_frames(statuses: list[Raw]) -> list[bytes]:
    """Return pushes that tell statuses, each already encoded, 500 in a frame."""
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

    def close(self, code: int, reason: str) -> None:
        """Close it, saying why."""

    def on_login_changed(self) -> None:
        """Take it that it may have been logged in or out by what another connection did."""


class Outbox:
    """The frames of one connection.

    Answers and own pushes are staged until what they tell is durable, then ready in their order.
    Of watched users only the last status is kept until the connection can take it. What tells of
    messages never leaves before they are durable, and is not dropped without saying so.
    """

    __slots__ = (
        "_has_missed",
        "_held",
        "_is_overdue",
        "_metrics",
        "_pushes",
        "_ready",
        "_sink",
        "_staged",
        "_statuses",
        "writer",
    )

    def __init__(self, sink: Sink, metrics: Metrics) -> None:
        """Start empty; what is to be sent goes to ``sink``."""
        self._sink = sink
        self._metrics = metrics
        self._staged: list[_Frame] = []
        self._ready: list[_Frame] = []
        self._pushes = 0
        self._statuses: dict[str, Raw] = {}
        self._is_overdue = False
        self._held: list[_Frame] = []
        self._has_missed = False
        self.writer: Writer | None = None
        """What writes to the connection at once; None while the other side takes nothing."""

    @property
    def is_full(self) -> bool:
        """Tell whether so many answers wait that no further request should be read."""
        return len(self._ready) - self._pushes >= ANSWERS_MAX

    def answer(self, request_id: RequestID, data: bytes) -> None:
        """Stage the answer to a request."""
        self._staged.append(_Frame(data, True, request_id))

    def push(self, data: bytes, *, is_chat: bool = False) -> None:
        """Stage a push that is not to be merged with others; it may tell of messages."""
        self._staged.append(_Frame(data, False, is_chat=is_chat))

    def send(self, answer: bytes) -> None:
        """Send an answer that need not wait for anything to be durable."""
        if self._staged:
            # Those before it wait, and it with them.
            self._staged.append(_Frame(answer, True))
        elif self._ready or not self._sink.send_now(answer):
            self._make_ready(_Frame(answer, True))

    def tell(self, news: Sequence[News], frames: list[bytes]) -> Writer | None:
        """Take statuses of watched users, given the frames that tell them.

        If they can be sent at once, in one frame, return what sends it: it is the caller's to do
        so. While earlier frames have not been taken only the last status of each user is kept.
        """
        if not self._ready and not self._statuses:
            if len(frames) == 1 and self.writer is not None:
                return self.writer
            self._metrics.deliveries += len(news)
            self._ready.extend(_Frame(data, False) for data in frames)
            self._pushes += len(frames)
            self._sink.write()
            return None
        self._is_overdue = True
        for one in news:
            # Taken out first, so that statuses are told in the order of their last change.
            if self._statuses.pop(one.user_id, None) is not None:
                self._metrics.coalesced += 1
            self._statuses[one.user_id] = one.status
        return None

    def forget(self, user_id: str) -> None:
        """Drop what was still to be told of a user."""
        self._statuses.pop(user_id, None)

    def forget_all(self) -> None:
        """Drop all that is still to be told, as nobody is logged in any more."""
        self._statuses.clear()
        self._has_missed = False
        # What waits for the disk would come after the answer that says so.
        self._held = []
        self._staged = [frame for frame in self._staged if not frame.is_chat]

    def kick(self) -> None:
        """Say that nobody is logged in any more."""
        self.forget_all()
        self._sink.on_login_changed()

    def close(self, code: int, reason: str) -> None:
        """Close the connection, saying why; nothing more is told."""
        self.forget_all()
        self._sink.close(code, reason)

    def refuse(self, error: IMError) -> bool:
        """Turn the staged answers into errors, as what they acknowledge could not be kept.

        Pushes that tell of messages are held back; return whether any are.
        """
        self._held += [frame for frame in self._staged if frame.is_chat]
        self._staged = [
            self._refused(frame, error) if frame.is_answer else frame
            for frame in self._staged
            if not frame.is_chat
        ]
        return bool(self._held)

    def let_go(self) -> None:
        """Stage what was held back, before all else: it is durable now."""
        self._staged = self._held + self._staged
        self._held = []

    def release(self) -> None:
        """Make what was staged ready."""
        for frame in self._staged:
            self._make_ready(frame)
        self._staged = []
        # First, so that nobody who reads misses any.
        self._sink.write()
        while self._pushes > OWN_PUSHES_MAX:
            self._drop_oldest_push()

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
            self._make_ready(_Frame(data, False))
        self._metrics.deliveries += len(statuses)

    def _refused(self, answer: _Frame, error: IMError) -> _Frame:
        self._metrics.ws.refused(error)
        return structs.replace(answer, data=answer_frame(answer.request_id, error))

    def _make_ready(self, frame: _Frame) -> None:
        self._ready.append(frame)
        self._pushes += not frame.is_answer

    def _take_missed(self) -> bytes:
        has_missed, self._has_missed = self._has_missed, False
        return _MISSED if has_missed else b""

    def _drop_oldest_push(self) -> None:
        index = next(index for index, frame in enumerate(self._ready) if not frame.is_answer)
        self._has_missed |= self._ready[index].is_chat
        del self._ready[index]
        self._pushes -= 1
        self._metrics.pushes_dropped += 1
