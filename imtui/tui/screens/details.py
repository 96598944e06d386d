"""The details of one user."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import BindingType

from imtui.protocol.status import UserStatus
from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.command import Keys
from imtui.tui.kit.clock import Clock, time_of_day
from imtui.tui.kit.list_row import ListRow
from imtui.tui.kit.spans import Span
from imtui.tui.model.events import Event
from imtui.tui.model.model import Model
from imtui.tui.model.person import Person, update_status
from imtui.tui.render.dialog_rows import labelled_line, text_line, time_line
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.screens.list_screen import ListScreen
from imtui.tui.services.watch_service import WatchService
from imtui.tui.widgets.bindings import command_bindings

_COMMANDS: Final = [
    command_by_id(name)
    for name in ("watch", "watch-always", "subscribe", "unsubscribe", "favourite", "copy")
] + [command_by_id("copy-text")]
_CHANGES_SHOWN: Final = 50


class DetailsScreen(ListScreen[None]):
    """One user: status, devices, the source of the status, and recent changes."""

    BINDINGS: ClassVar[list[BindingType]] = command_bindings(_COMMANDS)

    def __init__(
        self,
        user_id: str,
        model: Model,
        watch_service: WatchService,
        keys: Keys,
        glyphs: Glyphs,
        clock: Clock,
    ) -> None:
        """Make the view of a user; ``answered`` or ``refused`` reports the query later."""
        super().__init__(user_id, keys, _COMMANDS)
        self._user_id = user_id
        self._model = model
        self._watch_service = watch_service
        self._glyphs = glyphs
        self._clock = clock
        self._asked: Person | None = None
        self._refusal = ""

    @property
    def selected(self) -> str:
        """Return the user of the view, for commands."""
        return self._user_id

    def answered(self, status: UserStatus) -> None:
        """Show the answer to the query."""
        self._asked = Person(self._user_id, asked_at=self._clock.now())
        update_status(self._asked, status, self._asked.asked_at)
        self.show_changes()

    def refused(self, words: str) -> None:
        """Show why the query was refused."""
        self._refusal = words
        self.show_changes()

    def notes(self) -> Sequence[str]:
        """Return when the query was answered, or that it is pending."""
        if self._asked is not None:
            return [f"asked at {time_of_day(self._clock, self._asked.asked_at)}"]
        return [] if self._refusal else [self._glyphs.adapt("asking …")]

    def rows(self, width: int) -> list[ListRow]:
        """Return the facts, then the changes since the app started."""
        listed = self._model.person(self._user_id)
        person = listed or self._asked or Person(self._user_id)
        rows = [
            labelled_line(label, parts, width, self._glyphs) for label, parts in self._facts(person)
        ]
        if self._refusal:
            rows += [ListRow(), text_line(self._glyphs.adapt(self._refusal), width, "alert")]
        changes = self._model.changes_of(self._user_id, _CHANGES_SHOWN)
        rows += [ListRow(), ListRow([Span("   What changed while imtui ran", "title")])]
        rows += [
            time_line(one.at, self._words(one), width, self._glyphs, self._clock) for one in changes
        ] or [text_line("Nothing.", width)]
        return rows

    def _facts(self, person: Person) -> list[tuple[str, list[Span]]]:
        badge = self._glyphs.badge(person.status)
        as_of = person.as_of(self._model.connection.as_of)
        note = "" if as_of is None else f"  as of {time_of_day(self._clock, as_of)}"
        since = time_of_day(self._clock, person.since) if person.since else "not known"
        platforms = (self._asked or person).platforms
        watch = self._watch_service.get(self._user_id)
        watched = "no" if watch is None else "always" if watch.standing else "once"
        return [
            ("status", [Span(str(badge), "dim" if note else badge.style), Span(note, "dim")]),
            ("since", [Span(since)]),
            ("text", [Span(person.text or "none", "" if person.text else "dim")]),
            ("online devices", [Span(", ".join(platforms) or "none known")]),
            ("heard of", [Span(self._model.sources.of(person).value)]),
            ("called", [Span(person.name or "nothing else", "" if person.name else "dim")]),
            ("signature", [Span(person.signature or "none", "" if person.signature else "dim")]),
            ("friend", [Span("yes" if person.friend else "no")]),
            ("watched", [Span(watched)]),
        ]

    def _words(self, event: Event) -> str:
        status = "" if event.status is None else event.status.name
        text = self._glyphs.quote(event.text) if event.text else ""
        return "  ".join(part for part in (status, text, event.description) if part)
