"""The queue of callbacks: in order, each once, bounded, and never stuck."""

from collections import deque

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from imtui.protocol.rest.callback import CallbackCommand
from imtui.server.callbacks.queue import CallbackQueue
from imtui.server.webhook.request import CallbackRequest, OutgoingCallback

MOST, MOST_BYTES = 6, 60
USERS = "abc"


def outgoing(number: int, user_id: str, size: int = 1, contents_key: str = "") -> OutgoingCallback:
    request = CallbackRequest(CallbackCommand.AFTER_SEND_MSG, "Linux", b"x" * size)
    return OutgoingCallback(number, user_id, request, contents_key)


class QueueMachine(RuleBasedStateMachine):
    """The queue beside a plain list of what waits."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = CallbackQueue(MOST, MOST_BYTES)
        self.now = 0.0
        self.last = self.durable = 0
        self.waiting: list[OutgoingCallback] = []
        self.under_way: list[OutgoingCallback] = []
        self.paused: dict[str, float] = {}

    @rule(user_id=st.sampled_from(USERS), size=st.integers(1, 30), has_message=st.booleans())
    def put(self, user_id: str, size: int, *, has_message: bool) -> None:
        self.last += 1
        callback = outgoing(self.last, user_id, size, f"m{self.last}" if has_message else "")
        self.waiting.append(callback)
        dropped = []
        while len(self.waiting) > MOST or self.bytes > MOST_BYTES:
            oldest = next(one for one in self.waiting if one not in self.under_way)
            self.waiting.remove(oldest)
            dropped.append(oldest)
        assert self.queue.put(callback) == dropped

    @rule()
    def commit(self) -> None:
        self.durable = self.last
        self.queue.committed()

    @rule()
    def take(self) -> None:
        callback = self.queue.take(self.now)
        busy = {one.user_id for one in self.under_way}
        busy |= {user_id for user_id, due in self.paused.items() if due > self.now}
        firsts = {one.user_id: one for one in reversed(self.waiting) if one.user_id not in busy}
        possible = [one for one in firsts.values() if one.number <= self.durable]
        if callback is None:
            assert possible == []
        else:
            assert callback in possible
            self.under_way.append(callback)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        callback = data.draw(st.sampled_from(self.under_way))
        self.under_way.remove(callback)
        if callback in self.waiting:
            self.waiting.remove(callback)
        self.queue.sent(callback)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), pause=st.integers(0, 3))
    def fail(self, data: st.DataObject, pause: int) -> None:
        callback = data.draw(st.sampled_from(self.under_way))
        self.under_way.remove(callback)
        if callback in self.waiting:
            self.paused[callback.user_id] = self.now + pause
        self.queue.retry(callback, self.now + pause)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        callback = data.draw(st.sampled_from(self.waiting))
        if callback.contents_key:
            self.waiting.remove(callback)
            assert self.queue.forget_contents(callback.contents_key) == callback
        assert self.queue.forget_contents("unknown") is None

    @rule(seconds=st.integers(1, 4))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @property
    def bytes(self) -> int:
        return sum(len(one.request.content) for one in self.waiting)

    @invariant()
    def is_bounded(self) -> None:
        assert len(self.queue) == len(self.waiting)

    def teardown(self) -> None:
        """Whatever waits is sent in the end, in order for each user."""
        for callback in list(self.under_way):
            self.queue.retry(callback, self.now)
        self.queue.committed()
        left = {user_id: deque(self.of(user_id)) for user_id in USERS}
        while (taken := self.queue.take(self.now + 10)) is not None:
            assert taken == left[taken.user_id].popleft()
            self.queue.sent(taken)
        assert not any(left.values())
        assert len(self.queue) == 0

    def of(self, user_id: str) -> list[OutgoingCallback]:
        return [one for one in self.waiting if one.user_id == user_id]


QueueMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestQueue = QueueMachine.TestCase
