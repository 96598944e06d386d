"""The command palette, which offers commands and status texts."""

from collections.abc import Callable
from functools import partial
from typing import Protocol, cast

from textual import on
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widgets import Input
from textual.worker import WorkerCancelled

from imtui.protocol.limits import CUSTOM_STATUS_MAX_BYTES
from imtui.tui.commands.catalogue import typed_commands
from imtui.tui.commands.command import Command, Keys
from imtui.tui.kit.clock import Clock
from imtui.tui.kit.dialog import DIALOG_STYLE
from imtui.tui.model.choices import (
    CLEAR,
    Choice,
    is_too_long,
    match_rank,
    matching_choices,
    text_bytes,
    typed_choices,
)
from imtui.tui.render.glyphs import Glyphs

# Texts rank above commands that match as well, so that a letter and Enter set one.
_TEXT_BONUS = 0.5
_NAME_SCORE = 0.9
_HELP_SCORE = 0.3
_ENDING_SCORE = 0.2
_TYPED_SCORE = 0.1
_LINES_MAX = 30


class Commands(Protocol):
    """Runs what the palette offers."""

    glyphs: Glyphs
    clock: Clock
    keys: Keys

    def choices(self) -> list[Choice]:
        """Return the texts to offer."""

    def put_status(self, text: str, expires_at: int | None = None) -> None:
        """Set exactly this text."""

    def run(self, command_id: str) -> None:
        """Run a command of the catalogue."""

    def run_line(self, line: str) -> None:
        """Run a slash command."""

    def complete(self, line: str) -> list[str]:
        """Return the completions of a slash command."""


class CommandApp(Protocol):
    """An app that runs commands."""

    @property
    def commands(self) -> Commands:
        """Return the object that runs commands."""


class ImtuiProvider(Provider):
    """Offers status texts, then commands, then the typed text as a command or a status."""

    @property
    def _commands(self) -> Commands:
        return cast(CommandApp, self.app).commands

    async def discover(self) -> Hits:
        """Offer everything, before anything is typed."""
        for choice in [*self._commands.choices(), CLEAR]:
            yield DiscoveryHit(
                Content(choice.title), self._setter(choice), choice.title, _hint(choice)
            )
        for command in _listed():
            yield DiscoveryHit(
                Content(self._title(command)),
                self._runner(command),
                command.title,
                self._help(command),
            )

    async def search(self, query: str) -> Hits:
        """Offer what matches, the best first."""
        if query.startswith("/"):
            for hit in self._slash(query):
                yield hit
            return
        choices = matching_choices(self._commands.choices(), query)
        for place, choice in enumerate(choices):
            score = match_rank(choice.title, query) + _TEXT_BONUS - place / 1000
            yield self._hit(score, choice.title, self._setter(choice), choice.title, _hint(choice))
        for command in _listed():
            if score := command_rank(command, query):
                runner, words = self._runner(command), self._help(command)
                yield self._hit(score, self._title(command), runner, command.title, words)
        texts = {choice.text for choice in choices}
        now = self._commands.clock.local(self._commands.clock.now())
        for choice in typed_choices(query, now):
            if choice.expires_at is not None or choice.text not in texts:
                yield self._typed(choice, query)

    def _typed(self, choice: Choice, query: str) -> Hit:
        title = f"Set {self._commands.glyphs.quote(choice.text)}"
        if choice.expires_at is None:
            return self._hit(_TYPED_SCORE, title, self._setter(choice), query, _bytes(query))
        words = f"status text, {choice.hint}"
        return self._hit(
            _ENDING_SCORE, f"{title} {choice.hint}", self._setter(choice), query, words
        )

    def _slash(self, line: str) -> list[Hit]:
        """Return hits for the line as typed, then for its completions."""
        run = self._commands.run_line
        ways = [one for one in self._commands.complete(line) if one.strip() != line.strip()]
        return [
            self._hit(1 - place / 1000, one, partial(run, one), one, "run this command")
            for place, one in enumerate([line.strip(), *ways][:_LINES_MAX])
        ]

    def _hit(self, score: float, title: str, run: Callable[[], None], text: str, words: str) -> Hit:
        return Hit(score, Content(title), run, text, words)

    def _setter(self, choice: Choice) -> Callable[[], None]:
        return partial(self._commands.put_status, choice.text, choice.expires_at)

    def _runner(self, command: Command) -> Callable[[], None]:
        return partial(self._commands.run, command.id)

    def _title(self, command: Command) -> str:
        return self._commands.glyphs.adapt(command.title)

    def _help(self, command: Command) -> str:
        keys = self._commands.keys.names(command)
        return f"{command.help} ({keys})" if keys else command.help


def _listed() -> list[Command]:
    return [command for command in typed_commands() if command.id not in ("palette", "clear")]


def command_rank(command: Command, typed: str) -> float:
    """Return how well ``typed`` matches a command: by title, then name, then help."""
    if score := match_rank(command.title, typed):
        return score
    initials = "".join(word[0] for word in command.title.split() if word[0].isalnum())
    name = command.id.replace("-", " ")
    if typed.casefold() in (command.id, initials.casefold()) or match_rank(name, typed):
        return _NAME_SCORE
    return _HELP_SCORE * match_rank(command.help, typed)


def _hint(choice: Choice) -> str:
    return f"status text, {choice.hint}"


def _bytes(text: str) -> str:
    over = ", too long" if is_too_long(text) else ""
    return (
        f"status text exactly as typed, {text_bytes(text)} of {CUSTOM_STATUS_MAX_BYTES} bytes{over}"
    )


class ImtuiPalette(CommandPalette):
    """The palette; Enter waits until the list matches the typed text."""

    CSS_PATH = DIALOG_STYLE

    def on_mount(self) -> None:
        """Stop the cursor from blinking, so that an idle screen writes nothing."""
        for line in self.query(Input):
            line.cursor_blink = False

    @on(Input.Submitted)
    async def _settle(self) -> None:
        searches = [worker for worker in self.workers if worker.node is self]
        try:
            await self.workers.wait_for_complete(searches)
        except WorkerCancelled:
            return
