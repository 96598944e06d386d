"""Repaints the screens when the model changes, at a limited rate."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from imtui.tui.app.terminal_title import TerminalTitle
from imtui.tui.kit.clock import Clock, Handle, Throttle
from imtui.tui.kit.undocumented.app import FaultTolerantApp
from imtui.tui.model.connection import Link
from imtui.tui.model.model import Model
from imtui.tui.screens.main import MainScreen

if TYPE_CHECKING:
    from imtui.tui.state.memory import Memory

CHANGES_INTERVAL: Final = 0.25
"""Seconds between repaints: a lone change shows at once, a flood is batched."""
COUNTS_INTERVAL: Final = 1.0


class Painter:
    """Paints changes of the model, the countdown and the end of do-not-disturb."""

    def __init__(
        self,
        app: FaultTolerantApp,
        model: Model,
        clock: Clock,
        main: MainScreen,
        sees_end_of_chat: Callable[[str], bool],
    ) -> None:
        """Make the painter; ``begin`` starts it.

        Args:
            app: The app.
            model: What to paint.
            clock: The time.
            main: The main screen.
            sees_end_of_chat: Tells whether the end of the conversation with a user is visible.
        """
        self._app = app
        self._model = model
        self._clock = clock
        self._main = main
        self._sees_end_of_chat = sees_end_of_chat
        self.title = TerminalTitle(lambda sequence: app.write_raw(sequence))
        self._memory: Memory | None = None
        self._changes = Throttle(clock, CHANGES_INTERVAL, self.later(self._show_changes))
        self._counts = Throttle(clock, COUNTS_INTERVAL, self.later(self._show_counts))
        self._countdown: Handle | None = None
        self._quiet_end: Handle | None = None

    def begin(self) -> None:
        """Paint whenever the model changes."""
        self._model.feed.add_listener(self._changes.request)
        self._changes.request()

    def follow_memory(self, memory: "Memory") -> None:
        """Show do-not-disturb as it is remembered, and again after each change."""
        self._memory = memory
        memory.add_listener(self.later(self.show_quiet))
        self.show_quiet()

    def later(self, show: Callable[[], None]) -> Callable[[], None]:
        """Return a callback that schedules ``show`` in the app's task.

        The SDK's tasks change the model, but only the app's task may paint.
        """

        def call() -> None:
            self._app.call_next(show)

        return call

    def _show_changes(self) -> None:
        self._show_roster()
        self._show_events()

    def _show_roster(self) -> None:
        changed = self._model.feed.take_changed()
        if changed.head or changed.roster:
            self._main.top_line.refresh()
            self._show_title()
            self._count_down()
        if changed.roster or changed.people:
            self._counts.request()
            self._main.friend_list.show(changed)
        self._main.chat.show(changed)

    def show_times(self) -> None:
        """Format all times anew, on another day or in another time zone."""
        self._main.chat.show_times()
        self._main.event_pane.refresh()
        self._main.friend_title.refresh()
        self._model.feed.changed.head = True
        self._model.feed.roster_changed()

    def _show_title(self) -> None:
        user_id = self._main.chat.user_id
        # What comes into the conversation that the user looks at is read in a moment.
        seen = user_id if self._sees_end_of_chat(user_id) else ""
        self.title.show(self._model.chats.unread_elsewhere(seen))

    def _show_counts(self) -> None:
        self._main.friend_title.refresh()

    def _show_events(self) -> None:
        self._main.event_pane.show_new()
        for screen in self._app.screen_stack[1:]:
            from imtui.tui.screens.list_screen import ListScreen

            if isinstance(screen, ListScreen):
                screen.show_changes()

    def _count_down(self) -> None:
        if self._countdown is not None:
            self._countdown.cancel()
            self._countdown = None
        if self._model.connection.link is Link.WAITING:
            self._main.top_line.refresh()
            again = self.later(self._count_down)
            self._countdown = self._clock.call_later(1.0, again)

    def show_quiet(self) -> None:
        """Show whether do-not-disturb is on, now and when it ends."""
        if self._quiet_end is not None:
            self._quiet_end.cancel()
            self._quiet_end = None
        self._main.top_line.refresh()
        now = self._clock.now()
        quiet = None if self._memory is None else self._memory.quiet(now)
        if quiet is not None and quiet.until is not None:
            left = (quiet.until - now) / 1000
            self._quiet_end = self._clock.call_later(left, self.later(self.show_quiet))
