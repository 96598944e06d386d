"""Sessions whose edge is gone: their clients have some time to come back elsewhere."""

from collections.abc import Iterable
from typing import Final

from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.accounts.changes import CloseReason
from imtui.server.core.logins.sessions import end
from imtui.server.core.state import State
from imtui.server.deadlines import Deadlines
from imtui.server.instant import Instant

_AT_ONCE: Final = 200
"""How many sessions are lost in one step: a whole edge may be gone, and others wait meanwhile."""


class Absences(Deadlines[int]):
    """When each session without an edge is lost, in monotonic seconds."""


def note_away(state: State, session_ids: Iterable[int], now: Instant) -> None:
    """Let sessions be lost some time later, unless they end or come back before."""
    for session_id in session_ids:
        # Those who are away already have no more time than the rest of theirs.
        if session_id in state[Accounts].sessions and session_id not in state[Absences]:
            state[Absences].set(session_id, now.monotonic + state.timing.return_within)


def note_back(state: State, session_ids: Iterable[int]) -> None:
    """Note that sessions are with their edge again."""
    for session_id in session_ids:
        state[Absences].cancel(session_id)


def end_absent(state: State, now: Instant) -> None:
    """Handle that the clients of some sessions have not come back in time."""
    for session_id in state[Absences].pop_due(now.monotonic, _AT_ONCE):
        end(state, session_id, CloseReason.LOST, now)
