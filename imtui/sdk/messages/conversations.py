"""The conversations of an account, and how each event changes them.

Nothing here does input or output. Events go in, in the order in which they came; an ``Update``
comes out, which says what to store and what to notify listeners of.

A conversation has two parts. Its *summary* (unread count, last message, pinned …) is what the
backend last sent, with later events applied. Its *changes* were applied up to a version, for what
all members see, and up to an own version, for what this member alone sees. An event that is not
the next one is skipped, and the conversation is behind until ``fetched``. That answer contains the
skipped changes too, so none is lost and listeners are notified of each once.
"""

from collections.abc import Callable, Iterable

import msgspec

from imtui.protocol.chat import (
    ChangedMessages,
    Conversation,
    Message,
    MessageStatus,
    ReadReceipt,
    ReceiveOpt,
)
from imtui.sdk.conversation_info import ConversationInfo
from imtui.sdk.messages.credible import is_credible, is_credible_conversation, is_number
from imtui.sdk.messages.known import Known, hidden_at
from imtui.sdk.messages.known_conversations import KnownConversations
from imtui.sdk.messages.local_messages import LocalMessages
from imtui.sdk.messages.summary import (
    explains,
    is_announced,
    own_settings,
    with_conversation,
    with_message,
    without_contents,
)
from imtui.sdk.messages.update import Update

Cached = Callable[[str, int], Message | None]
"""Returns the cached message with a user at a seq, if there is one."""


class Conversations(KnownConversations):
    """The conversations of an account, changed by each event."""

    def __init__(
        self, user_id: str, cached: Cached, known: Iterable[Known] = (), *, listed: bool
    ) -> None:
        """Start with the cached conversations.

        Args:
            user_id: The account.
            cached: Looks up a cached message.
            known: The cached conversations.
            listed: Whether the backend's list was ever applied completely. Before, the messages of
                an unknown conversation are history; afterwards, they are new.
        """
        super().__init__(known)
        self._user_id = user_id
        self._cached = cached
        self._local_messages = LocalMessages(user_id)
        self._agreed: set[str] = set()
        """The users with whom a change of this device was applied before its push has arrived."""
        self.listed = listed

    def is_credible(self, message: Message) -> bool:
        """Return whether a message can belong to one of this account's conversations."""
        return is_credible(message, self._user_id)

    def add_local_message(self, msg_id: str) -> None:
        """Note that this device makes a message, to report it as sent once."""
        self._local_messages.add(msg_id)

    # Pushes and answers of the backend

    def pushed(self, messages: Iterable[Message], *, are_new: bool) -> Update:
        """Apply messages that the backend pushed.

        Args:
            messages: The messages.
            are_new: Whether they were just sent; otherwise they were sent before, and changed.
        """
        update = Update()
        for message in messages:
            if self.is_credible(message):
                self._apply_next(message, update, was_sent_before=not are_new)
        return update

    def acknowledged(self, message: Message) -> Update:
        """Apply the answer to a message that this device sent."""
        update = Update()
        if not self.is_credible(message):
            return update
        if not message.online_user_only:
            self._local_messages.confirm(message, update.sent)
        if message.version:
            if message.seq > self.cleared_seq(message.peer(self._user_id)):
                # Its own device gets no push of it, and must not miss it until the next fetch.
                update.messages.append(message)
            self._apply_next(message, update)
        return update

    def fetched(self, user_id: str, answer: ChangedMessages) -> Update:
        """Apply the complete answer with all changes with a user after ``since``."""
        update = Update()
        known = self._known_or_new(user_id)
        self._clear(known, answer.cleared_seq, update)
        newest: dict[int, Message] = {}
        for message in sorted(answer.message_list, key=_age):
            if self._is_with(user_id, message):
                newest[message.seq] = message
        changes = [message for message in newest.values() if not known.has_applied(message)]
        changes.sort(key=lambda message: message.seq)
        before = known.top
        for message in changes:
            self._apply(known, message, update)
        if added := [message.seq for message in changes if message.seq > before]:
            # The answer contains everything since then, so no seq is missing between two of them.
            update.held.append((user_id, added[0], added[-1]))
        versions = (message.version for message in changes)
        own_versions = map(hidden_at, changes)
        known.hear(answer.next_version, answer.next_own_version)
        known.complete = max(known.complete, known.heard, known.info.version, *versions, 0)
        known.own_complete = max(
            known.own_complete, known.own_heard, known.own_version, *own_versions, 0
        )
        known.hear(known.complete, known.own_complete)
        self._set(known, msgspec.structs.replace(known.info, version=known.complete), update)
        return update

    def heard(self, user_id: str, version: int) -> Update:
        """Note the newest version in a page of history, which may be one without a push."""
        update = Update()
        if not self._is_history(user_id) and version > self.since(user_id)[0]:
            known = self._known_or_new(user_id)
            known.hear(version, 0)
            update.known[user_id] = known
        return update

    def receipts(self, receipts: Iterable[ReadReceipt]) -> Update:
        """Apply the read receipts of other members."""
        update = Update()
        for receipt in receipts:
            known = self._known.get(receipt.user_id)
            if known is None or not is_number(receipt.read_seq):
                continue
            if receipt.read_seq > known.info.peer_read_seq:
                update.receipts.append(receipt)
                info = msgspec.structs.replace(known.info, peer_read_seq=receipt.read_seq)
                self._set(known, info, update)
        return update

    def changed(self, conversations: Iterable[Conversation]) -> Update:
        """Apply conversations that the backend pushed."""
        update = Update()
        for conversation in self._credible(conversations):
            self._apply_conversation(conversation, update)
        return update

    def list_begins(self) -> None:
        """Begin to apply the backend's list."""
        self._seen = set()

    def list_page(self, conversations: Iterable[Conversation]) -> Update:
        """Apply a page of the list."""
        update = Update()
        for conversation in self._credible(conversations):
            known = self._known.get(conversation.user_id)
            # An answer is never older than earlier pushes, so the backend has lost its data.
            if known is not None and known.is_ahead_of(conversation):
                self._forget(known, update)
                self._known[conversation.user_id] = known.restarted(conversation)
            self._apply_conversation(conversation, update)
        return update

    def list_ends(self) -> Update:
        """Finish the list: conversations neither listed nor changed meanwhile are gone."""
        update = Update()
        seen, self._seen = self._seen or set(), None
        self.listed = True
        for user_id, known in self._known.items():
            if user_id in seen:
                continue
            if known.info.is_listed:
                self._forget(known, update)
                info = msgspec.structs.replace(known.info, recv_opt=ReceiveOpt.RECEIVE)
                self._set(known, info, update)
            else:
                # Pages of history may have cached its messages, which may be deleted by now.
                update.forgotten.append(user_id)
        return update

    # Actions of this device

    def draft(self, user_id: str, text: str) -> Update:
        """Set the unsent text to a user."""
        update = Update()
        known = self._known_or_new(user_id)
        self._set(known, msgspec.structs.replace(known.info, draft_text=text), update)
        return update

    def pinned(self, user_id: str, is_pinned: bool) -> Update:
        """Apply a pin that the backend has accepted."""
        update = Update()
        known = self._known_or_new(user_id)
        self._agree(known, msgspec.structs.replace(known.info, is_pinned=is_pinned), update)
        return update

    def recv_opt_set(self, user_ids: Iterable[str], opt: ReceiveOpt) -> Update:
        """Apply a receive option that the backend has accepted; unknown users are skipped."""
        update = Update()
        for user_id in user_ids:
            # Only a push says whether the user ID belongs to an account at all.
            known = self._known.get(user_id)
            if known is not None:
                self._agree(known, msgspec.structs.replace(known.info, recv_opt=opt), update)
        return update

    def read(self, user_id: str, seq: int) -> Update:
        """Apply a read up to ``seq`` that the backend has accepted; 0 means everything."""
        update = Update()
        known = self._known.get(user_id)
        if known is None:
            return update
        # After a partial read only the backend knows how many are left, and reading again what
        # was read before changes nothing.
        newest, read_seq = known.newest, known.info.read_seq
        if not seq or (seq >= newest and seq > read_seq):
            read_seq = max(newest, read_seq)
            info = msgspec.structs.replace(known.info, unread_count=0, read_seq=read_seq)
            self._agree(known, info, update)
        return update

    def deleted_messages(self, messages: Iterable[Message]) -> Update:
        """Apply a deletion that the backend has accepted; a push brings its own versions."""
        deleted = [without_contents(message, MessageStatus.HAS_DELETED) for message in messages]
        return Update(messages=deleted, changed=deleted)

    def deleted(self, user_id: str) -> Update:
        """Apply the deletion of a conversation that the backend has accepted."""
        update = Update()
        known = self._known.get(user_id)
        if known is not None:
            if known.info.last_message is not None or known.info.is_pinned:
                self._agreed.add(user_id)
            self._forget(known, update)
        return update

    def _agree(self, known: Known, info: ConversationInfo, update: Update) -> None:
        """Apply what the backend has accepted; a push with the next own version follows."""
        if own_settings(info) != own_settings(known.info):
            self._agreed.add(info.user_id)
        self._set(known, info, update)

    # How a message and a conversation are applied

    def _is_with(self, user_id: str, message: Message) -> bool:
        return self.is_credible(message) and message.peer(self._user_id) == user_id

    def _credible(self, conversations: Iterable[Conversation]) -> list[Conversation]:
        return [each for each in conversations if is_credible_conversation(each, self._user_id)]

    def _is_history(self, user_id: str) -> bool:
        """Return whether all earlier messages with a user are history, and not new."""
        known = self._known.get(user_id)
        return not self.listed and (known is None or not known.heard)

    def _apply_next(
        self, message: Message, update: Update, *, was_sent_before: bool = False
    ) -> None:
        """Apply a message if it is the next change; otherwise leave it for the next fetch."""
        if not message.version:
            if not self._local_messages.confirm(message, update.sent):
                update.received.append(message)
            return
        user_id = message.peer(self._user_id)
        if self._is_history(user_id):
            if was_sent_before or message.status is not MessageStatus.SEND_SUCC:
                return
            known = self._known_or_new(user_id)
            known.complete, known.top = message.version - 1, message.seq - 1
        known = self._known_or_new(user_id)
        self._begin_own(known, hidden_at(message) - 1)
        self._touch(user_id)
        known.hear(message.version, hidden_at(message))
        update.known[user_id] = known
        if known.is_next(message):
            if message.seq > known.top:
                update.held.append((user_id, message.seq, message.seq))
            self._apply(known, message, update, was_sent_before=was_sent_before)
            known.apply(message)
            version = max(known.info.version, message.version)
            self._set(known, msgspec.structs.replace(known.info, version=version), update)

    def _apply(
        self, known: Known, message: Message, update: Update, *, was_sent_before: bool = False
    ) -> None:
        is_local = self._local_messages.confirm(message, update.sent)
        if message.seq <= known.info.cleared_seq:
            return
        is_new = message.seq > known.top
        is_there = message.status is MessageStatus.SEND_SUCC
        cached = None if is_there else self._cached(known.info.user_id, message.seq)
        self._set(known, with_message(known, message, cached, is_new=is_new), update)
        update.messages.append(message)
        known.top = max(known.top, message.seq)
        if is_there and is_new and not was_sent_before:
            if not is_local:
                update.received.append(message)
            elif self._local_messages.has_changed(message):
                update.changed.append(message)
        elif not is_announced(known, message, cached):
            update.changed.append(message)

    def _apply_conversation(self, conversation: Conversation, update: Update) -> None:
        user_id, last = conversation.user_id, conversation.last_message
        self._touch(user_id)
        known = self._known_or_new(user_id)
        if self._is_history(user_id):
            known.complete = conversation.version
            known.top = 0 if last is None else last.seq
        self._begin_own(known, conversation.own_version)
        if explains(known, conversation, is_agreed=user_id in self._agreed):
            known.own_complete = conversation.own_version
        self._agreed.discard(user_id)
        known.hear(conversation.version, conversation.own_version)
        self._clear(known, conversation.cleared_seq, update)
        if last is not None:
            if known.complete == conversation.version and known.top == last.seq:
                update.held.append((user_id, last.seq, last.seq))
            update.messages.append(last)
        elif not conversation.own_version:
            # A backend without own versions: nothing is left, so there is nothing to fetch.
            if known.info.last_message is not None:
                update.forgotten.append(user_id)
            known.complete = max(known.complete, conversation.version)
        info = with_conversation(known, conversation)
        known.own_version = max(known.own_version, conversation.own_version)
        self._set(known, info, update)

    def _begin_own(self, known: Known, own_version: int) -> None:
        """Start at an own version: changes before the first list are history."""
        if not self.listed and not known.own_heard:
            known.own_complete = max(known.own_complete, own_version)


def _age(message: Message) -> tuple[int, int]:
    return message.version, hidden_at(message)
