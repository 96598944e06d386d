"""What an account knows of its conversations, and what an event makes of that.

Nothing here does input or output. Events go in, in the order in which they came; what is to be
kept and what is to be told comes out as ``News``.

Each conversation has two lines. Its *summary* (unread, last message, pinned …) is as of the version
in ``ConversationInfo``; its *changes* were applied up to ``Known.complete``. An event whose version
is not the next one is passed over, and the conversation is behind until ``fetched``: what was
passed over is in that answer too, so nothing is lost and nothing is told twice.
"""

from collections.abc import Callable, Iterable

import msgspec

from imtui.protocol.chat import (
    Conversation,
    Message,
    MessageStatus,
    ReadReceipt,
    ReceiveOpt,
)
from imtui.sdk.credible import is_credible, is_credible_conversation, is_number
from imtui.sdk.known_conversations import KnownConversations
from imtui.sdk.made_here import MadeHere
from imtui.sdk.news import ConversationInfo, Known, News

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
        self._made_here = MadeHere(user_id)
        self.listed = listed

    def is_sane(self, message: Message) -> bool:
        """Tell whether a message can be one of this account's."""
        return is_credible(message, self._user_id)

    def made_here(self, msg_id: str) -> None:
        """Take note that this device makes a message, so that it is told as sent, once."""
        self._made_here.add(msg_id)

    # What the backend tells

    def pushed(self, messages: Iterable[Message]) -> News:
        """Take messages that the backend pushed, new or changed."""
        news = News()
        for message in messages:
            if self.is_sane(message):
                self._take(message, news)
        return news

    def acknowledged(self, message: Message) -> News:
        """Take the answer to a message that this device sent."""
        news = News()
        if not self.is_sane(message):
            return news
        if not message.online_user_only:
            self._made_here.confirm(message, news.sent)
        if message.version:
            # For it is not pushed to its own device, and is not to be missing until it is fetched.
            news.messages.append(message)
            self._take(message, news)
        return news

    def fetched(self, user_id: str, messages: Iterable[Message]) -> News:
        """Take all changes with a user since ``complete``: the whole answer, in any order."""
        news = News()
        known = self._known_or_new(user_id)
        newest = {each.seq: each for each in messages if self._is_with(user_id, each)}
        changes = [message for message in newest.values() if message.version > known.complete]
        before, since = known.top, known.info.version
        changes.sort(key=lambda message: message.seq)
        for message in changes:
            self._apply(known, message, since, news)
        if known.top > before:
            news.held.append((user_id, before + 1, known.top))
        versions = (message.version for message in changes)
        known.complete = max(known.complete, known.heard, known.info.version, *versions, 0)
        known.heard = known.complete
        self._set(known, msgspec.structs.replace(known.info, version=known.complete), news)
        return news

    def heard(self, user_id: str, version: int) -> News:
        """Take that a page of history told of a version: what is not pushed shows there only."""
        news = News()
        if not self._takes_as_it_is(user_id) and version > self.complete(user_id):
            known = self._known_or_new(user_id)
            known.heard = max(known.heard, version)
            news.known[user_id] = known
        return news

    def receipts(self, receipts: Iterable[ReadReceipt]) -> News:
        """Take that others have read."""
        news = News()
        for receipt in receipts:
            known = self._known.get(receipt.user_id)
            if known is None or not is_number(receipt.read_seq):
                continue
            if receipt.read_seq > known.info.peer_read_seq:
                news.receipts.append(receipt)
                info = msgspec.structs.replace(known.info, peer_read_seq=receipt.read_seq)
                self._set(known, info, news)
        return news

    def changed(self, conversations: Iterable[Conversation]) -> News:
        """Take conversations that the backend pushed."""
        news = News()
        for conversation in conversations:
            self._take_conversation(conversation, news)
        return news

    def list_begins(self) -> None:
        """Begin to take the backend's list."""
        self._seen = set()

    def list_page(self, conversations: Iterable[Conversation]) -> News:
        """Take a page of the list."""
        news = News()
        for conversation in conversations:
            known = self._known.get(conversation.user_id)
            # An answer is never older than what came before it: the backend began anew.
            if known is not None and conversation.version < known.complete:
                self._forget(known, news)
                top = 0 if conversation.last_message is None else conversation.last_message.seq
                known.complete, known.top, known.heard = conversation.version, top, 0
                known.info = ConversationInfo(
                    known.info.conversation_id,
                    conversation.user_id,
                    draft_text=known.info.draft_text,
                )
            self._take_conversation(conversation, news)
        return news

    def list_ends(self) -> News:
        """End the list: what was neither in it nor pushed meanwhile is no more."""
        news = News()
        seen, self._seen = self._seen or set(), None
        self.listed = True
        for user_id, known in self._known.items():
            if user_id not in seen and known.info.is_listed:
                self._forget(known, news)
        return news

    # What this device does itself

    def draft(self, user_id: str, text: str) -> News:
        """Take what was written to a user and not sent."""
        return self._replaced(user_id, draft_text=text)

    def pinned(self, user_id: str, is_pinned: bool) -> News:
        """Take the backend's consent to a pin."""
        return self._replaced(user_id, is_pinned=is_pinned)

    def recv_opt_set(self, user_ids: Iterable[str], opt: ReceiveOpt) -> News:
        """Take the backend's consent to how messages are received; strangers are passed over."""
        news = News()
        for user_id in user_ids:
            # Whether it is an account at all, only what is pushed tells.
            known = self._known.get(user_id)
            if known is not None:
                self._set(known, msgspec.structs.replace(known.info, recv_opt=opt), news)
        return news

    def read(self, user_id: str, seq: int) -> News:
        """Take the backend's consent that all up to ``seq`` was read; 0 is all there is."""
        news = News()
        known = self._known.get(user_id)
        # How many are left after a part was read is for the backend to say.
        if known is not None and not 0 < seq < known.top:
            info = msgspec.structs.replace(known.info, unread_count=0, read_seq=known.top)
            self._set(known, info, news)
        return news

    def deleted_messages(self, messages: Iterable[Message]) -> News:
        """Take the backend's consent that messages are deleted; the push tells their versions."""
        gone = [
            msgspec.structs.replace(
                message,
                status=MessageStatus.HAS_DELETED,
                text="",
                data=b"",
                cloud_custom_data="",
            )
            for message in messages
        ]
        return News(messages=gone, changed=gone)

    def deleted(self, user_id: str) -> News:
        """Take the backend's consent that a conversation is deleted."""
        news = News()
        known = self._known.get(user_id)
        if known is not None:
            self._forget(known, news)
        return news

    # How

    def _is_with(self, user_id: str, message: Message) -> bool:
        return self.is_sane(message) and message.peer(self._user_id) == user_id

    def _takes_as_it_is(self, user_id: str) -> bool:
        """Tell whether all that came before is history, and not news."""
        known = self._known.get(user_id)
        return not self.listed and (known is None or not known.heard)

    def _take(self, message: Message, news: News) -> None:
        if not message.version:
            if not self._made_here.confirm(message, news.sent):
                news.received.append(message)
            return
        user_id = message.peer(self._user_id)
        if self._takes_as_it_is(user_id):
            if message.status is not MessageStatus.SEND_SUCC:
                return
            known = self._known_or_new(user_id)
            known.complete, known.top = message.version - 1, message.seq - 1
        known = self._known_or_new(user_id)
        self._touch(user_id)
        known.heard = max(known.heard, message.version)
        news.known[user_id] = known
        if message.version == known.complete + 1:
            if message.seq > known.top:
                news.held.append((user_id, message.seq, message.seq))
            self._apply(known, message, known.info.version, news)
            known.complete = message.version
            version = max(known.info.version, message.version)
            self._set(known, msgspec.structs.replace(known.info, version=version), news)

    def _apply(self, known: Known, message: Message, since: int, news: News) -> None:
        """Apply a change; the summary already holds those up to the version ``since``."""
        is_new = message.seq > known.top
        is_told = not is_new and self._is_kept_so(known.info.user_id, message)
        if message.version > since:
            self._set(known, self._summary(known.info, message, is_new), news)
        news.messages.append(message)
        known.top = max(known.top, message.seq)
        mine = self._made_here.confirm(message, news.sent)
        if message.status is MessageStatus.SEND_SUCC:
            if is_new and not mine:
                news.received.append(message)
        elif not is_told:
            news.changed.append(message)

    def _counted(self, user_id: str, message: Message) -> bool:
        """Tell whether a message that is gone was there before the change."""
        kept = self._kept(user_id, message.seq)
        if kept is None or kept.version >= message.version:
            return True
        return kept.status is MessageStatus.SEND_SUCC

    def _is_kept_so(self, user_id: str, message: Message) -> bool:
        """Tell whether a message had this status before the change."""
        kept = self._kept(user_id, message.seq)
        # What is kept may be this very change, which a page of history told first.
        if kept is None or kept.version >= message.version:
            return False
        return kept.status is message.status

    def _summary(self, info: ConversationInfo, message: Message, is_new: bool) -> ConversationInfo:
        is_there = message.status is MessageStatus.SEND_SUCC
        unread, last, order_key = info.unread_count, info.last_message, info.order_key
        counts = not message.is_excluded_from_unread_count
        if counts and message.sender == info.user_id and message.seq > info.read_seq:
            if is_new:
                unread += is_there
            elif not is_there:
                unread -= self._counted(info.user_id, message)
        shows = not message.is_excluded_from_last_message
        if shows and message.status is not MessageStatus.HAS_DELETED:
            if last is None or message.seq >= last.seq:
                last = message
            if is_new:
                order_key = max(order_key, message.timestamp)
        return msgspec.structs.replace(
            info, unread_count=max(unread, 0), last_message=last, order_key=order_key
        )

    def _take_conversation(self, conversation: Conversation, news: News) -> None:
        user_id = conversation.user_id
        last = conversation.last_message
        if not is_credible_conversation(conversation, self._user_id):
            return
        self._touch(user_id)
        known = self._known_or_new(user_id)
        if self._takes_as_it_is(user_id):
            known.complete = conversation.version
            known.top = 0 if last is None else last.seq
        if known.complete == conversation.version and last is not None and known.top == last.seq:
            news.held.append((user_id, last.seq, last.seq))
        if last is not None:
            news.messages.append(last)
        elif known.info.last_message is not None:
            news.forgotten.append(user_id)
        known.heard = max(known.heard, conversation.version)
        if last is None:
            # Nothing is left of it, so there is nothing to fetch.
            known.complete = max(known.complete, conversation.version)
        self._set(known, known.info.merged(conversation), news)

    def _replaced(self, user_id: str, **fields: object) -> News:
        news = News()
        known = self._known_or_new(user_id)
        self._set(known, msgspec.structs.replace(known.info, **fields), news)
        return news

    def _forget(self, known: Known, news: News) -> None:
        info = known.info
        news.forgotten.append(info.user_id)
        empty = ConversationInfo(
            info.conversation_id,
            info.user_id,
            read_seq=info.read_seq,
            peer_read_seq=info.peer_read_seq,
            order_key=info.order_key,
            recv_opt=info.recv_opt,
            draft_text=info.draft_text,
            version=info.version,
        )
        self._set(known, empty, news)

    def _set(self, known: Known, info: ConversationInfo, news: News) -> None:
        super()._set(known, info, news)
        if info.user_id in news.conversations:
            self._touch(info.user_id)

    def _touch(self, user_id: str) -> None:
        if self._seen is not None:
            self._seen.add(user_id)
