"""What a change makes of a message, and of the summary of its conversation.

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
        # Sent before what is known; only what cannot go back counts.
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
    """Tell whether a read, pin, mute or deletion accounts for a conversation's own version.

    Then no message was hidden meanwhile, and nothing has to be fetched. A push of hidden messages
    may be lost while that of their conversation arrives with the next own version, so the number
    alone does not tell.

    Args:
        known: What is known; it counts if its summary is exact as of the own version before.
        conversation: What the backend sent.
        is_agreed: Whether this device has applied such a change since the summary before, as the
            answer to its request comes before the push.
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
    known: Known, message: Message, kept: Message | None, *, is_new: bool
) -> ConversationInfo:
    """Return the summary after a change of a message, unless it is in the summary already.

    Args:
        known: What was known before.
        message: The message as it is now.
        kept: The message as it was kept, if it was.
        is_new: Whether it was never applied before.
    """
    info = known.info
    if message.version <= info.version and hidden_at(message) <= known.own_version:
        return info
    unread, last, order_key = info.unread_count, info.last_message, info.order_key
    was_counted = (
        not is_new
        or message.version <= info.version
        # It is not newer than the last one, so it was sent before the summary and changed later.
        or (last is not None and message.seq <= last.seq)
    )
    is_there = message.status is MessageStatus.SEND_SUCC
    counts = not message.is_excluded_from_unread_count
    if counts and message.sender == info.user_id and message.seq > info.read_seq:
        if not was_counted:
            unread += is_there
        elif not is_there and not 0 < hidden_at(message) <= known.own_version:
            unread -= _was_there(info, message, kept)
    shows = not message.is_excluded_from_last_message
    if shows and message.status is not MessageStatus.HAS_DELETED:
        if last is None or message.seq >= last.seq:
            last = message
        if is_new:
            order_key = max(order_key, message.timestamp)
    return replace(info, unread_count=max(unread, 0), last_message=last, order_key=order_key)


def cleared(known: Known, cleared_seq: int) -> ConversationInfo:
    """Return the summary after a rise of the floor at and below which nothing is left."""
    info = known.info
    last = info.last_message
    # Only the backend knows how many of the unread ones are left; they are at most these.
    most = max(known.newest - max(info.read_seq, cleared_seq), 0)
    return replace(
        info,
        last_message=last if last is not None and last.seq > cleared_seq else None,
        unread_count=min(info.unread_count, most),
        cleared_seq=cleared_seq,
    )


def emptied(info: ConversationInfo) -> ConversationInfo:
    """Return the summary of a conversation of which nothing is left."""
    return replace(info, last_message=None, unread_count=0, is_pinned=False)


def emptied_message(message: Message, status: MessageStatus) -> Message:
    """Return a message of which no contents are left."""
    return replace(message, status=status, text="", data=b"", cloud_custom_data="", msg_body="")


def is_told(known: Known, message: Message, kept: Message | None, *, is_new: bool) -> bool:
    """Tell whether listeners know already that a message is recalled or deleted."""
    if 0 < hidden_at(message) <= known.own_complete:
        return True
    if kept is None or kept.status is not message.status:
        return False
    # History has no deleted ones. It has recalled ones, so this very change may be kept untold.
    is_deleted = message.status is MessageStatus.HAS_DELETED
    return is_deleted or (not is_new and kept.version < message.version)


def _was_there(info: ConversationInfo, message: Message, kept: Message | None) -> bool:
    """Tell whether a message that is gone was there before the change."""
    if kept is None:
        return True
    # What is kept may be this very change, which a page of history told first.
    if message.version > info.version and kept.version >= message.version:
        return True
    return kept.status is MessageStatus.SEND_SUCC
