"""Slows down whoever tries UserSigs: few failures for each pair of address and account."""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Final

from msgspec import Struct, field

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import is_user_id
from imtui.protocol.limits import LOGIN_FAILURES_MAX, LOGIN_FAILURES_WINDOW
from imtui.protocol.proof import Proof
from imtui.protocol.usersig import UserSigAheadError
from imtui.server.audit import Audit, Kind
from imtui.server.clock_faults import ClockFaults
from imtui.server.instant import Instant

_PAIRS_MAX: Final = 10_000
"""How many pairs are remembered; the ones that failed the longest ago are forgotten first."""
_UNTRIED: Final = frozenset(
    {
        ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EMPTY,
        ErrorCode.ERR_SVR_ACCOUNT_USERSIG_CHECK_FAILED,
        ErrorCode.ERR_SVR_ACCOUNT_SDKAPPID_NOT_FOUND,
        ErrorCode.ERR_SVR_ACCOUNT_USERSIG_FREQ_LIMIT,
    }
)
"""The codes of failures for which no key is tried; they do not count."""


class _Failures(Struct):
    times: deque[float] = field(default_factory=deque)
    refused_until: float = 0.0


class LoginGuard:
    """Lets UserSigs be checked, unless too many failed; logs those that are ahead."""

    def __init__(self, clock: Callable[[], Instant], audit: Audit) -> None:
        """Start without failures.

        Args:
            clock: Returns the current time.
            audit: Notes the failures.
        """
        self._clock = clock
        self._audit = audit
        self._clock_faults: dict[str, ClockFaults] = defaultdict(ClockFaults)
        """By what the UserSigs are for, so that clients do not hide an admin's line."""
        self._pairs: dict[tuple[str, str], _Failures] = {}

    def check(
        self,
        address: str,
        user_id: str,
        what: str,
        verify: Callable[[Callable[[], None]], Proof],
    ) -> Proof:
        """Return the proof of a UserSig.

        Args:
            address: The IP address of the client.
            user_id: The account that it claims to be.
            what: What the UserSig is for, in the audit log.
            verify: Checks it; calls its argument before it tries a key.

        Raises:
            IMError: 70050 with ``retryAfterMs`` after too many failures; those of ``verify``.
        """
        # Anything else is no account, whose name could be long.
        pair = (address, user_id if is_user_id(user_id) else "")
        try:
            return verify(lambda: self._admit(pair))
        except IMError as error:
            if error.code not in _UNTRIED:
                self._count(pair)
            is_limit = error.code == ErrorCode.ERR_SVR_ACCOUNT_USERSIG_FREQ_LIMIT
            self._audit(Kind.LIMIT if is_limit else Kind.FAILED, *pair, what, error.code)
            if isinstance(error, UserSigAheadError):
                now = self._clock().monotonic
                self._clock_faults[what].user_sig_ahead(user_id, error.ahead, now)
            raise

    def _admit(self, pair: tuple[str, str]) -> None:
        failures = self._pairs.get(pair)
        if failures is None:
            return
        left = failures.refused_until - self._clock().monotonic
        if left > 0:
            wait = {"retryAfterMs": int(left * 1000) + 1}
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_USERSIG_FREQ_LIMIT, "", wait)

    def _count(self, pair: tuple[str, str]) -> None:
        now = self._clock().monotonic
        failures = self._pairs.pop(pair, None) or _Failures()
        self._pairs[pair] = failures
        while len(self._pairs) > _PAIRS_MAX:
            del self._pairs[next(iter(self._pairs))]
        times = failures.times
        times.append(now)
        while times[0] <= now - LOGIN_FAILURES_WINDOW:
            times.popleft()
        if len(times) >= LOGIN_FAILURES_MAX:
            times.clear()
            failures.refused_until = now + LOGIN_FAILURES_WINDOW
