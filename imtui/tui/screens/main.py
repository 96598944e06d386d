"""The main screen: who is here, and what happens."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus
from textual.screen import Screen

from imtui.tui.badges import Glyphs
from imtui.tui.clock import Clock, time_of_day
from imtui.tui.command import Keys
from imtui.tui.commands import COMMANDS
from imtui.tui.events import EventKind
from imtui.tui.roster import View, count
from imtui.tui.screens.bindings import command_bindings
from imtui.tui.settings import Order
from imtui.tui.store import Store
from imtui.tui.widgets.event_pane import EventPane
from imtui.tui.widgets.friend_list import FriendList
from imtui.tui.widgets.hint import Hint
from imtui.tui.widgets.key_line import KeyLine
from imtui.tui.widgets.painted import SPAN_STYLES
from imtui.tui.widgets.pane_title import PaneTitle
from imtui.tui.widgets.too_small import TooSmall
from imtui.tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from imtui.tui.widgets.command_line import CommandLine
    from imtui.tui.widgets.finder import Finder


class MainScreen(Screen[None]):
    """Friends on the left, events on the right; in a narrow terminal one of them at a time."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-tiny"),
        (20, "-one-pane"),
        (60, "-two-panes"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (5, "-low"), (12, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        *command_bindings(COMMANDS),
        Binding("escape", "friends", "Friends", show=False),
    ]
    AUTO_FOCUS = "FriendList"
    COMPONENT_CLASSES: ClassVar[set[str]] = SPAN_STYLES

    def __init__(
        self,
        store: Store,
        glyphs: Glyphs,
        clock: Clock,
        keys: Keys,
        view: Callable[[str], View],
        is_watched: Callable[[str], bool],
        is_quiet: Callable[[], str],
        complete: Callable[[str], list[str]],
    ) -> None:
        """Make the screen of a store.

        Args:
            store: What is shown.
            glyphs: The characters to draw with.
            clock: The time.
            keys: The keys of the commands.
            view: How the friend list is to be, narrowed to what fits some words.
            is_watched: Tells whether somebody is watched.
            is_quiet: Says in a few words that do-not-disturb is on; nothing if it is off.
            complete: Returns the lines that a slash command can become.
        """
        # Most terminals are so large; then nothing is styled twice for the first frame.
        super().__init__(classes="-two-panes -high")
        self._store = store
        self._clock = clock
        self._finders: dict[str, Finder] = {}
        self._command_line: CommandLine | None = None
        self._complete = complete
        self.top_line = TopLine(store, glyphs, clock, is_quiet)
        self.friend_title = PaneTitle("Friends", self._friend_counts)
        self.friend_list = FriendList(
            store, glyphs, clock, lambda: view(self.found_in("friends")), is_watched
        )
        self.event_title = PaneTitle("Events", self._event_note, "kind")
        self.event_pane = EventPane(store, glyphs, clock)
        self.hint = Hint(glyphs, keys)
        self.key_line = KeyLine(keys, [command for command in COMMANDS if command.footer])

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield self.top_line
        with Horizontal(id="panes"):
            with Vertical(id="friends"):
                yield self.friend_title
                yield self.friend_list
            with Vertical(id="events"):
                yield self.event_title
                yield self.event_pane
        yield self.hint
        yield self.key_line
        yield TooSmall()

    def _friend_counts(self) -> list[str]:
        counts = str(count(self._store.friends()))
        if self._store.as_of is None:
            order = self.friend_list.order
            return [counts] if order is Order.PRESENCE else [f"{counts}, by {order}", counts]
        as_of = f"as of {time_of_day(self._clock, self._store.as_of)}"
        return [f"{counts}, {as_of}", as_of]

    def _event_note(self) -> list[str]:
        shown = self.event_pane.shown_name
        if self.event_pane.follows:
            return [shown]
        return [f"{shown}, {'End: newest' if self._in_events else 'scrolled back'}", shown]

    def on_mount(self) -> None:
        """Keep the event pane's note right while it is scrolled."""
        self.watch(self.event_pane, "scroll_y", self._scrolled, init=False)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Note and show which pane has the focus; the line for commands belongs to none."""
        panes = [node.id for node in event.widget.ancestors if node.id in ("friends", "events")]
        if panes:
            self.set_class(panes == ["events"], "-events")
        self.friend_title.refresh()
        self.event_title.refresh()

    def _scrolled(self) -> None:
        self.event_title.refresh()

    def toggle_events(self) -> None:
        """Go to the event pane, or back to the friend list."""
        self._go(to_events=not self.event_pane.has_focus)

    def _go(self, *, to_events: bool) -> None:
        self.set_class(to_events, "-events")
        (self.event_pane if to_events else self.friend_list).focus()

    def action_friends(self) -> None:
        """Show all of the pane that has the focus; if nothing is hidden, go to the friends."""
        in_events = self.event_pane.has_focus
        narrowed = self._show_all("events" if in_events else "friends")
        if in_events and (narrowed or self.event_pane.kind is not None):
            self.show_kind(None)
        elif not narrowed:
            self._go(to_events=False)

    # Finding

    def find(self, words: str) -> None:
        """Narrow the pane that has the focus to what fits."""
        self._finder("events" if self._in_events else "friends").begin(words)

    def found_in(self, pane: str) -> str:
        """Return what is looked for in a pane, or nothing."""
        finder = self._finders.get(pane)
        return "" if finder is None else finder.value.strip()

    def _finder(self, pane: str) -> "Finder":
        if pane not in self._finders:
            from imtui.tui.widgets.finder import Finder

            # Not made before it is needed: the first frame comes first.
            self._finders[pane] = finder = Finder(pane)
            title = self.event_title if pane == "events" else self.friend_title
            self.mount(finder, after=title)
        return self._finders[pane]

    def _show_all(self, pane: str) -> bool:
        finder = self._finders.get(pane)
        return finder is not None and finder.clear_and_hide()

    @property
    def _in_events(self) -> bool:
        """Tell whether the event pane had the focus last."""
        return self.has_class("-events")

    def show_kind(self, kind: EventKind | None) -> None:
        """Show one kind of events, or all."""
        self.event_pane.narrow(kind, self.found_in("events"))
        self.event_title.refresh()

    def on_finder_narrowed(self, message: "Finder.Narrowed") -> None:
        """Show what fits while one types."""
        if message.pane == "events":
            self.show_kind(self.event_pane.kind)
        else:
            self.friend_list.sort_now()

    def on_finder_done(self, message: "Finder.Done") -> None:
        """Go on in the pane."""
        (self.event_pane if message.pane == "events" else self.friend_list).focus()

    # Typing commands

    def type(self, words: str) -> None:
        """Let the person type a slash command, beginning with these words."""
        if self._command_line is None:
            from imtui.tui.widgets.command_line import CommandLine

            self._command_line = CommandLine(self._complete)
            self.mount(self._command_line, before=self.key_line)
        self.key_line.display = False
        self._command_line.begin(words)

    def on_command_line_typed(self) -> None:
        """Show the footer again; the app does what was typed."""
        self._leave_command_line()

    def on_command_line_left(self) -> None:
        """Show the footer again."""
        self._leave_command_line()

    def _leave_command_line(self) -> None:
        self.key_line.display = True
        (self.event_pane if self._in_events else self.friend_list).focus()
