"""The state of one app: what the functions of the core read and change."""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import structs

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.profiles import UserFullInfo
from imtui.server.clock import Moment
from imtui.server.core.accounts.account import Account, Session
from imtui.server.core.accounts.device import DeviceState
from imtui.server.core.accounts.user_sigs import UserSigs
from imtui.server.core.changes import Change, DeviceChanged, FriendshipChange
from imtui.server.core.friends.application import Applications
from imtui.server.core.friends.friend_book import FriendBook
from imtui.server.core.messages.archive import Archive
from imtui.server.core.messages.conversation import Conversation, Conversations, Side
from imtui.server.core.rates import Rates
from imtui.server.core.relation import Relation, ShortRelation
from imtui.server.core.stored import StoredApp
from imtui.server.deadlines import Deadlines


@dataclass(frozen=True)
class Timing:
    """How long the app waits, in seconds."""

    heartbeat_timeout: float = limits.HEARTBEAT_TIMEOUT
    subscriptions_cleared_after: float = limits.SUBSCRIPTIONS_CLEARED_AFTER


class App:
    """All accounts, sessions, lists and settings of one SDKAppID."""

    def __init__(
        self,
        stored: StoredApp,
        timing: Timing,
        now: Moment,
        archive: Archive,
        befriend: Callable[[str, str], bool] | None = None,
    ) -> None:
        """Start from what was stored; nobody is connected yet."""
        self.archive = archive
        self.timing = timing
        self.befriend = befriend
        self.console = stored.console
        self.accounts: dict[str, Account] = {}
        self._account_ids: list[str] | None = None
        """Those of all accounts, sorted when somebody asked and none came or went since."""
        self.sessions: dict[int, Session] = {}
        self.connected: dict[str, tuple[int, ...]] = {}
        """The sessions of each account that has any, passive ones included."""
        self.profiles: dict[str, UserFullInfo] = {}
        """Of those who have ever changed theirs; see ``profile``."""
        self.friends = Relation()
        self.book = FriendBook()
        self.applications = Applications()
        self.blocked = Relation()
        self.subscriptions = ShortRelation()
        self.user_sigs = UserSigs()
        self.conversations = Conversations()
        self.rates = Rates()
        self.silences: Deadlines[int] = Deadlines()
        """When a session has been silent for too long, in monotonic seconds."""
        self.clearings: Deadlines[str] = Deadlines()
        """When the subscriptions of an account are cleared, in monotonic seconds."""
        self.ends: Deadlines[str] = Deadlines()
        """When the custom status of an account ends, in Unix milliseconds."""
        self.changes: list[Change] = []
        self._first_revision = self._revision = stored.start << 32
        self.friend_sequences: dict[str, int] = {}
        """Of those of whom ``say_of_friends`` told something since the start."""
        self._login_order = max((device.login_order for device in stored.devices), default=0)
        self._restore(stored, now)

    def next_revision(self) -> int:
        """Return a revision above all before."""
        self._revision += 1
        return self._revision

    def next_login_order(self) -> int:
        """Return a place in the login policy after all before."""
        self._login_order += 1
        return self._login_order

    def session(self, session_id: int) -> Session:
        """Return a session that is logged in.

        Raises:
            IMError: 6014.
        """
        session = self.sessions.get(session_id)
        if session is None:
            raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        return session

    def user_of(self, session_id: int) -> str:
        """Return the account of a session.

        Raises:
            IMError: 6014.
        """
        return self.session(session_id).user_id

    def profile(self, user_id: str) -> UserFullInfo:
        """Return what a user says of themselves."""
        return self.profiles.get(user_id) or UserFullInfo(user_id)

    def sessions_of(self, user_id: str) -> tuple[int, ...]:
        """Return the sessions that are told what concerns an account."""
        return self.connected.get(user_id, ())

    def add_session(self, session: Session) -> None:
        """Add a session that has just logged in."""
        session_id, user_id = session.session_id, session.user_id
        self.sessions[session_id] = session
        self.connected[user_id] = (*self.sessions_of(user_id), session_id)
        self.silences.set(session_id, session.last_received + self.timing.heartbeat_timeout)

    def drop_session(self, session_id: int) -> Session | None:
        """Forget a session, and return it if it was one."""
        self.silences.cancel(session_id)
        session = self.sessions.pop(session_id, None)
        if session is not None:
            theirs = self.connected[session.user_id]
            if len(theirs) == 1:
                del self.connected[session.user_id]
            else:
                place = theirs.index(session_id)
                self.connected[session.user_id] = theirs[:place] + theirs[place + 1 :]
        return session

    def drop_sessions_of(self, user_id: str) -> tuple[int, ...]:
        """Forget all sessions of an account, and return them."""
        theirs = self.connected.pop(user_id, ())
        for session_id in theirs:
            self.silences.cancel(session_id)
            del self.sessions[session_id]
        return theirs

    def new_account(self, user_id: str, registered_at: int) -> Account:
        """Return a new account, which is then known."""
        account = Account(user_id, registered_at, self._revision)
        self.accounts[user_id] = account
        self._account_ids = None
        return account

    def drop_account(self, user_id: str) -> None:
        """Forget an account."""
        del self.accounts[user_id]
        self._account_ids = None

    def account_ids(self) -> list[str]:
        """Return the IDs of all accounts in their order."""
        if self._account_ids is None:
            self._account_ids = sorted(self.accounts)
        return self._account_ids

    def say_of_friends(self, change: FriendshipChange) -> None:
        """Say that a friend list, its groups or a blocklist changed, and count it."""
        self.friend_sequences[change.user_id] = self.next_revision()
        self.changes.append(change)

    def friend_sequence(self, user_id: str) -> int:
        """Return a number that grows with each change that ``say_of_friends`` tells of a user."""
        return self.friend_sequences.get(user_id, self._first_revision)

    def _restore(self, stored: StoredApp, now: Moment) -> None:
        for known in stored.accounts:
            if known.sigs_revoked_at:
                self.user_sigs.revoke(known.user_id, known.sigs_revoked_at, known.sigs_used)
            if known.is_deleted:
                continue
            account = self.new_account(known.user_id, known.registered_at)
            account.subscriptions_cleared_at = known.subscriptions_cleared_at
        for device in stored.devices:
            # Whoever was connected when the backend ended is lost until the device is back.
            if device.state is DeviceState.LIVE:
                device = structs.replace(device, state=DeviceState.LOST, changed_at=now.unix_ms)
                self.changes.append(DeviceChanged(device))
            self.accounts[device.user_id].devices[device.instance_id] = device
        for account in self.accounts.values():
            changed = [device.changed_at for device in account.devices.values()]
            account.status = structs.replace(
                account.status,
                status_type=account.general_status,
                since=max(changed, default=account.registered_at),
            )
        self._restore_friendship(stored)
        for owner, member in stored.subscriptions:
            self.subscriptions.append(self._id(owner), self._id(member))
        for owner in self.subscriptions:
            self.clearings.set(owner, now.monotonic + self.timing.subscriptions_cleared_after)
        self._restore_conversations(stored)

    def _id(self, user_id: str) -> str:
        """Return an account's own ID, so that copies of it are not kept."""
        return self.accounts[user_id].user_id

    def _restore_friendship(self, stored: StoredApp) -> None:
        for owner, member, since in stored.friends:
            self.friends.append(self._id(owner), self._id(member), since)
        for owner, member, note in stored.friend_notes:
            self.book.set_note(owner, member, note)
        for owner, name in stored.friend_groups:
            self.book.make_group(owner, name)
        for owner, name, member in stored.grouped_friends:
            self.book.put(owner, name, (member,))
        for application in stored.applications:
            self.applications.put(application)
        for owner, member, since in stored.blocked:
            self.blocked.append(owner, member, since)
        for profile in stored.profiles:
            self.profiles[profile.user_id] = profile

    def _restore_conversations(self, stored: StoredApp) -> None:
        for known in stored.conversations:
            self.conversations.add(
                Conversation(
                    known.low,
                    known.high,
                    known.last_seq,
                    known.version,
                    known.last_timestamp,
                    Side(newest=known.newest_low, unread=known.unread_low),
                    Side(newest=known.newest_high, unread=known.unread_high),
                )
            )
        for kept in stored.sides:
            side = self.conversations.make(kept.owner, kept.peer).side(kept.owner)
            side.read_seq = kept.read_seq
            side.read_at = kept.read_at
            side.is_pinned = kept.is_pinned
            side.recv_opt = kept.recv_opt
            side.unlisted_seq = kept.unlisted_seq
