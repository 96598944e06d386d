"""Actions on the panes and on the app itself."""

import os
import shutil

from textual.app import SuspendNotSupported

from imtui.protocol.safe_text import safe_text
from imtui.tui.actions.parts import Parts
from imtui.tui.commands.offers import TEXT_SIGN
from imtui.tui.commands.sentences import with_keys
from imtui.tui.commands.toggles import Outcome, Turn, outcome, parse_turn
from imtui.tui.kit.terminal import editor_command
from imtui.tui.model.events import KIND_NAMES
from imtui.tui.settings.schema import Order
from imtui.tui.widgets.event_pane import KINDS


class ViewActions:
    """Searching, order, folding, panes, themes, help, and quitting."""

    def __init__(self, parts: Parts) -> None:
        """Make the actions on the parts of the app."""
        self._main = parts.navigator.main
        self._feedback = parts.feedback
        self._glyphs = parts.glyphs
        self._keys = parts.keys
        self._login_service = parts.login_service
        self._memory = parts.memory
        self._navigator = parts.navigator
        self._preferences = parts.preferences
        self._settings_file = parts.settings_file

    # The friend list and the event pane

    def find(self, words: str) -> None:
        """Filter the current pane, or open its search input."""
        self._main.find(words)

    def order(self, typed: str) -> None:
        """Sort the list in an order, by default the next one."""
        orders = list(Order)
        if not typed.strip():
            place = orders.index(self._settings_file.settings.order)
            order = orders[(place + 1) % len(orders)]
        elif typed.strip().casefold() in orders:
            order = Order(typed.strip().casefold())
        else:
            self._feedback.complain(f"Orders are {', '.join(orders)}.")
            return
        self._preferences.keep("order", order.value)

    def fold(self, typed: str, turn: Turn) -> None:
        """Fold a group of the list, or open it."""
        group = typed.strip()
        if group not in self._main.friend_list.headings:
            group, turn = parse_turn(typed, turn)
        group = group or self._main.friend_list.heading
        if not group:
            return
        todo = outcome(turn, group in self._memory.state.folded)
        if todo is Outcome.KEEP:
            how = "open" if turn is Turn.OFF else f"folded already: /fold {group} off opens it"
            self._feedback.say(f"{self._glyphs.quote(group)} is {how}.")
            return
        folded = todo is Outcome.BEGIN
        self._memory.update(lambda state: state.with_folded(group, folded))
        self._main.friend_list.sort_now()

    def events(self, typed: str) -> None:
        """Show or hide the event pane; with nothing typed, go there or back."""
        words = typed.strip().casefold()
        if words in ("on", "off"):
            self._preferences.keep("event_pane", words == "on")
            if words == "off" and self._main.event_pane.has_focus:
                self._main.toggle_events()
        elif words:
            self._feedback.complain("Type /events on, /events off or /events alone.")
        else:
            self._main.toggle_events()

    def kind(self, typed: str) -> None:
        """Show one kind of events, by default the next one."""
        names = ["all", *KIND_NAMES.values()]
        pane = self._main.event_pane
        if not typed.strip():
            kind = KINDS[(KINDS.index(pane.kind) + 1) % len(KINDS)]
        elif typed.strip().casefold() in names:
            kind = KINDS[names.index(typed.strip().casefold())]
        else:
            self._feedback.complain(f"Kinds of events are {', '.join(names)}.")
            return
        self._main.show_kind(kind)

    # The app

    def type(self, words: str) -> None:
        """Open the command line for a slash command."""
        self._main.type(words or "/")

    def retry(self) -> None:
        """Connect now, or log in again."""
        self._login_service.retry()

    def theme(self, name: str) -> None:
        """Use a theme; if none is typed, offer them."""
        name = name.strip()
        if not name:
            self._choose_theme()
        elif name in self._navigator.themes:
            self._navigator.use_theme(name)
        else:
            quoted = self._glyphs.quote(name)
            all_themes = with_keys("{theme} shows them all.", self._keys)
            self._feedback.complain(f"There is no theme {quoted}; {all_themes}")

    def _choose_theme(self) -> None:
        from textual.theme import ThemeProvider

        from imtui.tui.screens.palette import ImtuiPalette

        self._navigator.open(ImtuiPalette(ThemeProvider, "a theme", self._nothing_fits))

    def settings(self) -> None:
        """Show the settings."""
        from imtui.tui.screens.settings import SettingsScreen

        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
        file = self._settings_file
        self._navigator.open(SettingsScreen(file, editor, self._keys, self._glyphs))

    def edit_settings(self) -> None:
        """Edit the settings file with the person's editor."""
        path = safe_text(str(self._settings_file.path))
        try:
            command = editor_command(os.environ)
        except ValueError:
            command = []
        if not command:
            words = f"Set VISUAL or EDITOR, such as EDITOR=nano, to edit {path}"
            self._feedback.complain(words)
        elif shutil.which(command[0]) is None:
            name = safe_text(command[0])
            words = f"There is no {name}: set VISUAL or EDITOR to edit {path}"
            self._feedback.complain(words)
        else:
            self._feedback.attempt(lambda: self._edit(command))

    async def _edit(self, command: list[str]) -> None:
        path = self._settings_file.path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            status = await self._navigator.lend_terminal([*command, str(path)])
        except (OSError, SuspendNotSupported) as error:
            words = f"{command[0]} cannot be run here: {error}. Edit {path} elsewhere."
            self._feedback.complain(safe_text(words))
            return
        self._preferences.reload()
        if status:
            words = f"{command[0]} ended with status {status}; what it saved holds."
            self._feedback.complain(safe_text(words))

    def open_palette(self) -> None:
        """Open the command palette if the main screen is on top."""
        if not self._navigator.is_main_on_top:
            return
        from imtui.tui.screens.palette import ImtuiPalette, ImtuiProvider

        placeholder = self._glyphs.adapt("a command, a person, a text … (= before any text)")
        self._navigator.open(ImtuiPalette(ImtuiProvider, placeholder, self._no_offer))

    def open_switcher(self) -> None:
        """Open the list of people and conversations, unless something lies over the main screen."""
        if not self._navigator.is_main_on_top:
            return
        from imtui.tui.screens.palette import ContactProvider, ImtuiPalette

        self._navigator.open(ImtuiPalette(ContactProvider, "a name", self._nothing_fits))

    def _nothing_fits(self, typed: str) -> None:
        self._feedback.complain(f"Nothing fits {self._glyphs.quote(typed)}.")

    def _no_offer(self, typed: str) -> None:
        if typed == TEXT_SIGN:
            self._feedback.complain(f"Write your status after {TEXT_SIGN}.")
            return
        quoted = self._glyphs.quote(typed)
        words = f"Nothing fits {quoted}. {TEXT_SIGN} before it makes it your status."
        self._feedback.complain(words)

    def open_help(self) -> None:
        """Show the help."""
        from imtui.tui.screens.help import HelpScreen

        self._navigator.open(HelpScreen(self._glyphs, self._keys))

    def leave(self) -> None:
        """Quit the app."""
        self._navigator.leave()
