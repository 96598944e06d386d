"""The main screen: who is here, and what happens."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Input

from imtui.tui.badges import Glyphs
from imtui.tui.clock import Clock, time_of_day
from imtui.tui.command import Keys
from imtui.tui.commands import COMMANDS
from imtui.tui.events import EventKind
from imtui.tui.roster import View, count
from imtui.tui.screens.bindings import command_bindings
from imtui.tui.store import Store
from imtui.tui.widgets.command_line import CommandLine
from imtui.tui.widgets.event_pane import EventPane
from imtui.tui.widgets.finder import Finder
from imtui.tui.widgets.friend_list import FriendList
from imtui.tui.widgets.hint import Hint
from imtui.tui.widgets.key_line import KeyLine
from imtui.tui.widgets.pane_title import PaneTitle
from imtui.tui.widgets.too_small import TooSmall
from imtui.tui.widgets.top_line import TopLine


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
        super().__init__()
        self._store = store
        self._clock = clock
        self.friend_finder = Finder("friend-finder")
        self.event_finder = Finder("event-finder")
        self.top_line = TopLine(store, glyphs, clock, is_quiet)
        self.friend_title = PaneTitle("Friends", self._friend_counts)
        self.friend_list = FriendList(
            store, glyphs, clock, lambda: view(self.friend_finder.value.strip()), is_watched
        )
        self.event_title = PaneTitle("Events", self._event_note, "kind")
        self.event_pane = EventPane(store, glyphs, clock)
        self.hint = Hint(glyphs, keys)
        self.command_line = CommandLine(complete)
        self.key_line = KeyLine(keys, [command for command in COMMANDS if command.footer])

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield self.top_line
        with Horizontal(id="panes"):
            with Vertical(id="friends"):
                yield self.friend_title
                yield self.friend_finder
                yield self.friend_list
            with Vertical(id="events"):
                yield self.event_title
                yield self.event_finder
                yield self.event_pane
        yield self.hint
        with Vertical(id="foot"):
            yield self.command_line
            yield self.key_line
        yield TooSmall()

    def _friend_counts(self) -> list[str]:
        counts = str(count(self._store.friends()))
        if self._store.as_of is None:
            return [counts]
        as_of = f"as of {time_of_day(self._clock, self._store.as_of)}"
        return [f"{counts}, {as_of}", as_of]

    def _event_note(self) -> list[str]:
        shown = self.event_pane.shown_name
        return [shown if self.event_pane.follows else f"{shown}, End: newest"]

    def on_mount(self) -> None:
        """Keep the event pane's note right while it is scrolled."""
        self.watch(self.event_pane, "scroll_y", self._scrolled, init=False)

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
        if self.event_pane.has_focus and (
            self.event_finder.clear_and_hide() or self.event_pane.kind is not None
        ):
            self.show_kind(None)
        elif self.friend_list.has_focus and self.friend_finder.clear_and_hide():
            self.friend_list.sort_now()
        else:
            self._go(to_events=False)

    # Finding

    def find(self, words: str) -> None:
        """Narrow the pane that has the focus."""
        finder = self.event_finder if self._in_events else self.friend_finder
        finder.begin(words)

    @property
    def _in_events(self) -> bool:
        return self.has_class("-events") or self.event_pane.has_focus

    def show_kind(self, kind: EventKind | None) -> None:
        """Show one kind of events, or all."""
        self.event_pane.narrow(kind, self.event_finder.value.strip())
        self.event_title.refresh()

    @on(Input.Changed, "#friend-finder")
    def _narrow_friends(self) -> None:
        self.friend_list.sort_now()

    @on(Input.Changed, "#event-finder")
    def _narrow_events(self) -> None:
        self.show_kind(self.event_pane.kind)

    @on(Finder.Done)
    def _found(self) -> None:
        (self.event_pane if self._in_events else self.friend_list).focus()

    # Typing commands

    def type(self, words: str) -> None:
        """Let the person type a slash command, beginning with these words."""
        self.key_line.display = False
        self.command_line.begin(words)

    @on(CommandLine.Typed)
    @on(CommandLine.Left)
    def _typed(self) -> None:
        self.key_line.display = True
        (self.event_pane if self._in_events else self.friend_list).focus()
