"""From changes to frames: stored first, then told to whom they concern."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final

from imtui.protocol import messages as m
from imtui.protocol.chat import ConversationList, MessageList, ReadReceipt, ReadReceiptList
from imtui.protocol.errors import ErrorCode, IMError
from imtui.server.core import changes as c
from imtui.server.core.friends.friendship_news import FRIENDSHIP_NEWS, merged
from imtui.server.core.service import IMService
from imtui.server.edge.frames import push_frame
from imtui.server.edge.outbox import Outbox
from imtui.server.edge.status_news import StatusNews
from imtui.server.metrics import Metrics
from imtui.server.store.store import Store, StoreError

_log: Final = logging.getLogger(__name__)

# Watchers are told at ticks, in seconds. After a lone change the tick is short; after a delivery
# it is as long as it takes to keep delivering under a fifth of the time, if that is not too long.
TICK_MIN: Final = 0.002
TICK_MAX: Final = 0.1
_REST_PER_DELIVERY: Final = 4
_STORE_RETRY: Final = 1.0


class FanOut:
    """Carries out what the core says has changed."""

    def __init__(
        self,
        service: IMService,
        store: Store,
        *,
        observers: Sequence[Callable[[list[c.Change]], None]] = (),
        metrics: Metrics | None = None,
    ) -> None:
        """Start with no connections; needs a running event loop.

        Args:
            service: The core.
            store: What makes its changes durable.
            observers: Called with each batch of changes, besides those who are connected. They
                are quick and raise nothing: everybody waits for them.
            metrics: Where it counts what it does.
        """
        self._service = service
        self._store = store
        self._observers = observers
        self._metrics = metrics or Metrics()
        self._loop = asyncio.get_running_loop()
        self._outboxes: dict[int, Outbox] = {}
        self._staged: set[Outbox] = set()
        self._held: set[Outbox] = set()
        """Those that hold back what is not durable yet."""
        self._news = StatusNews(self._metrics)
        self._flush_soon: asyncio.Handle | None = None
        self._has_written = False
        """Whether there are changes that were not committed yet."""
        self._next_tick: asyncio.TimerHandle | None = None
        self._next_tick_set = 0.0
        """When the next tick was set."""
        self._rest_until = 0.0
        self._store_retry: asyncio.TimerHandle | None = None

    def is_store_failing(self) -> bool:
        """Tell whether the last commit failed, so that nothing can be made durable at present."""
        return self._store_retry is not None

    def join(self, session_id: int, outbox: Outbox) -> None:
        """Add a connection."""
        self._outboxes[session_id] = outbox
        self._metrics.connections += 1

    def leave(self, session_id: int) -> None:
        """Forget a connection that is closed."""
        outbox = self._outboxes.pop(session_id, None)
        if outbox is not None:
            self._metrics.connections -= 1
            self._staged.discard(outbox)
            self._held.discard(outbox)

    def answer(self, session_id: int, request_id: Any, data: bytes) -> None:
        """Send an answer once what it acknowledges is durable."""
        outbox = self._outboxes.get(session_id)
        if outbox is None:
            return
        if self._flush_soon is None and not self._service.has_changes:
            # Nothing is on its way to the disk that it could acknowledge.
            outbox.send(data)
        else:
            outbox.answer(request_id, data)
            self._stage(outbox)

    def carry_out(self) -> bool:
        """Store and tell what has changed; return whether anything has."""
        changes = self._service.take_changes()
        if not changes:
            return False
        self._store.write(changes)
        self._has_written = True
        self._flush_later()
        for observe in self._observers:
            observe(changes)
        for change in merged(changes):
            _TELL.get(type(change), _tell_nobody)(self, change)
        return True

    async def durable(self) -> None:
        """Return once all that was carried out so far is durable.

        Raises:
            IMError: 70500 if it could not be made so; it is kept, and tried again.
        """
        if self._flush_soon is not None:
            # What is called soon is called in turn: the flush is over when this goes on.
            await asyncio.sleep(0)
        if self.is_store_failing():
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)

    def stop(self) -> None:
        """Make durable what is not yet, and tell nothing more."""
        self._try_store()
        for handle in (self._flush_soon, self._next_tick, self._store_retry):
            if handle is not None:
                handle.cancel()

    def _flush_later(self) -> None:
        if self._flush_soon is None:
            self._flush_soon = self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_soon = None
        self._commit()
        staged, self._staged = self._staged, set()
        for outbox in staged:
            outbox.release()

    def _commit(self) -> None:
        # While the store fails nothing durable is begun, and only the retry asks it again.
        if self._store_retry is None:
            self._try_store()

    def _try_store(self) -> None:
        self._store_retry = None
        began = self._loop.time() if self._has_written else 0.0
        try:
            self._store.commit()
        except StoreError as error:
            _log.error("%s", error)
            self._metrics.commit_failures += 1
            refusal = IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)
            self._held |= {outbox for outbox in self._staged if outbox.refuse(refusal)}
            self._store_retry = self._loop.call_later(_STORE_RETRY, self._try_store)
            return
        if self._has_written:
            self._has_written = False
            self._metrics.commits.observe(self._loop.time() - began)
        held, self._held = self._held, set()
        for outbox in held:
            outbox.let_go()
            self._stage(outbox)

    def _deliver(self) -> None:
        self._next_tick = None
        began = self._loop.time()
        self._commit()
        self._news.deliver(self._outboxes_of)
        ended = self._loop.time()
        self._metrics.ticks.observe(ended - self._next_tick_set)
        self._rest_until = ended + min((ended - began) * _REST_PER_DELIVERY, TICK_MAX)

    def _outboxes_of(self, user_ids: Iterable[str]) -> list[Outbox]:
        outboxes = self._outboxes
        return [outboxes[session] for session in self._service.sessions_of_all(user_ids)]

    def _stage(self, outbox: Outbox) -> None:
        self._staged.add(outbox)
        self._flush_later()

    def _push(self, session_id: int, data: bytes, *, is_chat: bool = False) -> None:
        outbox = self._outboxes.get(session_id)
        if outbox is not None:
            outbox.push(data, is_chat=is_chat)
            self._stage(outbox)

    def _push_to_account(self, user_id: str, push: m.Push, params: Any) -> None:
        self._push_to(self._service.sessions_of(user_id), push, params)

    def _push_to(
        self, session_ids: Collection[int], push: m.Push, params: Any, *, is_chat: bool = False
    ) -> None:
        """Push the same to some sessions, encoded once."""
        if session_ids:
            data = push_frame(push, params)
            for session_id in session_ids:
                self._push(session_id, data, is_chat=is_chat)

    def _tell_status(self, change: c.StatusChanged) -> None:
        self._metrics.changes += 1
        user_id = change.status.user_id
        self._push_to_account(user_id, m.Push.USER_STATUS_CHANGED, m.UserStatusList([change.own]))
        if not change.to_watchers:
            return
        self._news.add(change.status, self._service.watchers(user_id))
        if self._news and self._next_tick is None:
            self._next_tick_set = self._loop.time()
            due = max(self._next_tick_set + TICK_MIN, self._rest_until)
            self._next_tick = self._loop.call_at(due, self._deliver)

    def _tell_devices(self, change: c.OwnDevicesChanged) -> None:
        devices = m.SelfDevices(self._service.self_devices(change.user_id))
        if change.only_session is None:
            self._push_to_account(change.user_id, m.Push.SELF_DEVICES_CHANGED, devices)
        else:
            self._push(change.only_session, push_frame(m.Push.SELF_DEVICES_CHANGED, devices))

    def _tell_subscriptions(self, change: c.SubscriptionsChanged) -> None:
        params = m.SubscriptionsChanged(list(change.added), list(change.removed), change.reason)
        self._push_to_account(change.user_id, m.Push.SUBSCRIPTIONS_CHANGED, params)
        self._forget(change.user_id, change.removed)

    def _tell_friendship(self, change: c.Change) -> None:
        for told in FRIENDSHIP_NEWS[type(change)](self._service, change):
            self._push_to_account(told.user_id, told.push, told.params)
        if isinstance(change, c.FriendsDeleted):
            self._forget(change.user_id, change.friend_ids)

    def _tell_console(self, change: c.ConsoleChanged) -> None:
        if change.decides_who_is_told:
            data = push_frame(m.Push.CONSOLE_CHANGED, change.console.public)
            for session_id in self._service.all_sessions():
                self._push(session_id, data)

    def _tell_message(self, change: c.MessageSent) -> None:
        message = change.message
        self._metrics.messages += not message.online_user_only
        sessions = self._service.sessions_of(message.sender) if change.to_sender else ()
        if change.to_receiver:
            sessions += self._service.sessions_of(message.receiver)
        others = [session_id for session_id in sessions if session_id != change.session_id]
        self._push_to(others, m.Push.RECV_NEW_MESSAGE, MessageList([message]), is_chat=True)

    def _tell_messages_changed(self, change: c.MessagesChanged) -> None:
        for user_id in change.told:
            seen = MessageList([stored.seen_by(user_id) for stored in change.messages])
            sessions = self._service.sessions_of(user_id)
            self._push_to(sessions, m.Push.MESSAGES_CHANGED, seen, is_chat=True)

    def _tell_conversation(self, change: c.ConversationChanged) -> None:
        params = ConversationList([change.conversation])
        sessions = self._service.sessions_of(change.user_id)
        self._push_to(sessions, m.Push.CONVERSATION_CHANGED, params, is_chat=True)

    def _tell_read(self, change: c.ConversationRead) -> None:
        receipt = ReadReceipt(change.reader, change.read_seq, change.at)
        sessions = self._service.sessions_of(change.user_id)
        params = ReadReceiptList([receipt])
        self._push_to(sessions, m.Push.RECV_C2C_READ_RECEIPT, params, is_chat=True)

    def _tell_kicked(self, change: c.SessionKicked) -> None:
        self._push(change.session_id, push_frame(m.Push.KICKED_OFFLINE, m.Empty()))
        outbox = self._outboxes.get(change.session_id)
        if outbox is not None:
            outbox.kick()

    def _tell_taken_over(self, change: c.SessionTakenOver) -> None:
        self._close(change.session_id, m.CloseCode.TAKEN_OVER, "taken over by another login")

    def _tell_silent(self, change: c.SessionSilent) -> None:
        self._metrics.heartbeats_lost += 1
        self._close(change.session_id, m.CloseCode.HEARTBEAT_MISSED, "no sign of life")

    def _close(self, session_id: int, code: m.CloseCode, reason: str) -> None:
        outbox = self._outboxes.get(session_id)
        if outbox is not None:
            outbox.close(code, reason)

    def _forget(self, watcher: str, user_ids: tuple[str, ...]) -> None:
        gone = [who for who in user_ids if not self._service.is_watcher(watcher, who)]
        self._news.forget(watcher, gone)
        for outbox in self._outboxes_of([watcher]):
            for user_id in gone:
                outbox.forget(user_id)


def _tell_nobody(fanout: FanOut, change: c.Change) -> None:
    """Do nothing: the change is only stored."""


_TELL: Final[dict[type, Callable[[FanOut, Any], None]]] = {
    c.StatusChanged: FanOut._tell_status,
    c.OwnDevicesChanged: FanOut._tell_devices,
    c.SubscriptionsChanged: FanOut._tell_subscriptions,
    **dict.fromkeys(FRIENDSHIP_NEWS, FanOut._tell_friendship),
    c.ConsoleChanged: FanOut._tell_console,
    c.MessageSent: FanOut._tell_message,
    c.MessagesChanged: FanOut._tell_messages_changed,
    c.ConversationChanged: FanOut._tell_conversation,
    c.ConversationRead: FanOut._tell_read,
    c.SessionKicked: FanOut._tell_kicked,
    c.SessionTakenOver: FanOut._tell_taken_over,
    c.SessionSilent: FanOut._tell_silent,
}
