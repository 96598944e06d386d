"""What a person does about what is shown, and with the app itself."""

from imtui.tui.actions.host import Host
from imtui.tui.events import KIND_NAMES
from imtui.tui.settings.schema import Order
from imtui.tui.widgets.event_pane import KINDS


class ViewActions:
    """Finding, order, folding, panes, themes, help, and leaving."""

    def __init__(self, host: Host) -> None:
        """Act for an app."""
        self._host = host

    # The friend list and the event pane

    def find(self, words: str) -> None:
        """Narrow the pane that has the focus to what fits, or ask what that is."""
        if self._host.main.in_chat:
            self._host.run_command("search-here", words)
        else:
            self._host.main.find(words)

    def order(self, typed: str) -> None:
        """Sort the list in an order, or in the next one."""
        orders = list(Order)
        if not typed.strip():
            place = orders.index(self._host.settings.settings.order)
            order = orders[(place + 1) % len(orders)]
        elif typed.strip().casefold() in orders:
            order = Order(typed.strip().casefold())
        else:
            self._host.complain(f"Orders are {', '.join(orders)}.")
            return
        self._host.keep_setting("order", order.value)

    def fold(self, group: str) -> None:
        """Fold a group of the list, or open it."""
        group = group.strip() or self._host.main.friend_list.heading
        if not group:
            return
        folded = group not in self._host.memory.state.folded
        self._host.memory.change(lambda state: state.with_folded(group, folded))
        self._host.main.friend_list.sort_now()

    def toggle_events(self) -> None:
        """Go to the event pane, or back to the friend list."""
        self._host.main.toggle_events()

    def kind(self, typed: str) -> None:
        """Show one kind of events, or the next one."""
        names = ["all", *KIND_NAMES.values()]
        pane = self._host.main.event_pane
        if not typed.strip():
            kind = KINDS[(KINDS.index(pane.kind) + 1) % len(KINDS)]
        elif typed.strip().casefold() in names:
            kind = KINDS[names.index(typed.strip().casefold())]
        else:
            self._host.complain(f"Kinds of events are {', '.join(names)}.")
            return
        self._host.main.show_kind(kind)

    # The app

    def type(self, words: str) -> None:
        """Let the person type a slash command."""
        self._host.main.type(words or "/")

    def retry(self) -> None:
        """Connect now, or log in again."""
        self._host.session.retry()

    def theme(self, name: str) -> None:
        """Use a theme, or let the person choose one."""
        name = name.strip()
        if not name:
            self._choose_theme()
        elif name in self._host.available_themes:
            self._host.theme = name
        else:
            quoted = self._host.glyphs.quote(name)
            self._host.complain(f"There is no theme {quoted}; t shows them all.")

    def _choose_theme(self) -> None:
        from textual.theme import ThemeProvider

        from imtui.tui.palette import ImtuiPalette

        self._host.open(ImtuiPalette(providers=[ThemeProvider], placeholder="a theme"))

    def settings(self) -> None:
        """Tell where the settings are, and what is wrong in them."""
        settings = self._host.settings
        self._host.say(f"Settings: {self._host.settings_path} (read again whenever it is saved)")
        for problem in settings.problems:
            self._host.complain(problem)

    def open_palette(self) -> None:
        """Open the command palette, unless something lies over the main screen."""
        if self._host.screen is not self._host.main:
            return
        from imtui.tui.palette import ImtuiPalette, ImtuiProvider

        placeholder = self._host.glyphs.plain("a text, or a command …")
        self._host.open(ImtuiPalette(providers=[ImtuiProvider], placeholder=placeholder))

    def open_help(self) -> None:
        """Show the help."""
        from imtui.tui.screens.help import HelpScreen

        self._host.open(HelpScreen(self._host.glyphs, self._host.keys))

    def leave(self) -> None:
        """Quit the app."""
        self._host.leave()
