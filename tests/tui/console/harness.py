"""Run the console on a fake backend in a headless terminal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.pilot import Pilot

from imtui.tui.console.app import ConsoleApp, ConsoleLaunch
from tests.tui.console.fake import FakeBackend, small_backend
from tests.tui.fake import FakeClock


@dataclass
class Running:
    """A running console, with helpers to drive it."""

    app: ConsoleApp
    pilot: Pilot[None]
    fake: FakeBackend
    clock: FakeClock

    async def settle(self, seconds: float = 1.0) -> None:
        """Advance the clock, and let the console process everything."""
        await self.pilot.pause()
        self.clock.advance(seconds)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys, then settle; no time passes."""
        await self.pilot.press(*keys)
        await self.settle(0)

    async def click(self, words: str, times: int = 1) -> None:
        """Click on a text."""
        for row, line in enumerate(self.lines()):
            if (column := line.find(words)) >= 0:
                await self.pilot.click(offset=(column + 1, row), times=times)
                await self.settle(0)
                return
        raise AssertionError(f"{words!r} is not on the screen:\n{self.text()}")

    def lines(self) -> list[str]:
        """Return the text of the top screen, line by line."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    def text(self) -> str:
        """Return the text of the top screen."""
        return "\n".join(self.lines())

    def line(self, words: str) -> str:
        """Return the line that contains a text, with runs of spaces collapsed."""
        lines = [" ".join(line.split()) for line in self.lines()]
        return next((line for line in lines if words in line), "")


@asynccontextmanager
async def running(
    fake: FakeBackend | None = None, *, size: tuple[int, int] = (120, 40), ascii: bool = False
) -> AsyncIterator[Running]:
    """Run the console in a terminal of ``size``, settled after its first answers."""
    fake = fake or small_backend()
    clock = FakeClock()
    fake.now = clock.now
    app = ConsoleApp(ConsoleLaunch(fake.connect, "/srv/im", ascii=ascii), clock)
    async with app.run_test(size=size) as pilot:
        run = Running(app, pilot, fake, clock)
        await run.settle(0)
        await run.settle()
        yield run
