"""The core: takes calls and the time, and returns answers and changes."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import Struct

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import Request, decode_params
from imtui.protocol.messages import Empty, LoginParams
from imtui.protocol.proof import Proof
from imtui.protocol.status import UserStatus
from imtui.server.core import deliveries
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.accounts.changes import CloseReason
from imtui.server.core.archive import Archive
from imtui.server.core.caller import Admin, Caller, Claimant
from imtui.server.core.change import Change
from imtui.server.core.context import Context
from imtui.server.core.delivery import Delivery
from imtui.server.core.keys.keys import Keys
from imtui.server.core.keys.rotation import end_keys
from imtui.server.core.logins import sessions
from imtui.server.core.logins.absences import Absences, end_absent, note_away, note_back
from imtui.server.core.logins.login import login
from imtui.server.core.logins.registration import correct_revocations
from imtui.server.core.messages.retention import Retention
from imtui.server.core.methods import METHODS
from imtui.server.core.presence.recompute import recompute
from imtui.server.core.presence.status_ends import StatusEnds
from imtui.server.core.quotas import Quotas
from imtui.server.core.rates import Rates
from imtui.server.core.restoring import restored
from imtui.server.core.room import Disk
from imtui.server.core.state import Timing
from imtui.server.core.stored import StoredApp
from imtui.server.core.subscriptions import subscribing
from imtui.server.core.subscriptions.part import Subscriptions
from imtui.server.instant import Instant

_WALL_CLOCK_CHECK: Final = 1.0
"""The longest wait for the end of a custom status, in seconds.

The wall clock may be set, and the monotonic one stands still while the machine sleeps.
"""
_RATES_CHECK: Final = 60.0
_KEYS_CHECK: Final = 60.0
"""The longest wait for the end of a key, in seconds; edges note the end by themselves."""

_EMPTY: Final = Empty()


class Core:
    """The whole backend of an app, in virtual time.

    The caller chooses a number as session ID for each connection. Each call may emit changes, even
    if it fails; ``take_changes`` returns them.
    """

    def __init__(
        self,
        stored: StoredApp,
        now: Instant,
        *,
        archive: Archive,
        timing: Timing | None = None,
        befriend: Callable[[str, str], bool] | None = None,
        disk: Disk | None = None,
        keeps_devices: bool = False,
    ) -> None:
        """Start from the stored state.

        Args:
            stored: The stored state.
            now: The current time.
            archive: Finds stored messages.
            timing: How long the app waits.
            befriend: Whether a newly registered account and an earlier one are friends from the
                start; by default nobody is.
            disk: Tells whether the store may grow; by default it always may.
            keeps_devices: Whether devices that were connected may come back without anybody
                being told: edges keep the connections.
        """
        self._state = restored(
            stored, now, timing or Timing(), befriend, disk, keeps_devices=keeps_devices
        )
        self._archive = archive
        self._rates_checked = now.monotonic

    def context(self, caller: Caller, now: Instant) -> Context:
        """Return the context of a call."""
        return Context(self._state, caller, now, self._archive)

    @property
    def has_changes(self) -> bool:
        """Tell whether anything changed since the changes were last taken."""
        return bool(self._state.changes)

    def take_changes(self) -> list[Change]:
        """Return the changes since the last call, in order."""
        changes, self._state.changes = self._state.changes, []
        return changes

    def deliveries(self, changes: Sequence[Change]) -> list[Delivery]:
        """Return the deliveries for changes that were just taken, in order."""
        return deliveries.deliveries(self._state, changes)

    def call(
        self,
        session_id: int,
        request: Request,
        now: Instant,
        *,
        is_dropped: bool = False,
        is_read_only: bool = False,
    ) -> Struct:
        """Carry out a request of a session, and return its result.

        Args:
            session_id: The calling session.
            request: The request.
            now: The current time.
            is_dropped: The app's own server drops it: only the caller sees its effect.
            is_read_only: Nothing can be made durable at present.

        Raises:
            IMError: In this order: -32601 for an unknown method, 6014, 6017, then the call's own;
                70500 for a change that could not be made durable.
        """
        endpoint = METHODS.get(request.method)
        if endpoint is None:
            raise IMError(ErrorCode.JSONRPC_METHOD_NOT_FOUND)
        session = self._state[Accounts].session(session_id)
        params = decode_params(request.params, endpoint.params)
        if is_read_only and endpoint.is_durable:
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)
        function = endpoint.function
        if is_dropped and endpoint.dropped is not None:
            function = endpoint.dropped
        return function(self.context(session, now), params) or _EMPTY

    def login(
        self, session_id: int, proof: Proof, request: Request, now: Instant, address: str = ""
    ) -> UserStatus:
        """Log in a connection whose UserSig was checked, and return the account's own status.

        Args:
            session_id: The connection.
            proof: The verified UserSig.
            request: The request.
            now: The current time.
            address: The IP address of the client; empty if unknown.

        Raises:
            IMError: 70052 for a revoked UserSig; 6017; then the errors of ``login``.
        """
        self.check_not_revoked(proof, now)
        params = decode_params(request.params, LoginParams)
        return login(self.context(Claimant(session_id, proof, address), now), params)

    def origin_of(self, session_id: int) -> tuple[str, str]:
        """Return the IP address and the user of a session; both empty if it is not logged in."""
        session = self._state[Accounts].sessions.get(session_id)
        return ("", "") if session is None else (session.address, session.user_id)

    def account_key(self, session_id: int) -> int:
        """Return the key of the account of a session; 0 if it is not logged in."""
        session = self._state[Accounts].sessions.get(session_id)
        return 0 if session is None else self._state[Accounts][session.user_id].key

    def check_not_revoked(self, proof: Proof, now: Instant) -> None:
        """Check that a UserSig was not revoked.

        Raises:
            IMError: 70052.
        """
        correct_revocations(self._state, now)
        self._state[Accounts].user_sigs.check(proof)

    def lost(self, session_id: int, reason: CloseReason, now: Instant) -> None:
        """Handle that a connection ended without a logout, if it was logged in."""
        sessions.end(self._state, session_id, reason, now)

    def away(self, session_ids: Iterable[int], now: Instant) -> None:
        """Handle that the edge of some sessions is gone."""
        note_away(self._state, session_ids, now)

    def back(self, session_ids: Iterable[int]) -> None:
        """Handle that the edge of some sessions is there again."""
        note_back(self._state, session_ids)

    def sweep(self, now: Instant) -> None:
        """Handle deadlines that have passed."""
        state = self._state
        end_absent(state, now)
        for user_id in state[Subscriptions].clearings.pop_due(now.monotonic):
            subscribing.clear(state, user_id, now)
        for user_id in state[StatusEnds].pop_due(now.unix_ms):
            recompute(state, state[Accounts][user_id], now)
        end_keys(state, now)
        state[Retention].step(self.admin(now))
        if now.monotonic - self._rates_checked >= _RATES_CHECK:
            self._rates_checked = now.monotonic
            state[Rates].forget_old(now.monotonic)
            state[Quotas].forget_old(now.monotonic)

    def next_due(self, now: Instant) -> float | None:
        """Return when to sweep next, in monotonic seconds; None without deadlines."""
        due = self._state[Subscriptions].clearings.next_due()
        if (step := self._state[Retention].next_due(self._state)) is not None:
            due = step if due is None else min(due, step)
        if (lost := self._state[Absences].next_due()) is not None:
            due = lost if due is None else min(due, lost)
        if (end := self._state[StatusEnds].next_due()) is not None:
            due = _earlier(due, now, end, _WALL_CLOCK_CHECK)
        if (end := self._state[Keys].next_end) is not None:
            due = _earlier(due, now, end, _KEYS_CHECK)
        return due

    def logged_in(self) -> Counter[str]:
        """Return the number of sessions of each account, passive ones included."""
        sessions = self._state[Accounts].sessions.values()
        return Counter(session.user_id for session in sessions)

    def admin(self, now: Instant) -> Context:
        """Return the context of an admin who acts for the whole app."""
        return self.context(Admin(), now)


def _earlier(due: float | None, now: Instant, end: float, longest: float) -> float:
    """Return the earlier of a deadline and an end in Unix milliseconds, seen again in time."""
    end_due = now.monotonic + min((end - now.unix_ms) / 1000, longest)
    return end_due if due is None else min(due, end_due)
