"""The list of subscriptions and its recent changes."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import BindingType

from imtui.protocol.limits import SUBSCRIPTIONS_MAX
from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.command import Keys
from imtui.tui.kit.clock import Clock
from imtui.tui.kit.list_row import ListRow
from imtui.tui.kit.spans import Span
from imtui.tui.model.model import Model
from imtui.tui.model.person import Person
from imtui.tui.render.dialog_rows import person_row, text_line, time_line
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.screens.list_screen import ListScreen
from imtui.tui.widgets.bindings import command_bindings

_COMMANDS: Final = [
    command_by_id(name)
    for name in ("subscribe", "unsubscribe", "unsubscribe-all", "details", "watch", "copy")
]


class SubscriptionsScreen(ListScreen[None]):
    """The subscribed users, in order of eviction."""

    BINDINGS: ClassVar[list[BindingType]] = command_bindings(_COMMANDS)

    def __init__(self, model: Model, keys: Keys, glyphs: Glyphs, clock: Clock) -> None:
        """Make the view for a model."""
        super().__init__("Subscriptions", keys, _COMMANDS)
        self._model = model
        self._glyphs = glyphs
        self._clock = clock

    def notes(self) -> Sequence[str]:
        """Return the number of subscriptions and the limit."""
        number = f"{len(self._model.subscriptions.user_ids)} of {SUBSCRIPTIONS_MAX}"
        return [f"{number}, over that the first goes", number]

    def rows(self, width: int) -> list[ListRow]:
        """Return the subscriptions, then the changes since the app started."""
        subscriptions = self._model.subscriptions
        rows = [
            self._row(place, user_id, width)
            for place, user_id in enumerate(subscriptions.user_ids, 1)
        ]
        if not rows:
            rows = [text_line("Nobody. Friends' changes arrive without; + subscribes.", width)]
        if not self._model.sources.subscribers_notified:
            rows += [ListRow(), *self._why_silent(width)]
        if subscriptions.log:
            rows += [ListRow(), ListRow([Span("   What changed", "title")])]
        rows += [
            time_line(one.at, one.description, width, self._glyphs, self._clock)
            for one in reversed(subscriptions.log)
        ]
        return rows

    def _row(self, place: int, user_id: str, width: int) -> ListRow:
        person = self._model.person(user_id) or Person(user_id)
        note = "friend" if person.friend else ""
        stale_since = self._model.connection.as_of
        return person_row(f"{place:>3}", person, note, width, self._glyphs, stale_since)

    def _why_silent(self, width: int) -> list[ListRow]:
        return [
            text_line("Nothing is told of them now: the console has user status off, or", width),
            text_line("the edition lacks it. Ask who runs the backend.", width),
        ]
