"""The pure core in virtual time: no socket, no event loop, no clock."""

import itertools
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw

from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import IMError
from imtui.protocol.jsonrpc import Request, encode
from imtui.protocol.messages import SelfDevices, UserStatusList
from imtui.server.clock import Moment
from imtui.server.core import changes as c
from imtui.server.core.friends.friendship_news import FRIENDSHIP_NEWS
from imtui.server.core.service import IMService
from imtui.server.edge.methods import Caller, call
from imtui.server.store.sqlite.store import SQLiteStore

from .raw_client import JSON, Push, Refused
from .virtual_time import WALL_START

HEARTBEAT_TIMEOUT = 400.0


class Core:
    """The core with the least around it that lets it be driven: all of it is synchronous."""

    sdk_app_id = 1_400_000_000
    secret_key = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"

    def __init__(self, path: Path) -> None:
        """Start with nobody; ``path`` is where the database goes."""
        self.now = 1000.0
        self.told: defaultdict[int, list[Push]] = defaultdict(list)
        self.closed: dict[int, int] = {}
        self._path = path
        self._start()

    def _start(self) -> None:
        self._store = SQLiteStore(self._path)
        self.service = IMService(self._store.load(), self.moment(), archive=self._store.archive)
        self._carry_out()

    def restart(self) -> None:
        """End, and start again from what was stored."""
        self.end()
        self.told.clear()
        self._start()

    def end(self) -> None:
        """Close the database."""
        self._store.commit()
        self._store.close()

    def moment(self) -> Moment:
        """Return the present."""
        return Moment(self.now, WALL_START + round(self.now * 1000))

    def call(self, session_id: int, method: str, params: JSON) -> JSON:
        """Carry out a request of a connection.

        Raises:
            Refused: The answer is an error.
        """
        now = self.moment()
        self.service.received(session_id, now)
        key = AppKey(self.sdk_app_id, self.secret_key)
        caller = Caller(self.service, key, HEARTBEAT_TIMEOUT, session_id, lambda: False)
        request = Request("2.0", method, Raw(json.dumps(params).encode()), 1)
        try:
            result = call(caller, request, now)
        except IMError as error:
            raise Refused(int(error.code), error.message, error.data) from error
        finally:
            self._carry_out()
        return _document(result)

    def lose(self, session_id: int) -> None:
        """Lose a connection."""
        self.service.lost(session_id, self.moment())
        self._carry_out()

    def set_console(self, settings: dict[str, str]) -> None:
        """Change settings of the console."""
        self.service.set_console(settings, self.moment())
        self._carry_out()

    def advance(self, seconds: float) -> None:
        """Let time pass, and carry out what falls due at the moment when it does."""
        until = self.now + seconds
        while (due := self.service.next_sweep(self.moment())) is not None and due <= until:
            self.now = max(self.now, due)
            self.service.sweep(self.moment())
            self._carry_out()
        self.now = until

    def _carry_out(self) -> None:
        taken = self.service.take_changes()
        self._store.write(taken)
        for change in taken:
            tell = _TELL.get(type(change))
            if tell is not None:
                tell(self, change)

    def _tell_account(self, user_id: str, method: str, params: Any) -> None:
        for session_id in self.service.sessions_of(user_id):
            self._tell(session_id, method, params)

    def _tell(self, session_id: int, method: str, params: Any) -> None:
        self.told[session_id].append(Push(method, _document(params)))

    def _tell_status(self, change: c.StatusChanged) -> None:
        user_id = change.status.user_id
        self._tell_account(user_id, "onUserStatusChanged", UserStatusList([change.own]))
        if change.to_watchers:
            for watcher in self.service.watchers(user_id):
                self._tell_account(watcher, "onUserStatusChanged", UserStatusList([change.status]))

    def _tell_devices(self, change: c.OwnDevicesChanged) -> None:
        devices = SelfDevices(self.service.self_devices(change.user_id))
        if change.only_session is None:
            self._tell_account(change.user_id, "onSelfDevicesChanged", devices)
        else:
            self._tell(change.only_session, "onSelfDevicesChanged", devices)

    def _tell_subscriptions(self, change: c.SubscriptionsChanged) -> None:
        params = {
            "added": list(change.added),
            "removed": list(change.removed),
            "reason": change.reason,
        }
        self._tell_account(change.user_id, "onSubscriptionsChanged", params)

    def _tell_friendship(self, change: c.Change) -> None:
        for told in FRIENDSHIP_NEWS[type(change)](self.service, change):
            self._tell_account(told.user_id, told.push, told.params)

    def _tell_message(self, change: c.MessageSent) -> None:
        told = self.service.sessions_of(change.message.sender) if change.to_sender else ()
        if change.to_receiver:
            told += self.service.sessions_of(change.message.receiver)
        for session_id in told:
            if session_id != change.session_id:
                self._tell(session_id, "onRecvNewMessage", {"messageList": [change.message]})

    def _tell_messages_changed(self, change: c.MessagesChanged) -> None:
        for user_id in change.told:
            seen = [stored.seen_by(user_id) for stored in change.messages]
            self._tell_account(user_id, "onMessagesChanged", {"messageList": seen})

    def _tell_conversation(self, change: c.ConversationChanged) -> None:
        params = {"conversationList": [change.conversation]}
        self._tell_account(change.user_id, "onConversationChanged", params)

    def _tell_read(self, change: c.ConversationRead) -> None:
        receipt = {"userID": change.reader, "readSeq": change.read_seq, "timestamp": change.at}
        params = {"receiptList": [receipt]}
        self._tell_account(change.user_id, "onRecvC2CReadReceipt", params)

    def _tell_kicked(self, change: c.SessionKicked) -> None:
        self._tell(change.session_id, "onKickedOffline", {})

    def _taken_over(self, change: c.SessionTakenOver) -> None:
        self.closed[change.session_id] = 4001

    def _silent(self, change: c.SessionSilent) -> None:
        self.closed[change.session_id] = 4002


_TELL: dict[type, Callable[[Core, Any], None]] = {
    c.StatusChanged: Core._tell_status,
    c.OwnDevicesChanged: Core._tell_devices,
    c.SubscriptionsChanged: Core._tell_subscriptions,
    **dict.fromkeys(FRIENDSHIP_NEWS, Core._tell_friendship),
    c.MessageSent: Core._tell_message,
    c.MessagesChanged: Core._tell_messages_changed,
    c.ConversationChanged: Core._tell_conversation,
    c.ConversationRead: Core._tell_read,
    c.SessionKicked: Core._tell_kicked,
    c.SessionTakenOver: Core._taken_over,
    c.SessionSilent: Core._silent,
}


def _document(value: Any) -> JSON:
    document: JSON = msgspec.json.decode(encode(value))
    return document


class CoreClient:
    """A connection of the core: a number."""

    def __init__(self, core: Core, session_id: int) -> None:
        """Speak as session ``session_id``."""
        self._core = core
        self._session_id = session_id

    async def call(self, method: str, **params: Any) -> JSON:
        """Call a method."""
        return self._core.call(self._session_id, method, params)

    async def told(self) -> list[Push]:
        """Return what was told since the last time."""
        return self._core.told.pop(self._session_id, [])

    async def drop(self) -> None:
        """Lose the connection."""
        self._core.lose(self._session_id)

    async def closed(self) -> int:
        """Return the code with which the connection was closed."""
        return self._core.closed[self._session_id]


class CoreWorld:
    """The core, as clause tests drive it."""

    def __init__(self, path: Path) -> None:
        """Start with nobody."""
        self.core = Core(path)
        self.sdk_app_id = self.core.sdk_app_id
        self.secret_key = self.core.secret_key
        self._ids = itertools.count(1)

    async def connect(self) -> CoreClient:
        """Return a new connection."""
        return CoreClient(self.core, next(self._ids))

    async def console(self, **settings: str) -> None:
        """Change settings of the console."""
        self.core.set_console(settings)

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.core.advance(seconds)

    def unix_ms(self) -> int:
        """Return the present of the wall clock."""
        return self.core.moment().unix_ms

    async def restart(self) -> None:
        """Start again from what was stored."""
        self.core.restart()
