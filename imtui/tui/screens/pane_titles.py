"""The titles of the panes on the main screen."""

from collections.abc import Sequence

from imtui.tui.kit.clock import Clock, time_of_day
from imtui.tui.model.model import Model
from imtui.tui.model.roster import count
from imtui.tui.settings.schema import Order
from imtui.tui.widgets.event_pane import EventPane
from imtui.tui.widgets.friend_list import FriendList
from imtui.tui.widgets.pane_title import PaneTitle


class FriendTitle(PaneTitle):
    """The title of the friend list, with the number of friends by status."""

    def __init__(self, model: Model, clock: Clock, friend_list: FriendList) -> None:
        """Make the title of a friend list."""
        super().__init__("Friends")
        self._model = model
        self._clock = clock
        self._friend_list = friend_list

    def notes(self) -> Sequence[str]:
        """Return the counts, with the order of the list or the time they are as of."""
        counts = str(count(self._model.friends()))
        if self._model.connection.as_of is None:
            order = self._friend_list.order
            return [counts] if order is Order.PRESENCE else [f"{counts}, by {order}", counts]
        as_of = f"as of {time_of_day(self._clock, self._model.connection.as_of)}"
        return [f"{counts}, {as_of}", as_of]


class EventTitle(PaneTitle):
    """The title of the event pane, with the kind of events it shows."""

    def __init__(self, event_pane: EventPane) -> None:
        """Make the title of an event pane; a click on the note runs ``kind``."""
        super().__init__("Events", "kind")
        self._event_pane = event_pane

    def notes(self) -> Sequence[str]:
        """Return the kind shown, and whether newer events are below."""
        shown = self._event_pane.shown_name
        if self._event_pane.follows:
            return [shown]
        in_events = self.screen.has_class("-in-events")
        return [f"{shown}, {'End: newest' if in_events else 'scrolled back'}", shown]
