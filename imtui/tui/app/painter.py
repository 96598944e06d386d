"""From the model to the screens: what changed is painted, no more often than an eye can follow."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from textual.screen import Screen

from imtui.tui.kit.clock import Clock, Handle, Throttle
from imtui.tui.model.connection import Link
from imtui.tui.model.model import Model
from imtui.tui.screens.main import MainScreen

if TYPE_CHECKING:
    from imtui.tui.state.memory import Memory

CHANGES_INTERVAL: Final = 0.25
"""A lone change shows at once; in a flood, what changed meanwhile is painted in one go."""
COUNTS_INTERVAL: Final = 1.0


class Canvas(Protocol):
    """What painting needs of the app."""

    model: Model
    clock: Clock

    @property
    def memory(self) -> "Memory":
        """Return what is remembered of the account."""

    main: MainScreen

    @property
    def screen_stack(self) -> list[Screen[Any]]:
        """Return the screens that lie over one another, the top one last."""

    def call_next(self, callback: Callable[[], None]) -> None:
        """Call something in the app's own turn."""


class Painter:
    """Paints what changed, and what changes by time alone: a countdown, the end of quiet."""

    def __init__(self, canvas: Canvas) -> None:
        """Paint an app; it is asleep until ``begin``."""
        self._canvas = canvas
        clock = canvas.clock
        self._changes = Throttle(clock, CHANGES_INTERVAL, self.later(self._show_changes))
        self._counts = Throttle(clock, COUNTS_INTERVAL, self.later(self._show_counts))
        self._countdown: Handle | None = None
        self._quiet_end: Handle | None = None

    def begin(self) -> None:
        """Follow the model."""
        self._canvas.model.feed.watch(self._changes.ask)
        self._changes.ask()

    def later(self, show: Callable[[], None]) -> Callable[[], None]:
        """Return what has ``show`` called in the app's own turn.

        The model is written to from the SDK's tasks; painting belongs to the app's own.
        """

        def call() -> None:
            self._canvas.call_next(show)

        return call

    def _show_changes(self) -> None:
        self._show_roster()
        self._show_events()

    def _show_roster(self) -> None:
        changed = self._canvas.model.feed.take_changed()
        if changed.head or changed.roster:
            self._canvas.main.top_line.refresh()
            self._count_down()
        if changed.roster or changed.people:
            self._counts.ask()
            self._canvas.main.friend_list.show(changed)
        self._canvas.main.show_chat(changed)

    def _show_counts(self) -> None:
        self._canvas.main.friend_title.refresh()

    def _show_events(self) -> None:
        self._canvas.main.event_pane.show_new()
        for screen in self._canvas.screen_stack[1:]:
            from imtui.tui.screens.list_screen import ListScreen

            if isinstance(screen, ListScreen):
                screen.show_changes()

    def _count_down(self) -> None:
        if self._countdown is not None:
            self._countdown.cancel()
            self._countdown = None
        if self._canvas.model.connection.link is Link.WAITING:
            self._canvas.main.top_line.refresh()
            again = self.later(self._count_down)
            self._countdown = self._canvas.clock.call_later(1.0, again)

    def show_quiet(self) -> None:
        """Show whether do-not-disturb is on, now and when it ends."""
        if self._quiet_end is not None:
            self._quiet_end.cancel()
            self._quiet_end = None
        self._canvas.main.top_line.refresh()
        now = self._canvas.clock.now()
        quiet = self._canvas.memory.quiet(now)
        if quiet is not None and quiet.until is not None:
            left = (quiet.until - now) / 1000
            self._quiet_end = self._canvas.clock.call_later(left, self.later(self.show_quiet))
