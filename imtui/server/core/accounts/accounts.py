"""The accounts and sessions of an app."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, ValuesView

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.status import UserStatus, UserStatusType
from imtui.server.core.accounts.account import Account
from imtui.server.core.accounts.user_sigs import UserSigs
from imtui.server.core.caller import Session


class Accounts:
    """All accounts by user ID, and all sessions."""

    def __init__(self, next_key: int, last_login_order: int = 0) -> None:
        """Start without accounts.

        Args:
            next_key: The first key that no account has had.
            last_login_order: The greatest login order that a device has had.
        """
        self.sessions: dict[int, Session] = {}
        self.connected: dict[str, tuple[int, ...]] = {}
        """The sessions of each account that has any, passive ones included."""
        self.session_edits = 0
        """How often a session was added or dropped."""
        self.user_sigs = UserSigs()
        self.by_status: Counter[UserStatusType] = Counter()
        """How many accounts have each general status."""
        self._accounts: dict[str, Account] = {}
        self._ids: list[str] | None = None
        """All user IDs, sorted; None until they are needed."""
        self._next_key = next_key
        self._login_order = last_login_order

    def __contains__(self, user_id: str) -> bool:
        """Tell whether an account exists."""
        return user_id in self._accounts

    def __getitem__(self, user_id: str) -> Account:
        """Return an account, which has to exist."""
        return self._accounts[user_id]

    def __iter__(self) -> Iterator[Account]:
        """Iterate over all accounts."""
        return iter(self._accounts.values())

    def __len__(self) -> int:
        """Count the accounts."""
        return len(self._accounts)

    def get(self, user_id: str) -> Account | None:
        """Return an account, if there is one."""
        return self._accounts.get(user_id)

    def known(self, user_id: str) -> Account:
        """Return an account.

        Raises:
            IMError: 70107 if there is no such account.
        """
        account = self._accounts.get(user_id)
        if account is None:
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND)
        return account

    def known_ids(self, user_ids: Iterable[str]) -> list[str]:
        """Return the user IDs that have accounts, in order.

        Each is the account's own string, so that lists of IDs share it.
        """
        accounts = self._accounts
        return [accounts[user_id].user_id for user_id in user_ids if user_id in accounts]

    def ids(self) -> list[str]:
        """Return all user IDs, sorted."""
        if self._ids is None:
            self._ids = sorted(self._accounts)
        return self._ids

    def values(self) -> ValuesView[Account]:
        """Return all accounts."""
        return self._accounts.values()

    def next_key(self) -> int:
        """Return a key that no account has had."""
        key, self._next_key = self._next_key, self._next_key + 1
        return key

    def next_login_order(self) -> int:
        """Return a login order above all earlier ones."""
        self._login_order += 1
        return self._login_order

    def add(self, account: Account) -> Account:
        """Add an account, and return it."""
        self._accounts[account.user_id] = account
        self.by_status[account.status.status_type] += 1
        if self._ids is not None:
            insort(self._ids, account.user_id)
        return account

    def set_status(self, account: Account, status: UserStatus) -> None:
        """Set the status of an account."""
        self.by_status[account.status.status_type] -= 1
        self.by_status[status.status_type] += 1
        account.status = status

    def drop(self, user_id: str) -> None:
        """Remove an account."""
        self.by_status[self._accounts.pop(user_id).status.status_type] -= 1
        if self._ids is not None:
            del self._ids[bisect_left(self._ids, user_id)]

    def session(self, session_id: int) -> Session:
        """Return a session.

        Raises:
            IMError: 6014 if it is not logged in.
        """
        session = self.sessions.get(session_id)
        if session is None:
            raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        return session

    def sessions_of(self, user_id: str) -> tuple[int, ...]:
        """Return the sessions of an account."""
        return self.connected.get(user_id, ())

    def add_session(self, session: Session) -> None:
        """Add a session that has just logged in."""
        self.session_edits += 1
        self.sessions[session.session_id] = session
        theirs = self.sessions_of(session.user_id)
        self.connected[session.user_id] = (*theirs, session.session_id)

    def drop_session(self, session_id: int) -> Session | None:
        """Remove a session, and return it if there was one."""
        session = self.sessions.pop(session_id, None)
        if session is not None:
            self.session_edits += 1
            theirs = self.connected[session.user_id]
            if len(theirs) == 1:
                del self.connected[session.user_id]
            else:
                place = theirs.index(session_id)
                self.connected[session.user_id] = theirs[:place] + theirs[place + 1 :]
        return session

    def drop_sessions_of(self, user_id: str) -> list[Session]:
        """Remove all sessions of an account, and return them."""
        self.session_edits += 1
        return [self.sessions.pop(session_id) for session_id in self.connected.pop(user_id, ())]
