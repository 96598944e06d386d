"""Run the app on a fake client in a headless terminal."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from textual.events import Key
from textual.pilot import Pilot

from imtui.tui.app.app import ImtuiApp
from imtui.tui.model.launch import Identity, Launch
from tests.tui.fake import FakeClient, FakeClock, FakeSdk, account, sample_client

_ATTEMPTS_MAX: Final = 30


@dataclass
class Running:
    """A running app, with its pilot, client and clock."""

    app: ImtuiApp
    pilot: Pilot[None]
    fake: FakeClient
    clock: FakeClock

    async def settle(self, seconds: float = 1.0) -> None:
        """Advance the clock, and let the app process everything."""
        await self.pilot.pause()
        self.clock.advance(seconds)
        await self.pilot.pause()

    async def shows(self, *texts: str) -> None:
        """Settle until the active screen contains all the texts."""
        for _ in range(_ATTEMPTS_MAX):
            if all(text in self.text() for text in texts):
                return
            await self.settle()
        raise AssertionError(f"waited for {texts}:\n{self.text()}")

    async def press(self, *keys: str) -> None:
        """Press keys, then settle."""
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str, *keys: str) -> None:
        """Type a text in one burst, press keys, then settle."""
        for char in text:
            self.app.post_message(Key("space" if char == " " else char, char))
        for key in keys:
            self.app.simulate_key(key)
        await self.settle()
        await self.settle()

    def lines(self) -> list[str]:
        """Return the lines of the active screen."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    def text(self) -> str:
        """Return the text of the active screen."""
        return "\n".join(self.lines())

    def compact_text(self) -> str:
        """Return the text of the active screen with runs of spaces collapsed."""
        return "\n".join(" ".join(line.split()) for line in self.lines())

    def events(self) -> list[str]:
        """Return the text of all events, without layout."""
        return [
            " ".join(
                part
                for part in (
                    event.kind,
                    event.who,
                    "" if event.status is None else event.status.name,
                    event.text,
                    event.description,
                    event.source,
                )
                if part
            )
            for event in self.app.model.feed.events
        ]


@asynccontextmanager
async def running(
    folder: Path,
    fake: FakeClient | None = None,
    *,
    size: tuple[int, int] = (120, 40),
    ascii: bool = False,
    settings: str | None = None,
    join: Callable[[], Awaitable[Identity]] | None = None,
    revive: Callable[[], Awaitable[None]] | None = None,
    first_subscriptions: tuple[str, ...] = (),
) -> AsyncIterator[Running]:
    """Run the app of an account in a terminal of ``size``, settled after its login."""
    fake = fake or sample_client()
    clock = FakeClock()
    fake.clock = clock.now
    file = folder / "settings.toml"
    if settings is not None:
        file.write_text(settings, encoding="utf-8")

    async def join_account() -> Identity:
        return account(folder, revive=revive, first_subscriptions=first_subscriptions)

    app = ImtuiApp(Launch(join or join_account, file, ascii), clock, lambda: FakeSdk(fake))
    async with asyncio.TaskGroup() as group, app.run_test(size=size) as pilot:
        session = group.create_task(app.live())
        run = Running(app, pilot, fake, clock)
        await run.settle()
        await run.settle()
        try:
            yield run
        finally:
            session.cancel()
