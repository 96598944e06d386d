"""The person's choices about the list and alerts, for the main screen."""

from typing import TYPE_CHECKING

from imtui.tui.kit.clock import Clock, time_of_day
from imtui.tui.model.model import Model
from imtui.tui.model.roster import View
from imtui.tui.settings.file import SettingsFile
from imtui.tui.settings.schema import Order

if TYPE_CHECKING:
    from imtui.tui.services.watch_service import WatchService
    from imtui.tui.state.memory import Memory


class Personal:
    """The settings, and what is remembered of the account from ``begin`` on."""

    def __init__(self, model: Model, settings: SettingsFile, clock: Clock) -> None:
        """Start with the settings alone."""
        self._model = model
        self._settings = settings
        self._clock = clock
        self._memory: Memory | None = None
        self._watch_service: WatchService | None = None

    def begin(self, memory: "Memory", watch_service: "WatchService") -> None:
        """Use what is remembered of an account."""
        self._memory = memory
        self._watch_service = watch_service

    def is_watched(self, user_id: str) -> bool:
        """Tell whether the person watches a user."""
        return self._watch_service is not None and self._watch_service.get(user_id) is not None

    def view(self, query: str) -> View:
        """Return how the list is arranged, narrowed to a query."""
        order, chats = self._settings.settings.order, self._model.chats
        if self._memory is None:
            return View(order, query=query)
        state = self._memory.state
        return View(
            order,
            frozenset(state.favourites) | chats.pinned,
            state.groups,
            frozenset(state.folded),
            query,
            chats.last_message_times() if order is Order.MESSAGE else {},
        )

    def quiet_words(self) -> str:
        """Return the words for do-not-disturb; empty while it is off."""
        quiet = None if self._memory is None else self._memory.quiet(self._clock.now())
        if quiet is None:
            return ""
        until = "" if quiet.until is None else f" until {time_of_day(self._clock, quiet.until)}"
        return f"do not disturb{until}"
