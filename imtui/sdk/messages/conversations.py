"""What an account knows of its conversations, and what an event makes of that.

Nothing here does input or output. Events go in, in the order in which they came; what is to be
kept and what is to be told comes out as ``Update``.

A conversation is known in two ways. Its *summary* (unread, last message, pinned …) is what the
backend last sent, brought forward by later events; its *changes* were applied up to a version, for
what all members see, and an own version, for what this member alone sees. An event that is not the
next one is passed over, and the conversation is behind until ``fetched``: what was passed over is
in that answer too, so nothing is lost and nothing is told twice.
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
    cleared,
    emptied,
    emptied_message,
    explains,
    is_told,
    own_settings,
    with_conversation,
    with_message,
)
from imtui.sdk.messages.update import Update

Kept = Callable[[str, int], Message | None]
"""Returns the message with a user at a seq, if it is kept."""


class Conversations(KnownConversations):
    """The conversations of an account, brought forward by each event."""

    def __init__(
        self, user_id: str, kept: Kept, known: Iterable[Known] = (), *, listed: bool
    ) -> None:
        """Begin with what was kept.

        Args:
            user_id: The account.
            kept: What is kept of a message.
            known: The conversations that were kept.
            listed: Whether the backend's list was ever taken as a whole. Before, a conversation
                that turns up is taken as it is; afterwards, all of it is new.
        """
        super().__init__(known)
        self._user_id = user_id
        self._kept = kept
        self._seen: set[str] | None = None
        self._local_messages = LocalMessages(user_id)
        self._agreed: set[str] = set()
        """With whom a change that the backend agreed to was applied, and its push is due."""
        self.listed = listed

    def is_credible(self, message: Message) -> bool:
        """Tell whether a message can be one of this account's."""
        return is_credible(message, self._user_id)

    def made_here(self, msg_id: str) -> None:
        """Take note that this device makes a message, so that it is told as sent, once."""
        self._local_messages.add(msg_id)

    # What the backend tells

    def pushed(self, messages: Iterable[Message]) -> Update:
        """Take messages that the backend pushed, new or changed."""
        update = Update()
        for message in messages:
            if self.is_credible(message):
                self._take(message, update)
        return update

    def acknowledged(self, message: Message) -> Update:
        """Take the answer to a message that this device sent."""
        update = Update()
        if not self.is_credible(message):
            return update
        if not message.online_user_only:
            self._local_messages.confirm(message, update.sent)
        if message.version:
            if message.seq > self.cleared_seq(message.peer(self._user_id)):
                # It is not pushed to its own device, and is not to be missing until it is fetched.
                update.messages.append(message)
            self._take(message, update)
        return update

    def fetched(self, user_id: str, answer: ChangedMessages) -> Update:
        """Take all changes with a user after ``since``: the whole answer."""
        update = Update()
        known = self._known_or_new(user_id)
        self._clear(known, answer.cleared_seq, update)
        # Of a message that is in it twice, the later one is the newer one.
        newest = {each.seq: each for each in answer.message_list if self._is_with(user_id, each)}
        changes = [message for message in newest.values() if not known.has_applied(message)]
        changes.sort(key=lambda message: message.seq)
        before = known.top
        for message in changes:
            self._apply(known, message, update)
        if added := [message.seq for message in changes if message.seq > before]:
            # All that came since is in the answer, and nothing comes between two of them.
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
        """Take that a page of history told of a version: what is not pushed shows there only."""
        update = Update()
        if not self._takes_as_it_is(user_id) and version > self.since(user_id)[0]:
            known = self._known_or_new(user_id)
            known.hear(version, 0)
            update.known[user_id] = known
        return update

    def receipts(self, receipts: Iterable[ReadReceipt]) -> Update:
        """Take that others have read."""
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
        """Take conversations that the backend pushed."""
        update = Update()
        for conversation in self._credible(conversations):
            self._take_conversation(conversation, update)
        return update

    def list_begins(self) -> None:
        """Begin to take the backend's list."""
        self._seen = set()

    def list_page(self, conversations: Iterable[Conversation]) -> Update:
        """Take a page of the list."""
        update = Update()
        for conversation in self._credible(conversations):
            known = self._known.get(conversation.user_id)
            # An answer is never older than what came before it: the backend began anew.
            if known is not None and known.is_ahead_of(conversation):
                self._forget(known, update)
                self._known[conversation.user_id] = known.begun_anew(conversation)
            self._take_conversation(conversation, update)
        return update

    def list_ends(self) -> Update:
        """End the list: what was neither in it nor pushed meanwhile is no more."""
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
                # History may have shown messages of it, which are deleted now for all we know.
                update.forgotten.append(user_id)
        return update

    # What this device does itself

    def draft(self, user_id: str, text: str) -> Update:
        """Take what was written to a user and not sent."""
        update = Update()
        known = self._known_or_new(user_id)
        self._set(known, msgspec.structs.replace(known.info, draft_text=text), update)
        return update

    def pinned(self, user_id: str, is_pinned: bool) -> Update:
        """Take the backend's consent to a pin."""
        update = Update()
        known = self._known_or_new(user_id)
        self._agree(known, msgspec.structs.replace(known.info, is_pinned=is_pinned), update)
        return update

    def recv_opt_set(self, user_ids: Iterable[str], opt: ReceiveOpt) -> Update:
        """Take the backend's consent to how messages are received; strangers are passed over."""
        update = Update()
        for user_id in user_ids:
            # Whether it is an account at all, only what is pushed tells.
            known = self._known.get(user_id)
            if known is not None:
                self._agree(known, msgspec.structs.replace(known.info, recv_opt=opt), update)
        return update

    def read(self, user_id: str, seq: int) -> Update:
        """Take the backend's consent that all up to ``seq`` was read; 0 is all there is."""
        update = Update()
        known = self._known.get(user_id)
        if known is None:
            return update
        # How many are left after a part was read is for the backend to say, and what was read
        # before changes nothing there.
        newest, read_seq = known.newest, known.info.read_seq
        if not seq or (seq >= newest and seq > read_seq):
            read_seq = max(newest, read_seq)
            info = msgspec.structs.replace(known.info, unread_count=0, read_seq=read_seq)
            self._agree(known, info, update)
        return update

    def deleted_messages(self, messages: Iterable[Message]) -> Update:
        """Take the backend's consent that messages are deleted; a push tells their own versions."""
        gone = [emptied_message(message, MessageStatus.HAS_DELETED) for message in messages]
        return Update(messages=gone, changed=gone)

    def deleted(self, user_id: str) -> Update:
        """Take the backend's consent that a conversation is deleted."""
        update = Update()
        known = self._known.get(user_id)
        if known is not None:
            if known.info.last_message is not None or known.info.is_pinned:
                self._agreed.add(user_id)
            self._forget(known, update)
        return update

    # How

    def _is_with(self, user_id: str, message: Message) -> bool:
        return self.is_credible(message) and message.peer(self._user_id) == user_id

    def _credible(self, conversations: Iterable[Conversation]) -> list[Conversation]:
        return [each for each in conversations if is_credible_conversation(each, self._user_id)]

    def _takes_as_it_is(self, user_id: str) -> bool:
        """Tell whether all that came before is history, and not new."""
        known = self._known.get(user_id)
        return not self.listed and (known is None or not known.heard)

    def _take(self, message: Message, update: Update) -> None:
        if not message.version:
            if not self._local_messages.confirm(message, update.sent):
                update.received.append(message)
            return
        user_id = message.peer(self._user_id)
        if self._takes_as_it_is(user_id):
            if message.status is not MessageStatus.SEND_SUCC:
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
            self._apply(known, message, update)
            known.apply(message)
            version = max(known.info.version, message.version)
            self._set(known, msgspec.structs.replace(known.info, version=version), update)

    def _apply(self, known: Known, message: Message, update: Update) -> None:
        mine = self._local_messages.confirm(message, update.sent)
        if message.seq <= known.info.cleared_seq:
            return
        is_new = message.seq > known.top
        is_there = message.status is MessageStatus.SEND_SUCC
        kept = None if is_there else self._kept(known.info.user_id, message.seq)
        self._set(known, with_message(known, message, kept, is_new=is_new), update)
        update.messages.append(message)
        known.top = max(known.top, message.seq)
        if is_there:
            if is_new and not mine:
                update.received.append(message)
        elif not is_told(known, message, kept, is_new=is_new):
            update.changed.append(message)

    def _take_conversation(self, conversation: Conversation, update: Update) -> None:
        user_id, last = conversation.user_id, conversation.last_message
        self._touch(user_id)
        known = self._known_or_new(user_id)
        if self._takes_as_it_is(user_id):
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
            # A backend from before own versions: nothing is left, so there is nothing to fetch.
            if known.info.last_message is not None:
                update.forgotten.append(user_id)
            known.complete = max(known.complete, conversation.version)
        info = with_conversation(known, conversation)
        known.own_version = max(known.own_version, conversation.own_version)
        self._set(known, info, update)

    def _begin_own(self, known: Known, own_version: int) -> None:
        """Begin at an own version: what was before the first list is history."""
        if not self.listed and not known.own_heard:
            known.own_complete = max(known.own_complete, own_version)

    def _clear(self, known: Known, cleared_seq: int, update: Update) -> None:
        """Drop what is at or below a floor, if it has risen."""
        if cleared_seq > known.info.cleared_seq:
            update.cleared.append((known.info.user_id, cleared_seq))
            self._set(known, cleared(known, cleared_seq), update)
            known.top = max(known.top, cleared_seq)

    def _forget(self, known: Known, update: Update) -> None:
        update.forgotten.append(known.info.user_id)
        self._set(known, emptied(known.info), update)

    def _agree(self, known: Known, info: ConversationInfo, update: Update) -> None:
        """Take what the backend has agreed to; a push with the next own version follows."""
        if own_settings(info) != own_settings(known.info):
            self._agreed.add(info.user_id)
        self._set(known, info, update)

    def _set(self, known: Known, info: ConversationInfo, update: Update) -> None:
        super()._set(known, info, update)
        if info.user_id in update.conversations:
            self._touch(info.user_id)

    def _touch(self, user_id: str) -> None:
        if self._seen is not None:
            self._seen.add(user_id)
