"""Messages: sending, reading, recalling and deleting them."""

from collections.abc import Sequence, Set
from typing import Final

from msgspec import Struct, structs

from imtui.protocol import limits
from imtui.protocol.chat import Message, MessageList, SendMessageParams, check_contents
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.identifiers import check_msg_id, check_user_id
from imtui.server.clock import Moment
from imtui.server.core.app import App
from imtui.server.core.changes import MessagesChanged, MessageSent
from imtui.server.core.messages.archive import StoredMessage
from imtui.server.core.messages.conversation import Conversation
from imtui.server.core.messages.conversations import say_changed
from imtui.server.core.paging import check_count, page_of


class Manner(Struct, frozen=True):
    """How a message is sent, beyond what its sender says of it."""

    session_id: int = 0
    """The session that sent it, and is not told; 0 if none did."""
    by_admin: bool = False
    """No blocklist counts, and the contents were checked already."""
    msg_body: str = ""
    """See ``Message.msg_body``."""
    to_sender: bool = True
    """Whether the sender's own devices are told."""
    to_receiver: bool = True
    """Whether the receiver's devices are told, if they want to be."""
    hidden_from: str = ""
    """Whichever of the two does not get it; empty if both do."""
    is_excluded_from_unread_count: bool = False
    is_excluded_from_last_message: bool = False
    timestamp: int = 0
    """When it was written, in Unix milliseconds, if it comes from elsewhere; 0 for now."""
    is_after_callback_forbidden: bool = False
    """Whether the app's server is not to be called back after it."""


_OWN: Final = Manner()


def send(
    app: App, sender: str, wish: SendMessageParams, now: Moment, manner: Manner = _OWN
) -> Message:
    """Send a message from an account, and return it as the conversation has it.

    A ``msg_id`` that this account has used already makes no second message: the answer is the one
    that is there, and nobody is told again. An online-only message is told, and kept nowhere.

    Args:
        app: The app.
        sender: Who sends.
        wish: What, and to whom.
        now: When.
        manner: How.

    Raises:
        IMError: 6017, also for a ``msg_id`` that was used towards somebody else; 8001 for
            contents of more than 12 KB; 6032 to oneself; 20003 for an unknown account; 20007 if
            the receiver has blocked the sender.
    """
    receiver = check_user_id(wish.user_id)
    check_msg_id(wish.msg_id)
    if not manner.by_admin:
        check_contents(wish.elem_type, wish.text, wish.data, wish.cloud_custom_data)
    if receiver == sender:
        raise IMError(ErrorCode.ERR_INVALID_MSG_RECEIVER)
    if receiver not in app.accounts:
        raise IMError(ErrorCode.ERR_SVR_MSG_INVALID_ID)
    message = Message(
        wish.msg_id,
        sender,
        receiver,
        timestamp=manner.timestamp or now.unix_ms,
        elem_type=wish.elem_type,
        text=wish.text,
        data=wish.data,
        cloud_custom_data=wish.cloud_custom_data,
        online_user_only=wish.online_user_only,
        msg_body=manner.msg_body,
        is_excluded_from_unread_count=manner.is_excluded_from_unread_count,
        is_excluded_from_last_message=manner.is_excluded_from_last_message,
    )
    if not wish.online_user_only:
        there = app.archive.find(sender, wish.msg_id)
        if there is not None:
            return _same(there, receiver).seen_by(sender)
    # After the search: what was taken before the block is answered as ever.
    if app.blocked.has(receiver, sender) and not manner.by_admin:
        raise IMError(ErrorCode.ERR_SVR_MSG_IN_PEER_BLACKLIST)
    if not wish.online_user_only:
        message = _append(app.conversations.make(sender, receiver), message, manner)
    conversation = app.conversations.get(receiver, sender)
    wanted = conversation is None or conversation.side(receiver).wants_pushes
    sent = MessageSent(
        message,
        manner.session_id,
        wanted and manner.to_receiver and manner.hidden_from != receiver,
        manner.to_sender and manner.hidden_from != sender,
        manner.hidden_from,
        manner.is_after_callback_forbidden,
    )
    app.changes.append(sent)
    if conversation is not None and message.seq:
        for user_id, is_told in ((sender, manner.to_sender), (receiver, manner.to_receiver)):
            if not is_told:
                # Not the message, but that there is more: what a device keeps stays complete.
                say_changed(app, conversation, user_id, _newest(app, conversation, user_id, sent))
    return message


def history(app: App, viewer: str, user_id: str, count: int, before_seq: int | None) -> MessageList:
    """Return the last messages of a conversation, the newest first, without deleted ones.

    Args:
        app: The app.
        viewer: Who asks.
        user_id: With whom the conversation is.
        count: 1 to 100 at most; fewer if they would not fit into one frame.
        before_seq: Only those before this one; None for the newest.

    Raises:
        IMError: 6017.
    """
    check_user_id(user_id)
    check_count(count, limits.HISTORY_PAGE_MAX)
    if before_seq is not None and before_seq < 0:
        raise invalid_parameters("beforeSeq", "0 or more")
    conversation = app.conversations.get(viewer, user_id)
    if conversation is None:
        return MessageList([])
    end = conversation.last_seq + 1
    seq = end if before_seq is None else min(before_seq, end)
    found = app.archive.before(viewer, user_id, seq, count + 1)
    return _page(found, viewer, count)


def changed(app: App, viewer: str, user_id: str, since_version: int, count: int) -> MessageList:
    """Return the messages that changed after a version, the earliest change first.

    Args:
        app: The app.
        viewer: Who asks.
        user_id: With whom the conversation is.
        since_version: The version that is known.
        count: 1 to 100 at most; fewer if they would not fit into one frame.

    Raises:
        IMError: 6017.
    """
    check_user_id(user_id)
    check_count(count, limits.HISTORY_PAGE_MAX)
    if since_version < 0:
        raise invalid_parameters("sinceVersion", "0 or more")
    conversation = app.conversations.get(viewer, user_id)
    if conversation is None or since_version >= conversation.version:
        return MessageList([])
    found = app.archive.changed(viewer, user_id, since_version, count + 1)
    return _page(found, viewer, count)


def revoke(
    app: App, sender: str, user_id: str, msg_id: str, now: Moment, *, by_admin: bool = False
) -> None:
    """Recall one's own message to a user; nothing of it is left.

    It is possible within 120 s of its timestamp, and for an admin at any time.

    Raises:
        IMError: 6017; 20022 if there is no such message of one's own in the conversation;
            20023 if it is recalled already; 20016 after the 120 s.
    """
    check_user_id(user_id)
    there = app.archive.find(sender, check_msg_id(msg_id))
    conversation = app.conversations.get(sender, user_id)
    if there is None or conversation is None or there.message.receiver != user_id:
        raise IMError(ErrorCode.ERR_SVR_MSG_REVOKE_NOT_FOUND)
    if there.is_revoked:
        raise IMError(ErrorCode.ERR_SVR_MSG_REVOKED_ALREADY)
    if not by_admin and now.unix_ms - there.message.timestamp > limits.REVOKE_WINDOW * 1000:
        raise IMError(ErrorCode.ERR_SVR_MSG_REVOKE_TIME_LIMIT)
    receiving = conversation.side(user_id)
    receiving.unread -= there.counts_for(user_id, receiving.read_seq)
    revoked = there.revoked(conversation.next_version())
    app.changes.append(MessagesChanged((revoked,), (sender, user_id)))


def delete(app: App, viewer: str, user_id: str, seqs: Sequence[int]) -> None:
    """Delete messages of a conversation for one of the two; the other one keeps them.

    Args:
        app: The app.
        viewer: Who deletes.
        user_id: With whom the conversation is.
        seqs: Places, 1 to 50; those where nothing is are passed over.

    Raises:
        IMError: 6017.
    """
    check_user_id(user_id)
    if not 1 <= len(seqs) <= limits.DELETE_MESSAGES_MAX:
        raise invalid_parameters("seqList", f"1 to {limits.DELETE_MESSAGES_MAX} messages a call")
    conversation = app.conversations.get(viewer, user_id)
    if conversation is None:
        return
    wanted = {seq for seq in seqs if 1 <= seq <= conversation.last_seq}
    there = app.archive.at(viewer, user_id, wanted)
    going = [stored for stored in there if not stored.is_deleted_for(viewer)]
    if not going:
        return
    left = _newest_left(app, conversation, viewer, user_id, wanted)
    side = conversation.side(viewer)
    side.newest = left.message.seq if left else 0
    side.unread -= sum(stored.counts_for(viewer, side.read_seq) for stored in going)
    gone = tuple(stored.deleted_for(viewer, conversation.next_version()) for stored in going)
    app.changes.append(MessagesChanged(gone, (viewer,)))
    say_changed(app, conversation, viewer, left)


def _append(conversation: Conversation, message: Message, manner: Manner) -> Message:
    conversation.last_seq += 1
    # The wall clock may be put back; what was written later is never told as earlier.
    conversation.last_timestamp = max(message.timestamp, conversation.last_timestamp)
    if not message.is_excluded_from_last_message:
        for user_id in (message.sender, message.receiver):
            if manner.hidden_from != user_id:
                conversation.side(user_id).newest = conversation.last_seq
    if manner.hidden_from != message.receiver:
        conversation.side(message.receiver).unread += not message.is_excluded_from_unread_count
    return structs.replace(
        message,
        seq=conversation.last_seq,
        version=conversation.next_version(),
        # What comes from elsewhere keeps the time at which it was written there.
        timestamp=manner.timestamp or conversation.last_timestamp,
    )


def _newest(
    app: App, conversation: Conversation, viewer: str, sent: MessageSent
) -> StoredMessage | None:
    """Return the newest message of one of the two, of which one was just sent."""
    newest = conversation.side(viewer).newest
    if newest == sent.message.seq:
        return sent.stored
    found = app.archive.at(viewer, conversation.peer(viewer), [newest]) if newest else []
    return found[0] if found else None


def _newest_left(
    app: App, conversation: Conversation, viewer: str, peer: str, going: Set[int]
) -> StoredMessage | None:
    """Return by which message one of the two has it in the list as some go, if there is one."""
    unlisted_seq = conversation.side(viewer).unlisted_seq
    seq = conversation.last_seq + 1
    while page := app.archive.before(viewer, peer, seq, limits.DELETE_MESSAGES_MAX + 1):
        for stored in page:
            message = stored.message
            if message.seq <= unlisted_seq:
                return None
            if message.seq not in going and not message.is_excluded_from_last_message:
                return stored
        seq = page[-1].message.seq
    return None


def _same(there: StoredMessage, receiver: str) -> StoredMessage:
    if there.message.receiver != receiver:
        raise invalid_parameters("msgID", "it was used for a message to somebody else")
    return there


def _page(found: list[StoredMessage], viewer: str, count: int) -> MessageList:
    return MessageList(*page_of(found, count, lambda stored: stored.seen_by(viewer)))
