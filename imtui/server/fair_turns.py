"""Fair turns: accounts take turns, and the sessions of an account take its turns; pure."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from imtui.server.buckets import LEAST
from imtui.server.deadlines import Deadlines

K = TypeVar("K", bound=Hashable)
S = TypeVar("S", bound=Hashable)


class FairTurns(Generic[K, S]):
    """The sessions that wait for a turn, by the account that pays for it.

    Each account has a turn before any has another one, but an account in debt has none.
    """

    def __init__(self, wait: Callable[[K, float], float]) -> None:
        """Start with nobody waiting.

        Args:
            wait: Returns for how many seconds an account is still in debt, given the time.
        """
        self._wait = wait
        self._accounts: dict[S, K] = {}
        self._sessions: dict[K, dict[S, None]] = {}
        self.ready: dict[K, None] = {}
        """The accounts that are not known to be in debt; the first one is next."""
        self._indebted: Deadlines[K] = Deadlines()

    def want(self, account: K, session: S) -> None:
        """Let a session wait for a turn, unless it does already."""
        if (earlier := self._accounts.get(session)) is not None:
            if earlier == account:
                return
            self.leave(session)
        self._accounts[session] = account
        if account in self._sessions:
            self._sessions[account][session] = None
        else:
            self._sessions[account] = {session: None}
            self.ready[account] = None

    def leave(self, session: S) -> None:
        """Let a session wait no longer, if it does."""
        account = self._accounts.pop(session, None)
        if account is None:
            return
        del self._sessions[account][session]
        if not self._sessions[account]:
            del self._sessions[account]
            self.ready.pop(account, None)
            self._indebted.cancel(account)

    def next(self, now: float) -> S | None:
        """Return the session that has a turn now, and waits no longer; None if there is none."""
        # Where a debt is over by rounding only, its account must not wait for a deadline.
        for account in self._indebted.pop_due(now + LEAST):
            self.ready[account] = None
        while self.ready:
            account = next(iter(self.ready))
            del self.ready[account]
            wait = self._wait(account, now)
            if wait > 0:
                self._indebted.set(account, now + wait)
                continue
            session = next(iter(self._sessions[account]))
            self.ready[account] = None
            self.leave(session)
            return session
        return None

    def next_due(self) -> float | None:
        """Return when the first account is out of debt; None if none is known to be in debt."""
        return self._indebted.next_due()
