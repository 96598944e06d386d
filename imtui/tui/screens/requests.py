"""Friend requests and blocked users."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import BindingType

from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.command import Keys
from imtui.tui.kit.clock import Clock, time_of_day
from imtui.tui.kit.list_row import ListRow
from imtui.tui.kit.spans import Span, crop
from imtui.tui.render.dialog_rows import text_line
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.screens.list_screen import ListScreen
from imtui.tui.services.friend_requests import FriendRequests, Request
from imtui.tui.widgets.bindings import command_bindings

_COMMANDS: Final = [
    command_by_id(name) for name in ("accept", "refuse", "block", "details", "copy")
]


class RequestsScreen(ListScreen[None]):
    """Incoming and outgoing friend requests, and blocked users."""

    BINDINGS: ClassVar[list[BindingType]] = command_bindings(_COMMANDS)

    def __init__(
        self, friend_requests: FriendRequests, keys: Keys, glyphs: Glyphs, clock: Clock
    ) -> None:
        """Make the view."""
        super().__init__("Friend requests", keys, _COMMANDS)
        self._friend_requests = friend_requests
        self._glyphs = glyphs
        self._clock = clock

    def notes(self) -> Sequence[str]:
        """Return the number of requests to answer."""
        waiting = sum(1 for one in self._friend_requests.requests if one.is_incoming)
        return [f"{waiting} to answer"]

    def rows(self, width: int) -> list[ListRow]:
        """Return the requests, then the blocked users."""
        rows = [self._row(request, width) for request in self._friend_requests.requests]
        if not rows:
            rows = [text_line("None. a asks somebody to be a friend.", width)]
        if self._friend_requests.blocked:
            rows += [ListRow(), ListRow([Span("   Blocked", "title")])]
        rows += [
            ListRow(crop([Span(f"   {user_id}")], width, self._glyphs.ellipsis), user_id)
            for user_id in self._friend_requests.blocked
        ]
        return rows

    def _row(self, request: Request, width: int) -> ListRow:
        when = time_of_day(self._clock, request.at)
        line = [
            Span(f"   {request.user_id}  ", "accent" if request.is_incoming else ""),
            Span("asks you" if request.is_incoming else "was asked by you", "dim"),
            Span(f" {when}  ", "dim"),
            Span(request.wording),
        ]
        return ListRow(crop(line, width, self._glyphs.ellipsis), request.user_id)
