"""An app that does what keys, typed lines and widgets ask for, and tells the person of it."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen

from imtui.protocol.errors import IMError
from imtui.tui.commands.command import Takes
from imtui.tui.kit.typed_ahead import TypedAhead
from imtui.tui.model.events import EventKind
from imtui.tui.model.model import Model
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.screens.main import MainScreen
from imtui.tui.widgets.run_command import RunCommand

if TYPE_CHECKING:
    from imtui.tui.actions.actions import Actions
    from imtui.tui.model.choices import Choice
    from imtui.tui.widgets.command_line import CommandLine
    from imtui.tui.widgets.composer import Composer


class CommandingApp(App[None]):
    """Runs the commands of the registry, however they are asked for."""

    main: MainScreen
    model: Model
    glyphs: Glyphs
    typed_ahead: TypedAhead
    leaves = False
    """Whether the person has quit; nothing more is done then."""

    @property
    def actions(self) -> "Actions":
        """Return what the commands do."""
        raise NotImplementedError

    # Commands

    def on_run_command(self, message: RunCommand) -> None:
        """Do what a widget asks for."""
        self.run_command(message.command_id, message.argument)

    def action_run_command(self, command_id: str) -> None:
        """Do what a key is bound to."""
        self.run_command(command_id)

    def on_command_line_typed(self, message: "CommandLine.Typed") -> None:
        """Do what was typed."""
        self.run_line(message.line)

    def run_command(self, command_id: str, argument: str = "") -> None:
        """Run a command of the registry; none after the one that quits."""
        if self.leaves:
            return
        self.main.hint.show(False)
        from imtui.tui.actions.table import ACTIONS

        ACTIONS[command_id](self.actions, argument)

    def run_line(self, line: str, *, from_chat: bool = False) -> bool:
        """Run a slash command, and tell whether it is one; what is none can be mended."""
        from imtui.tui.commands.slash import SlashError, parse

        try:
            command, argument = parse(line)
        except SlashError as error:
            self.complain(str(error))
            if not from_chat:
                self.main.type(line)
            return False
        self.run_command(command.id, argument)
        return True

    def complete(self, line: str) -> list[str]:
        """Return the lines that a slash command can become."""
        from imtui.tui.commands.slash import complete

        words = {
            Takes.USER: sorted(person.user_id for person in self.model.listed()),
            Takes.GROUP: sorted(self.main.friend_list.headings),
            Takes.TEXT: [choice.text for choice in self.choices()],
            Takes.THEME: sorted(self.available_themes),
        }
        return complete(line, words)

    def choices(self) -> "list[Choice]":
        """Return the texts to offer."""
        return self.actions.own.choices()

    def put_status(self, text: str, expires_at: int | None = None) -> None:
        """Set exactly this text, or clear it with an empty one."""
        self.actions.own.put(text, expires_at)

    @property
    def selected(self) -> str:
        """Return the ID of the user that is meant on the screen, or nothing."""
        if self.screen is self.main:
            return self.main.selected
        from imtui.tui.screens.list_screen import ListScreen

        return self.screen.selected if isinstance(self.screen, ListScreen) else ""

    def attempt(self, call: Callable[[], Awaitable[None]]) -> None:
        """Make a call in the background; an error becomes a sentence on the screen."""
        from imtui.tui.services.explain import explain

        async def attempt() -> None:
            try:
                await call()
            except IMError as error:
                self.complain(explain(error))

        self.run_worker(attempt(), exit_on_error=True)

    def open(self, screen: Screen[Any], then: Callable[[Any], None] | None = None) -> None:
        """Lay a screen over the others, and do something with what it is dismissed with."""
        self.push_screen(screen, then)

    def say(self, words: str, *, who: str = "") -> None:
        """Tell something as an event, and as a toast, as the person has just asked for it."""
        words = self.glyphs.plain(words)
        self.model.feed.tell(EventKind.NOTICE, words, who=who)
        self.notify(f"{who} {words}".strip(), markup=False)

    def complain(self, words: str) -> None:
        """Tell of something that did not work."""
        words = self.glyphs.plain(words)
        self.model.feed.tell(EventKind.NOTICE, words)
        self.notify(words, severity="error", markup=False)

    def toast(self, words: str) -> None:
        """Show words over the screen for a while."""
        self.notify(self.glyphs.plain(words), markup=False)

    def copy(self, text: str, what: str) -> None:
        """Put a text into the clipboard: by the system's own tool, else through the terminal."""

        async def copy() -> None:
            from imtui.tui.kit.desktop import copy_native

            if not await copy_native(text):
                self.copy_to_clipboard(text)
            self.say(f"copied {what}")

        self.attempt(copy)

    def write_raw(self, sequence: str) -> None:
        """Write an escape sequence of ours to the terminal."""
        if self._driver is not None:
            self._driver.write(sequence)

    # What is written

    def on_composer_written(self, message: "Composer.Written") -> None:
        """Send a message."""
        self.actions.conversations.write(message.text)

    def on_composer_begun(self) -> None:
        """Tell that something is being written."""
        self.actions.conversations.begun()

    def on_composer_pasted(self, message: "Composer.Pasted") -> None:
        """Ask about a long paste."""
        self.actions.conversations.pasted(message.text)
