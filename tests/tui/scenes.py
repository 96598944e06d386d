"""The scenes that the screenshots and the snapshot tests show."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from textual.app import App

from imtui.protocol.chat import ElemType, Message
from imtui.protocol.messages import SubscriptionReason
from imtui.tui.model.typing_hint import typing_hint
from imtui.tui.state.account_state import StateFile
from tests.tui.console import harness as console_harness
from tests.tui.console.team import play_afternoon, team
from tests.tui.fake import ONLINE, PHONE, THIS_DEVICE, status
from tests.tui.harness import Running, running
from tests.tui.stage import DemoStage

FOLDER = Path(__file__).parents[2] / "screenshots"


async def afternoon(run: Running, stage: DemoStage) -> None:
    """Simulate an afternoon of the demo."""
    fake = run.fake
    await stage.advance(run, 4)
    fake.push_own("Writing a report", THIS_DEVICE)
    fake.listener.on_self_devices_changed(fake.devices[:1])
    await stage.advance(run, 5)
    fake.listener.on_self_devices_changed(fake.devices)
    fake.push_own("Listening to music", PHONE)
    await stage.advance(run, 9)
    run.app.toaster.clear()
    await run.settle(10)


async def do_nothing(run: Running) -> None:
    """Leave the screen as it is."""


async def open_palette(run: Running) -> None:
    """Open the palette and type a letter."""
    await run.press("ctrl+p")
    await run.type("l")


async def open_status_box(run: Running) -> None:
    """Open the status box and type a word, then an end."""
    await run.press("s")
    await run.type("listening")
    await run.press("tab", *"1h30")


async def open_subscriptions(run: Running) -> None:
    """Open the subscriptions after some changes."""
    push = run.fake.listener.on_subscriptions_changed
    push(["hugo", "noor"], [], SubscriptionReason.SUBSCRIBED)
    run.clock.advance(120)
    push([], ["noor"], SubscriptionReason.UNSUBSCRIBED)
    run.clock.advance(240)
    push([], ["hugo"], SubscriptionReason.EVICTED)
    await run.settle()
    await run.press("S")


async def open_devices(run: Running) -> None:
    """Open the devices."""
    await run.press("D")


async def open_details(run: Running) -> None:
    """Open the details of a friend."""
    await run.press("i")


async def have_conversation(run: Running) -> None:
    """Talk with a friend, who is typing; another user has sent a message meanwhile."""
    fake, bob = run.fake, "bob"
    day = 24 * 3600 * 1000
    lines = (
        (-day, bob, "that flaky test is back. I blame the moon 🌕"),
        (-day + 60_000, "alice", "did you try running it twice?"),
        (-600_000, bob, "found it: https://example.org/builds/4711"),
        (-540_000, "alice", "ha, a sleep where an event serves.\nI'll mend it after lunch"),
        (-480_000, bob, "you are a star"),
        (-420_000, bob, "are you around later?"),
    )
    now = run.clock.now()
    fake.push(status(bob, ONLINE, "Chasing a flaky test", since=now - 1_200_000))
    talk = [
        Message(f"m{seq}", who, bob if who != bob else "alice", now + at, seq, seq, text=text)
        for seq, (at, who, text) in enumerate(lines, 1)
    ]
    fake.histories[bob] = talk
    fake.push_conversation(
        bob,
        last_message=talk[-1],
        unread_count=2,
        read_seq=4,
        peer_read_seq=4,
        order_key=now,
    )
    await run.press("home", "enter")
    await run.settle()
    await run.type("sure, at four?", "enter")
    fake.acknowledge_outbox()
    await run.settle()
    fake.receive_message("mei", "中午一起吃饭吗？🍜")
    await run.settle()
    hint = Message(
        "h", bob, "alice", elem_type=ElemType.CUSTOM, data=typing_hint(True), online_user_only=True
    )
    fake.listener.on_recv_new_message(hint)
    await run.type("or tomorrow :smi")
    run.app.toaster.clear()
    await run.settle()


async def lose_connection(run: Running) -> None:
    """Lose the connection."""
    run.fake.lose_connection(4.2)
    await run.settle(0.2)


@dataclass(frozen=True)
class Scene:
    """One screenshot."""

    name: str
    size: tuple[int, int]
    ascii: bool = field(default=False, kw_only=True)
    colours: bool = field(default=True, kw_only=True)

    def play(self, folder: Path) -> AbstractAsyncContextManager[App[None]]:
        """Run the app and bring it to the state of the screenshot."""
        raise NotImplementedError

    async def render_svg(self, folder: Path) -> str:
        """Return the scene as an SVG."""
        with self._colours():
            async with self.play(folder) as app:
                return _normalized(app.export_screenshot())

    @contextmanager
    def _colours(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            if self.colours:
                patch.delenv("NO_COLOR", raising=False)
            else:
                patch.setenv("NO_COLOR", "1")
            yield


@dataclass(frozen=True)
class ClientScene(Scene):
    """A screenshot of the chat client, after an afternoon of the demo."""

    act: Callable[[Running], Awaitable[None]] = do_nothing

    @asynccontextmanager
    async def play(self, folder: Path) -> AsyncIterator[App[None]]:
        """Run the app through the afternoon, then run ``act``."""
        StateFile(folder).update(lambda state: replace(state, started=True, favourites=("bob",)))
        stage = DemoStage()
        async with running(folder, stage.client, size=self.size, ascii=self.ascii) as run:
            await afternoon(run, stage)
            await self.act(run)
            yield run.app


@dataclass(frozen=True)
class ConsoleScene(Scene):
    """A screenshot of the console, with an active team."""

    @asynccontextmanager
    async def play(self, folder: Path) -> AsyncIterator[App[None]]:
        """Run the console while the team works."""
        async with console_harness.running(team(), size=self.size, ascii=self.ascii) as run:
            await play_afternoon(run)
            yield run.app


SCENES: tuple[Scene, ...] = (
    ClientScene("main", (120, 40)),
    ClientScene("main-80x24", (80, 24)),
    ClientScene("conversation", (120, 40), have_conversation),
    ClientScene("conversation-80x24", (80, 24), have_conversation),
    ClientScene("palette", (80, 24), open_palette),
    ClientScene("status-box", (80, 24), open_status_box),
    ClientScene("details", (100, 30), open_details),
    ClientScene("subscriptions", (100, 30), open_subscriptions),
    ClientScene("devices", (100, 30), open_devices),
    ClientScene("connection-lost", (80, 24), lose_connection),
    ClientScene("ascii", (80, 24), ascii=True),
    ClientScene("no-color", (80, 24), colours=False),
    ConsoleScene("console", (120, 32)),
)


def _normalized(svg: str) -> str:
    """Remove remote fonts and random style names from an SVG."""
    svg = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"
