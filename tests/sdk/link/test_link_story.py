"""Whatever is called in whatever order, and wherever it is cut off, the state of a link is true."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from imtui.protocol.errors import IMError
from imtui.protocol.messages import LoginParams
from imtui.sdk import IMSDKListener
from imtui.sdk.link.backoff import Backoff
from imtui.sdk.link.capability import Capability
from imtui.sdk.link.link import Link
from imtui.sdk.link.options import LinkOptions
from imtui.sdk.link.route import Route
from imtui.sdk.listener import Handled, Listeners
from tests.sdk.link.memory_backend import MemoryBackend
from tests.sdk.virtual_time import SocketlessLoop

REFUSALS = {6014, 6017, 6023, 7014, 7501, 9508, 9511, 9520, 70009, 6208}
SETTLED_AFTER = 120.0
"""By then every wait of the link has ended, in seconds."""


class Careless(IMSDKListener):
    """Reads the result of a cancelled task in every second event."""

    def __init__(self, cancelled: "asyncio.Future[None]") -> None:
        self.cancelled = cancelled
        self.events = 0

    def look(self) -> None:
        self.events += 1
        if self.events % 2:
            self.cancelled.result()

    on_connecting = on_connect_success = on_kicked_offline = look

    def on_connect_failed(self, code: int, message: str) -> None:
        self.look()

    def on_reconnect_scheduled(self, delay: float) -> None:
        self.look()


class Slow(IMSDKListener):
    """Takes some time over each event."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.finished: list[str] = []

    async def _handle(self, name: str) -> None:
        self.begun.append(name)
        await asyncio.sleep(0.2)
        self.finished.append(name)

    def on_connecting(self) -> Handled:
        return self._handle("connecting")

    async def on_connect_success(self) -> None:
        await self._handle("connected")


class Opened(Capability):
    """Knows the account that is open."""

    user_id: str | None = None

    def open(self, user_id: str) -> None:
        self.user_id = user_id

    def close(self) -> None:
        self.user_id = None


@dataclass
class Call:
    """A call of the program, with the moments of its start and end."""

    name: str
    user_id: str
    task: "asyncio.Task[None]"
    begun: int = -1
    ended: int = -1


@dataclass
class Story:
    """A link, and what has happened to it."""

    backend: MemoryBackend = field(default_factory=MemoryBackend)
    calls: list[Call] = field(default_factory=list)
    moment: int = 0
    disturbed: int = -1
    """The last moment at which something else ended, or may have ended, the session."""

    def __post_init__(self) -> None:
        listeners = Listeners()
        self.cancelled = asyncio.get_running_loop().create_future()
        self.cancelled.cancel()
        self.slow = Slow()
        listeners.add(Careless(self.cancelled))
        listeners.add(self.slow)
        clock = asyncio.get_running_loop().time
        options = LinkOptions(self.backend.open, 10.0, Route(Backoff()), clock, lambda: "i")
        self.link = Link(options, listeners)
        self.opened = Opened()
        self.link.attach(self.opened)

    def now(self) -> int:
        self.moment += 1
        return self.moment

    def disturb(self) -> None:
        self.disturbed = self.now()
        # The session may take a while to notice.
        asyncio.get_running_loop().call_later(1.0, lambda: setattr(self, "disturbed", self.now()))

    def call(self, name: str, user_id: str, start: Callable[[], Awaitable[object]]) -> None:
        async def run() -> None:
            call.begun = self.now()
            try:
                await start()
            finally:
                call.ended = self.now()

        call = Call(name, user_id, asyncio.create_task(run()))
        self.calls.append(call)

    def do(self, name: str, argument: int) -> None:
        """Begin something; its end is not waited for."""
        user_id = ("ann", "ben")[argument % 2]
        params = LoginParams(1, user_id)
        match name:
            case "login":
                self.call(name, user_id, lambda: self.link.login(params, "sig"))
            case "careless login":
                careless: Any = self.cancelled.result
                self.call(name, user_id, lambda: self.link.login(params, careless))
            case "logout":
                self.call(name, "", self.link.logout)
            case "close":
                self.call(name, "", self.link.close)
            case "cancel":
                if self.calls:
                    self.calls[argument % len(self.calls)].task.cancel()
            case "cancel the session":
                self.disturb()
                for task in asyncio.all_tasks():
                    if task.get_name().startswith("imtui session"):
                        task.cancel()
            case "cut":
                self.backend.cut()
            case "kick":
                self.disturb()
                self.backend.kick()
            case "refuse":
                self.disturb()
                self.backend.refuses_logins = bool(argument % 2)
            case "down":
                self.backend.is_down = bool(argument % 2)

    def check(self) -> None:
        """Check that the link says of itself what the backend says."""
        user_id, online = self.link.user_id, self.backend.online
        assert not self.link.is_logging_in
        if self.link.connected:
            assert online == [user_id]
        else:
            assert online == []
        if user_id is not None:
            assert self.opened.user_id == user_id
        for call in self.calls:
            if call.task.cancelled():
                continue
            error = call.task.exception()
            assert error is None or (isinstance(error, IMError) and error.code in REFUSALS)
        last_login = max((c.begun for c in self.calls if "login" in c.name), default=-1)
        leaving = [c for c in self.calls if c.name in ("logout", "close") and c.begun >= 0]
        effective = [c for c in leaving if not _is_refused(c)]
        if effective and max(c.ended for c in effective) > last_login:
            assert user_id is None
        for call in self.calls:
            if call.name == "login" and not call.task.cancelled() and not call.task.exception():
                later = [c for c in self.calls if c is not call and c.ended > call.begun]
                if not later and self.disturbed < call.begun:
                    assert user_id == call.user_id
        if not any(call.task.cancelled() for call in leaving):
            assert self.slow.finished == self.slow.begun


def _is_refused(call: Call) -> bool:
    error = None if call.task.cancelled() else call.task.exception()
    return isinstance(error, IMError) and error.code == 6014


async def play(steps: list[tuple[str, int, int]]) -> None:
    story = Story()
    for name, argument, turns in steps:
        story.do(name, argument)
        for _ in range(turns):
            await asyncio.sleep(0)
    await asyncio.gather(*(call.task for call in story.calls), return_exceptions=True)
    # The backend is there again, so that a session that goes on is connected.
    story.backend.is_down = False
    await asyncio.sleep(SETTLED_AFTER)
    story.check()
    assert story.link.user_id is None or story.link.connected
    await story.link.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert story.backend.online == []
    assert (story.link.user_id, story.link.connected) == (None, False)
    assert story.opened.user_id is None


NAMES = ["login", "login", "login", "logout", "close", "cancel", "careless login"]
NAMES += ["cancel the session", "cut", "kick", "refuse", "down"]
STEPS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(0, 7), st.integers(0, 12)), max_size=12
)


@settings(max_examples=300)
@given(STEPS)
def test_the_state_is_true_after_any_story(steps: list[tuple[str, int, int]]) -> None:
    note(f"steps: {steps}")
    with asyncio.Runner(loop_factory=SocketlessLoop) as runner:
        runner.run(play(steps))
