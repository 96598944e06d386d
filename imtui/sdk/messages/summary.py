"""How a change affects a message, and the summary of its conversation.

All functions are pure.
"""

from msgspec.structs import replace

from imtui.protocol.chat import Conversation, Message, MessageStatus
from imtui.sdk.conversation_info import ConversationInfo
from imtui.sdk.messages.known import Known, hidden_at


def with_conversation(known: Known, conversation: Conversation) -> ConversationInfo:
    """Return the summary that the backend sent, with what only this device knows."""
    info = known.info
    if conversation.own_version < known.own_version:
        # Older than the known summary; only numbers that never decrease count.
        return replace(
            info,
            read_seq=max(conversation.read_seq, info.read_seq),
            peer_read_seq=max(conversation.peer_read_seq, info.peer_read_seq),
            version=max(conversation.version, info.version),
        )
    is_newer = conversation.version >= info.version
    return ConversationInfo(
        info.conversation_id,
        info.user_id,
        last_message=conversation.last_message if is_newer else info.last_message,
        unread_count=conversation.unread_count,
        read_seq=max(conversation.read_seq, info.read_seq),
        peer_read_seq=max(conversation.peer_read_seq, info.peer_read_seq),
        is_pinned=conversation.is_pinned,
        recv_opt=conversation.recv_opt,
        order_key=conversation.order_key if is_newer else info.order_key,
        draft_text=info.draft_text,
        version=max(conversation.version, info.version),
        cleared_seq=max(conversation.cleared_seq, info.cleared_seq),
    )


def explains(known: Known, conversation: Conversation, *, is_agreed: bool) -> bool:
    """Return whether a read, pin, mute or deletion accounts for a conversation's own version.

    Then no message was hidden meanwhile, and nothing has to be fetched. The number alone does not
    say so: a push of hidden messages may be lost although the push of their conversation arrives
    with the next own version.

    Args:
        known: What is known; its summary has to be exact at the previous own version.
        conversation: What the backend sent.
        is_agreed: Whether this device has applied such a change since the previous summary, as
            the answer to its request comes before the push.
    """
    if not known.own_version == known.own_complete == conversation.own_version - 1:
        return False
    is_cleared = (
        conversation.last_message is None and conversation.cleared_seq > known.info.cleared_seq
    )
    return is_agreed or is_cleared or own_settings(known.info) != own_settings(conversation)


def own_settings(info: ConversationInfo | Conversation) -> tuple[int, bool, int]:
    """Return what a read, pin or mute changes."""
    return info.read_seq, info.is_pinned, info.recv_opt


def with_message(
    known: Known, message: Message, cached: Message | None, *, is_new: bool
) -> ConversationInfo:
    """Return the summary after a change of a message, unless the summary contains it already.

    Args:
        known: What was known before.
        message: The message as it is now.
        cached: The message as it was cached, if it was.
        is_new: Whether no version of the message was applied before.
    """
    info = known.info
    if message.version <= info.version and hidden_at(message) <= known.own_version:
        return info
    unread, last, order_key = info.unread_count, info.last_message, info.order_key
    was_counted = (
        not is_new
        or message.version <= info.version
        # Sent before the summary and changed later, as it is not newer than the last message.
        or (last is not None and message.seq <= last.seq)
    )
    is_there = message.status is MessageStatus.SEND_SUCC
    counts = not message.is_excluded_from_unread_count
    if counts and message.sender == info.user_id and message.seq > info.read_seq:
        if not was_counted:
            unread += is_there
        elif not is_there and not 0 < hidden_at(message) <= known.own_version:
            unread -= _was_there(info, message, cached)
    shows = not message.is_excluded_from_last_message
    if shows and message.status is not MessageStatus.HAS_DELETED:
        if last is None or message.seq >= last.seq:
            last = message
        if is_new:
            order_key = max(order_key, message.timestamp)
    return replace(info, unread_count=max(unread, 0), last_message=last, order_key=order_key)


def cleared(known: Known, cleared_seq: int) -> ConversationInfo:
    """Return the summary after all messages up to a seq were cleared."""
    info = known.info
    last = info.last_message
    # Only the backend knows how many unread ones are left; at most the newer messages are.
    most = max(known.newest - max(info.read_seq, cleared_seq), 0)
    return replace(
        info,
        last_message=last if last is not None and last.seq > cleared_seq else None,
        unread_count=min(info.unread_count, most),
        cleared_seq=cleared_seq,
    )


def emptied(info: ConversationInfo) -> ConversationInfo:
    """Return the summary of a conversation without any message left."""
    return replace(info, last_message=None, unread_count=0, is_pinned=False)


def without_contents(message: Message, status: MessageStatus) -> Message:
    """Return a message with another status and no contents."""
    return replace(message, status=status, text="", data=b"", cloud_custom_data="", msg_body="")


def is_announced(known: Known, message: Message, cached: Message | None) -> bool:
    """Return whether listeners already know of a change that is applied now.

    Each version is applied once, so they do not know it. But a message that this member has hidden
    stays hidden, however often it changes later, and this device may have hidden it itself.
    """
    if message.status is not MessageStatus.HAS_DELETED:
        return False
    is_hidden = cached is not None and cached.status is MessageStatus.HAS_DELETED
    return is_hidden or 0 < hidden_at(message) <= known.own_complete


def _was_there(info: ConversationInfo, message: Message, cached: Message | None) -> bool:
    """Return whether a message that is gone was there before the change."""
    if cached is None:
        return True
    # A page of history may have cached this very change before.
    if message.version > info.version and cached.version >= message.version:
        return True
    return cached.status is MessageStatus.SEND_SUCC
