"""The list of watches, which report when a user comes ONLINE."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import BindingType

from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.command import Keys
from imtui.tui.commands.sentences import with_keys
from imtui.tui.kit.clock import Clock, time_of_day
from imtui.tui.kit.list_row import ListRow
from imtui.tui.model.model import Model
from imtui.tui.model.person import Person
from imtui.tui.model.sources import UpdateSource
from imtui.tui.model.watches import Watch
from imtui.tui.render.dialog_rows import person_row, text_line
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.screens.list_screen import ListScreen
from imtui.tui.services.watch_service import WatchService
from imtui.tui.widgets.bindings import command_bindings

_COMMANDS: Final = [
    command_by_id(name) for name in ("watch", "watch-always", "details", "subscribe", "copy")
]


class WatchesScreen(ListScreen[None]):
    """The watched users, each watched once or always."""

    BINDINGS: ClassVar[list[BindingType]] = command_bindings(_COMMANDS)

    def __init__(
        self, model: Model, watch_service: WatchService, keys: Keys, glyphs: Glyphs, clock: Clock
    ) -> None:
        """Make the view of the watch service's watches."""
        super().__init__("Watches", keys, _COMMANDS)
        self._model = model
        self._watch_service = watch_service
        self._keys = keys
        self._glyphs = glyphs
        self._clock = clock

    def notes(self) -> Sequence[str]:
        """Return an explanation of watches."""
        return ["told when they stay ONLINE for 10 s", "ONLINE for 10 s"]

    def rows(self, width: int) -> list[ListRow]:
        """Return the watches in the order in which they were set."""
        rows = [self._row(watch, width) for watch in self._watch_service.all()]
        return rows or [
            text_line(with_keys("Nobody: {watch} on a friend watches them.", self._keys), width)
        ]

    def _row(self, watch: Watch, width: int) -> ListRow:
        person = self._model.person(watch.user_id)
        how = "always" if watch.standing else "once"
        note = f"{how}, set {time_of_day(self._clock, watch.set_at)}"
        if person is None or self._model.sources.of(person) is UpdateSource.NOTHING:
            note = f"{how}, but nothing is heard of them"
        shown = person or Person(watch.user_id)
        stale_since = self._model.connection.as_of
        head = f" {self._glyphs.watched} "
        return person_row(head, shown, note, width, self._glyphs, stale_since)
