"""The core's face: events and the time go in, answers and changes come out."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from imtui.protocol.chat import (
    ConversationList,
    Message,
    MessageList,
    ReceiveOpt,
    SendMessageParams,
)
from imtui.protocol.messages import SelfDevice, Subscriptions
from imtui.protocol.status import UserStatus
from imtui.server.clock import Moment
from imtui.server.core.accounts.device import DeviceState
from imtui.server.core.app import App, Timing
from imtui.server.core.changes import Change, ConsoleChanged, SessionSilent
from imtui.server.core.console import Console
from imtui.server.core.friendship_service import FriendshipService
from imtui.server.core.logins import logins
from imtui.server.core.logins.logins import Login
from imtui.server.core.messages import conversations, messages
from imtui.server.core.messages.archive import Archive
from imtui.server.core.messages.messages import Manner
from imtui.server.core.presence import presence, statuses
from imtui.server.core.stored import StoredApp
from imtui.server.core.subscriptions import subscriptions

# The wall clock may jump (a lid was shut): no end of a custom status is waited for in one go.
_WALL_CLOCK_CHECK: Final = 30.0
_RATES_CHECK: Final = 60.0


class IMService(FriendshipService):
    """The whole backend of an app, in virtual time.

    Sessions are numbers that the caller chooses, one for each connection. Each call may leave
    changes behind, even one that fails; the caller takes them with ``take_changes``.
    """

    def __init__(
        self,
        stored: StoredApp,
        now: Moment,
        timing: Timing | None = None,
        *,
        archive: Archive,
        befriend: Callable[[str, str], bool] | None = None,
    ) -> None:
        """Start from what was stored.

        Args:
            stored: What outlived the last run.
            now: The present.
            timing: How long to wait for what.
            archive: Where messages are found again.
            befriend: Whether a newly registered account and an earlier one are friends from the
                start; by default nobody is.
        """
        self._app = App(stored, timing or Timing(), now, archive, befriend)
        self._rates_checked = now.monotonic

    @property
    def app(self) -> App:
        """Return the state, for those who act for the whole app and not for a session."""
        return self._app

    @property
    def has_changes(self) -> bool:
        """Tell whether anything changed since the changes were last taken."""
        return bool(self._app.changes)

    def take_changes(self) -> list[Change]:
        """Return what changed since the last time, in order."""
        changes, self._app.changes = self._app.changes, []
        return changes

    def login(self, session_id: int, wish: Login, now: Moment) -> UserStatus:
        """Log a session in; see ``logins.login``."""
        return logins.login(self._app, session_id, wish, now)

    def check_user_sig(self, user_id: str, made: int, signature: int) -> None:
        """Check that a UserSig was not revoked; see ``UserSigs.check``."""
        self._app.user_sigs.check(user_id, made, signature)

    def logout(self, session_id: int, now: Moment) -> None:
        """Log a session out; see ``logins.logout``."""
        logins.logout(self._app, session_id, now)

    def received(self, session_id: int, now: Moment) -> None:
        """Note a sign of life of a session, if it is one."""
        session = self._app.sessions.get(session_id)
        if session is not None:
            session.last_received = now.monotonic

    def lost(self, session_id: int, now: Moment) -> None:
        """Note that the connection of a session is gone without a logout."""
        logins.end(self._app, session_id, DeviceState.LOST, now)

    def check_logged_in(self, session_id: int) -> None:
        """Check that a session is logged in.

        Raises:
            IMError: 6014.
        """
        self._app.session(session_id)

    def set_self_status(
        self, session_id: int, text: str | None, expires_at: int | None, now: Moment
    ) -> None:
        """Set the custom status; see ``statuses.set_self_status``."""
        statuses.set_self_status(self._app, session_id, text, expires_at, now)

    def get_user_status(
        self, session_id: int, user_ids: list[str], now: Moment
    ) -> list[UserStatus]:
        """Query statuses; see ``statuses.get_user_status``."""
        return statuses.get_user_status(self._app, session_id, user_ids, now)

    def subscribe(self, session_id: int, user_ids: list[str], now: Moment) -> None:
        """Subscribe to users; see ``subscriptions.subscribe``."""
        subscriptions.subscribe(self._app, session_id, user_ids, now)

    def unsubscribe(self, session_id: int, user_ids: list[str] | None, now: Moment) -> None:
        """Unsubscribe from users; see ``subscriptions.unsubscribe``."""
        subscriptions.unsubscribe(self._app, session_id, user_ids, now)

    def get_subscriptions(self, session_id: int) -> Subscriptions:
        """Return the subscriptions; see ``subscriptions.get_subscriptions``."""
        return subscriptions.get_subscriptions(self._app, session_id)

    def send_message(
        self, session_id: int, wish: SendMessageParams, now: Moment, *, is_dropped: bool = False
    ) -> Message:
        """Send a message; see ``messages.send``. If it is dropped, only its sender has it."""
        hidden_from = wish.user_id if is_dropped else ""
        return messages.send(
            self._app,
            self._app.user_of(session_id),
            wish,
            now,
            Manner(session_id, hidden_from=hidden_from),
        )

    def get_history(
        self, session_id: int, user_id: str, count: int, before_seq: int | None
    ) -> MessageList:
        """Return the last messages of a conversation; see ``messages.history``."""
        return messages.history(
            self._app, self._app.user_of(session_id), user_id, count, before_seq
        )

    def get_changed_messages(
        self, session_id: int, user_id: str, since_version: int, count: int
    ) -> MessageList:
        """Return the messages that changed after a version; see ``messages.changed``."""
        return messages.changed(
            self._app, self._app.user_of(session_id), user_id, since_version, count
        )

    def revoke_message(self, session_id: int, user_id: str, msg_id: str, now: Moment) -> None:
        """Recall a message; see ``messages.revoke``."""
        messages.revoke(self._app, self._app.user_of(session_id), user_id, msg_id, now)

    def delete_messages(self, session_id: int, user_id: str, seqs: list[int]) -> None:
        """Delete messages for oneself; see ``messages.delete``."""
        messages.delete(self._app, self._app.user_of(session_id), user_id, seqs)

    def get_conversation_list(self, session_id: int, cursor: str, count: int) -> ConversationList:
        """Return a page of conversations; see ``conversations.get_list``."""
        return conversations.get_list(self._app, self._app.user_of(session_id), cursor, count)

    def clean_unread(self, session_id: int, conversation_id: str, up_to: int, now: Moment) -> None:
        """Note that a conversation was read; see ``conversations.clean_unread``."""
        conversations.clean_unread(
            self._app, self._app.user_of(session_id), conversation_id, up_to, now
        )

    def pin_conversation(self, session_id: int, conversation_id: str, is_pinned: bool) -> None:
        """Pin or unpin a conversation; see ``conversations.pin``."""
        conversations.pin(self._app, self._app.user_of(session_id), conversation_id, is_pinned)

    def set_receive_opt(self, session_id: int, user_ids: list[str], opt: ReceiveOpt) -> None:
        """Choose how messages are received; see ``conversations.set_receive_opt``."""
        conversations.set_receive_opt(self._app, self._app.user_of(session_id), user_ids, opt)

    def delete_conversation(self, session_id: int, conversation_id: str, now: Moment) -> None:
        """Delete a conversation for oneself; see ``conversations.delete``."""
        conversations.delete(self._app, self._app.user_of(session_id), conversation_id, now)

    @property
    def console(self) -> Console:
        """Return the settings of the console."""
        return self._app.console

    def set_console(self, settings: Mapping[str, Any], now: Moment) -> Console:
        """Change settings of the console at once, and return them all.

        Raises:
            IMError: 70402 for an unknown setting or value; none is changed.
        """
        before = self._app.console
        console = before.with_settings(settings)
        self._app.console = console
        self._app.changes.append(ConsoleChanged(console, console.public != before.public))
        logins.enforce_policy(self._app, now)
        return self._app.console

    def sweep(self, now: Moment) -> None:
        """Carry out what has fallen due."""
        app = self._app
        for session_id in app.silences.pop_due(now.monotonic):
            due = app.sessions[session_id].last_received + app.timing.heartbeat_timeout
            if due > now.monotonic:
                app.silences.set(session_id, due)
            else:
                app.changes.append(SessionSilent(session_id))
                self.lost(session_id, now)
        for user_id in app.clearings.pop_due(now.monotonic):
            subscriptions.clear(app, user_id, now)
        for user_id in app.ends.pop_due(now.unix_ms):
            presence.settle(app, app.accounts[user_id], now)
        if now.monotonic - self._rates_checked >= _RATES_CHECK:
            self._rates_checked = now.monotonic
            app.rates.forget_old(now.monotonic)

    def next_sweep(self, now: Moment) -> float | None:
        """Return when to sweep next, in monotonic seconds, or None if nothing is to come."""
        app = self._app
        due = [
            moment
            for deadlines in (app.silences, app.clearings)
            if (moment := deadlines.next_due()) is not None
        ]
        if (end := app.ends.next_due()) is not None:
            due.append(now.monotonic + min((end - now.unix_ms) / 1000, _WALL_CLOCK_CHECK))
        return min(due, default=None)

    def watchers(self, user_id: str) -> set[str]:
        """Return which of the connected accounts are told of a user's changes."""
        return presence.watchers(self._app, user_id)

    def is_watcher(self, watcher: str, user_id: str) -> bool:
        """Tell whether ``watcher`` is told of a user's changes."""
        return presence.is_watcher(self._app, watcher, user_id)

    def sessions_of(self, user_id: str) -> tuple[int, ...]:
        """Return the sessions that are told what concerns an account."""
        return self._app.sessions_of(user_id)

    def sessions_of_all(self, user_ids: Iterable[str]) -> list[int]:
        """Return the sessions that are told what concerns any of some accounts."""
        connected = self._app.connected
        return [session for user_id in user_ids for session in connected.get(user_id, ())]

    def self_devices(self, user_id: str) -> list[SelfDevice]:
        """Return the connected devices of an account, the earliest login first."""
        account = self._app.accounts.get(user_id)
        return logins.self_devices(account) if account else []

    def all_sessions(self) -> list[int]:
        """Return the sessions of all accounts."""
        return list(self._app.sessions)

    def logged_in(self) -> Counter[str]:
        """Count the sessions of each account, passive ones included."""
        return Counter(session.user_id for session in self._app.sessions.values())
