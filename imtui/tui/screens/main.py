"""The main screen: who is here, and what happens."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from imtui.tui.badges import Glyphs
from imtui.tui.clock import Clock, time_of_day
from imtui.tui.commands import COMMANDS
from imtui.tui.roster import count
from imtui.tui.store import Store
from imtui.tui.widgets.event_pane import EventPane
from imtui.tui.widgets.friend_list import FriendList
from imtui.tui.widgets.key_line import KeyLine
from imtui.tui.widgets.pane_title import PaneTitle
from imtui.tui.widgets.too_small import TooSmall
from imtui.tui.widgets.top_line import TopLine


def _bindings() -> list[BindingType]:
    return [
        Binding(
            ",".join(command.keys),
            f"app.run_command('{command.id}')",
            command.title,
            id=command.id,
            show=False,
        )
        for command in COMMANDS
        if command.keys
    ]


class MainScreen(Screen[None]):
    """Friends on the left, events on the right; in a narrow terminal one of them at a time."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-tiny"),
        (20, "-one-pane"),
        (60, "-two-panes"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (5, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        *_bindings(),
        Binding("escape", "friends", "Friends", show=False),
    ]
    AUTO_FOCUS = "FriendList"

    def __init__(self, store: Store, glyphs: Glyphs, clock: Clock) -> None:
        """Make the screen of a store."""
        super().__init__()
        self._store = store
        self._clock = clock
        self.top_line = TopLine(store, glyphs, clock)
        self.friend_title = PaneTitle("Friends", self._friend_counts)
        self.friend_list = FriendList(store, glyphs, clock)
        self.event_title = PaneTitle("Events", self._event_note)
        self.event_pane = EventPane(store, glyphs, clock)

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
        yield KeyLine()
        yield TooSmall()

    def _friend_counts(self) -> list[str]:
        counts = str(count(person for person in self._store.listed() if person.friend))
        if self._store.as_of is None:
            return [counts]
        as_of = f"as of {time_of_day(self._clock, self._store.as_of)}"
        return [f"{counts}, {as_of}", as_of]

    def _event_note(self) -> list[str]:
        return ["all" if self.event_pane.follows else "End: newest"]

    def on_mount(self) -> None:
        """Keep the event pane's note right while it is scrolled."""
        self.watch(self.event_pane, "scroll_y", self._scrolled, init=False)

    def _scrolled(self) -> None:
        self.event_title.refresh()

    def toggle_events(self) -> None:
        """Go to the event pane, or back to the friend list."""
        to_events = not self.event_pane.has_focus
        self.set_class(to_events, "-events")
        (self.event_pane if to_events else self.friend_list).focus()

    def action_friends(self) -> None:
        """Go back to the friend list."""
        self.remove_class("-events")
        self.friend_list.focus()
