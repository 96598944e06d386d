"""Messages: sending, reading, recalling and deleting them."""

from collections.abc import Sequence

from msgspec import structs

from imtui.protocol import limits
from imtui.protocol.chat import Message, MessageList, SendMessageParams, check_contents
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.identifiers import check_msg_id, check_user_id
from imtui.server.core.app import App
from imtui.server.core.archive import StoredMessage
from imtui.server.core.changes import MessagesChanged, MessageSent
from imtui.server.core.conversation import Conversation
from imtui.server.core.conversations import say_changed
from imtui.server.core.moment import Moment
from imtui.server.core.paging import check_count, page_of


def send(app: App, session_id: int, wish: SendMessageParams, now: Moment) -> Message:
    """Send a message from a session's account, and return it as the conversation has it.

    A ``msg_id`` that this account has used already makes no second message: the answer is the one
    that is there, and nobody is told again. An online-only message is told, and kept nowhere.

    Raises:
        IMError: 6014; 6017, also for a ``msg_id`` that was used towards somebody else; 8001 for
            contents of more than 12 KB; 6032 to oneself; 20003 for an unknown account; 20007 if
            the receiver has blocked the sender.
    """
    session = app.session(session_id)
    sender, receiver = session.user_id, check_user_id(wish.user_id)
    check_msg_id(wish.msg_id)
    check_contents(wish.elem_type, wish.text, wish.data, wish.cloud_custom_data)
    if receiver == sender:
        raise IMError(ErrorCode.ERR_INVALID_MSG_RECEIVER)
    if receiver not in app.accounts:
        raise IMError(ErrorCode.ERR_SVR_MSG_INVALID_ID)
    message = Message(
        wish.msg_id,
        sender,
        receiver,
        timestamp=now.unix_ms,
        elem_type=wish.elem_type,
        text=wish.text,
        data=wish.data,
        cloud_custom_data=wish.cloud_custom_data,
        online_user_only=wish.online_user_only,
    )
    if not wish.online_user_only:
        there = app.archive.find(sender, wish.msg_id)
        if there is not None:
            return _same(there, receiver).seen_by(sender)
    # After the search: what was taken before the block is answered as ever.
    if app.blocked.has(receiver, sender):
        raise IMError(ErrorCode.ERR_SVR_MSG_IN_PEER_BLACKLIST)
    if not wish.online_user_only:
        message = _append(app.conversations.make(sender, receiver), message)
    conversation = app.conversations.get(receiver, sender)
    wanted = conversation is None or conversation.side(receiver).wants_pushes
    app.changes.append(MessageSent(message, session_id, wanted))
    return message


def history(
    app: App, session_id: int, user_id: str, count: int, before_seq: int | None
) -> MessageList:
    """Return the last messages of a conversation, the newest first, without deleted ones.

    Args:
        app: The app.
        session_id: Who asks.
        user_id: With whom the conversation is.
        count: 1 to 100 at most; fewer if they would not fit into one frame.
        before_seq: Only those before this one; None for the newest.

    Raises:
        IMError: 6014, 6017.
    """
    session = app.session(session_id)
    check_user_id(user_id)
    check_count(count, limits.HISTORY_PAGE_MAX)
    if before_seq is not None and before_seq < 0:
        raise invalid_parameters("beforeSeq", "0 or more")
    conversation = app.conversations.get(session.user_id, user_id)
    if conversation is None:
        return MessageList([])
    end = conversation.last_seq + 1
    seq = end if before_seq is None else min(before_seq, end)
    found = app.archive.before(session.user_id, user_id, seq, count + 1)
    return _page(found, session.user_id, count)


def changed(app: App, session_id: int, user_id: str, since_version: int, count: int) -> MessageList:
    """Return the messages that changed after a version, the earliest change first.

    Args:
        app: The app.
        session_id: Who asks.
        user_id: With whom the conversation is.
        since_version: The version that is known.
        count: 1 to 100 at most; fewer if they would not fit into one frame.

    Raises:
        IMError: 6014, 6017.
    """
    session = app.session(session_id)
    check_user_id(user_id)
    check_count(count, limits.HISTORY_PAGE_MAX)
    if since_version < 0:
        raise invalid_parameters("sinceVersion", "0 or more")
    conversation = app.conversations.get(session.user_id, user_id)
    if conversation is None or since_version >= conversation.version:
        return MessageList([])
    found = app.archive.changed(session.user_id, user_id, since_version, count + 1)
    return _page(found, session.user_id, count)


def revoke(app: App, session_id: int, user_id: str, msg_id: str, now: Moment) -> None:
    """Recall one's own message to a user, within 120 s of its timestamp; nothing of it is left.

    Raises:
        IMError: 6014; 6017; 20022 if there is no such message of one's own in the conversation;
            20023 if it is recalled already; 20016 after the 120 s.
    """
    session = app.session(session_id)
    check_user_id(user_id)
    there = app.archive.find(session.user_id, check_msg_id(msg_id))
    conversation = app.conversations.get(session.user_id, user_id)
    if there is None or conversation is None or there.message.receiver != user_id:
        raise IMError(ErrorCode.ERR_SVR_MSG_REVOKE_NOT_FOUND)
    if there.is_revoked:
        raise IMError(ErrorCode.ERR_SVR_MSG_REVOKED_ALREADY)
    if now.unix_ms - there.message.timestamp > limits.REVOKE_WINDOW * 1000:
        raise IMError(ErrorCode.ERR_SVR_MSG_REVOKE_TIME_LIMIT)
    receiving = conversation.side(user_id)
    receiving.unread -= there.counts_for(user_id, receiving.read_seq)
    revoked = there.revoked(conversation.next_version())
    app.changes.append(MessagesChanged((revoked,), (session.user_id, user_id)))


def delete(app: App, session_id: int, user_id: str, seqs: Sequence[int]) -> None:
    """Delete messages of a conversation for a session's account; the other one keeps them.

    Args:
        app: The app.
        session_id: Who deletes.
        user_id: With whom the conversation is.
        seqs: Places, 1 to 50; those where nothing is are passed over.

    Raises:
        IMError: 6014, 6017.
    """
    session = app.session(session_id)
    viewer = session.user_id
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
    # Enough of the newest ones that one is left whichever go.
    newest = app.archive.before(viewer, user_id, conversation.last_seq + 1, len(going) + 1)
    left = next((stored for stored in newest if stored.message.seq not in wanted), None)
    side = conversation.side(viewer)
    side.newest = left.message.seq if left else 0
    side.unread -= sum(stored.counts_for(viewer, side.read_seq) for stored in going)
    gone = tuple(stored.deleted_for(viewer, conversation.next_version()) for stored in going)
    app.changes.append(MessagesChanged(gone, (viewer,)))
    say_changed(app, conversation, viewer, left)


def _append(conversation: Conversation, message: Message) -> Message:
    conversation.last_seq += 1
    # The wall clock may be put back; what was written later is never told as earlier.
    conversation.last_timestamp = max(message.timestamp, conversation.last_timestamp)
    for side in (conversation.low_side, conversation.high_side):
        side.newest = conversation.last_seq
    conversation.side(message.receiver).unread += 1
    return structs.replace(
        message,
        seq=conversation.last_seq,
        version=conversation.next_version(),
        timestamp=conversation.last_timestamp,
    )


def _same(there: StoredMessage, receiver: str) -> StoredMessage:
    if there.message.receiver != receiver:
        raise invalid_parameters("msgID", "it was used for a message to somebody else")
    return there


def _page(found: list[StoredMessage], viewer: str, count: int) -> MessageList:
    return MessageList(*page_of(found, count, lambda stored: stored.seen_by(viewer)))
