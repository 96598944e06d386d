"""The command palette: Textual's own, fed by the registry and by the texts to set."""

from collections.abc import Callable
from functools import partial
from typing import Protocol, cast

from textual import on
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widgets import Input
from textual.worker import WorkerCancelled

from imtui.protocol.limits import CUSTOM_STATUS_MAX_BYTES
from imtui.tui.badges import Glyphs
from imtui.tui.choices import CLEAR, Choice, matching, rank, size, too_long
from imtui.tui.commands import COMMANDS, Command, key_name

# A text counts for more than a command that fits as well, so that a letter and Enter set it.
_TEXT_BONUS = 0.5
_TYPED_SCORE = 0.1


class Host(Protocol):
    """What the palette needs of the app that it lies over."""

    glyphs: Glyphs

    def choices(self) -> list[Choice]:
        """Return the texts to offer."""

    def set_status(self, text: str) -> None:
        """Set the own text."""

    def run_command(self, command_id: str) -> None:
        """Run a command of the registry."""


class ImtuiProvider(Provider):
    """Offers texts to set, then commands, then what was typed as a text."""

    @property
    def _app(self) -> Host:
        return cast(Host, self.app)

    async def discover(self) -> Hits:
        """Offer everything, before anything is typed."""
        for choice in [*self._app.choices(), CLEAR]:
            yield DiscoveryHit(
                Content(choice.title), self._setter(choice.text), choice.title, _hint(choice)
            )
        for command in _listed():
            yield DiscoveryHit(
                Content(self._title(command)), self._runner(command), command.title, _help(command)
            )

    async def search(self, query: str) -> Hits:
        """Offer what fits, the best first."""
        offered = matching(self._app.choices(), query)
        for place, choice in enumerate(offered):
            score = rank(choice.title, query) + _TEXT_BONUS - place / 1000
            yield Hit(
                score,
                Content(choice.title),
                self._setter(choice.text),
                choice.title,
                _hint(choice),
            )
        for command in _listed():
            if score := rank(command.title, query):
                yield Hit(
                    score,
                    Content(self._title(command)),
                    self._runner(command),
                    command.title,
                    _help(command),
                )
        if query not in {choice.text for choice in offered}:
            title = f"Set {self._app.glyphs.quote(query)}"
            yield Hit(_TYPED_SCORE, Content(title), self._setter(query), query, _bytes(query))

    def _setter(self, text: str) -> Callable[[], None]:
        return partial(self._app.set_status, text)

    def _runner(self, command: Command) -> Callable[[], None]:
        return partial(self._app.run_command, command.id)

    def _title(self, command: Command) -> str:
        return self._app.glyphs.plain(command.title)


def _listed() -> list[Command]:
    return [command for command in COMMANDS if command.id not in ("palette", "clear")]


def _hint(choice: Choice) -> str:
    return f"status text, {choice.hint}"


def _help(command: Command) -> str:
    keys = ", ".join(map(key_name, command.keys))
    return f"{command.help} ({keys})" if keys else command.help


def _bytes(text: str) -> str:
    over = ", too long" if too_long(text) else ""
    return f"status text exactly as typed, {size(text)} of {CUSTOM_STATUS_MAX_BYTES} bytes{over}"


class ImtuiPalette(CommandPalette):
    """The palette; Enter waits until the list is that of the text that was typed."""

    def on_mount(self) -> None:
        """Keep the cursor still: a screen at rest writes nothing."""
        self.query_one(Input).cursor_blink = False

    @on(Input.Submitted)
    async def _settle(self) -> None:
        searches = [worker for worker in self.workers if worker.node is self]
        try:
            await self.workers.wait_for_complete(searches)
        except WorkerCancelled:
            return
