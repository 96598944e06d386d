"""Messages and conversations as a member sees them."""

from msgspec import structs

from imtui.protocol import chat
from imtui.protocol.chat import Message, MessageStatus
from imtui.server.core.archive import StoredMessage, ViewedMessage
from imtui.server.core.context import Context
from imtui.server.core.friends.friends import Friends
from imtui.server.core.friends.hiding import is_hidden
from imtui.server.core.messages.conversation import Conversation, Conversations, Member
from imtui.server.core.state import State


def message_of(conversation: Conversation, stored: StoredMessage) -> Message:
    """Return a stored message with the conversation's own seq and version."""
    sender = conversation.user_of(stored.sender)
    return Message(
        stored.msg_id,
        sender,
        conversation.peer_of(sender),
        stored.timestamp,
        stored.seq,
        stored.version,
        stored.elem_type,
        stored.text,
        stored.data,
        stored.cloud_custom_data,
        MessageStatus.LOCAL_REVOKED if stored.is_erased else MessageStatus.SEND_SUCC,
        msg_body=stored.msg_body,
        is_excluded_from_unread_count=stored.is_uncounted,
        is_excluded_from_last_message=stored.is_unlisted,
    )


def shown_message(member: Member, message: Message) -> Message:
    """Return a message with seq and version as a member sees them."""
    if not message.seq or not member.joined_seq:
        return message
    return structs.replace(
        message,
        seq=member.shown_seq(message.seq),
        version=member.shown_version(message.version),
    )


def viewed_message(conversation: Conversation, member: Member, viewed: ViewedMessage) -> Message:
    """Return a message as a member sees it, without contents if they hid it."""
    message = shown_message(member, message_of(conversation, viewed.message))
    if viewed.own_version:
        return hidden_message(message, viewed.own_version)
    return message


def hidden_message(message: Message, own_version: int) -> Message:
    """Return a message as a member who hid it sees it."""
    return structs.replace(
        message,
        text="",
        data=b"",
        cloud_custom_data="",
        msg_body="",
        status=MessageStatus.HAS_DELETED,
        own_version=own_version,
    )


def tombstone(conversation: Conversation, member: Member, viewed: ViewedMessage) -> Message:
    """Return a message that a member does not see, to show where a page ended.

    A message from before they joined is told by its version alone.
    """
    message = message_of(conversation, viewed.message)
    if message.seq <= member.joined_seq:
        message = Message("unknown", member.user_id, conversation.peer_of(member.user_id))
        message = structs.replace(message, version=viewed.message.version)
    own_version = viewed.own_version or member.own_version
    return hidden_message(shown_message(member, message), own_version)


def _read_by_peer(state: State, conversation: Conversation, member: Member) -> int:
    """Return the seq up to which a member is shown that the other one has read."""
    peer = conversation.peer_of(member.user_id)
    true_seq = conversation.read_by_others(member)
    reader = conversation.find_member(peer)
    if reader is None or not is_hidden(state, peer, member.user_id):
        return true_seq
    before = state[Conversations].read_before_block.get((conversation.key, peer))
    if before is not None:
        return min(before, true_seq)
    # If they have read since the block, but before a restart, nobody knows how far it was then.
    blocked_until = (state[Friends].blocked.since(peer, member.user_id) + 1) * 1000
    return true_seq if reader.read_at < blocked_until else 0


def shown_conversation(
    state: State, conversation: Conversation, member: Member, newest: StoredMessage | None
) -> chat.Conversation:
    """Return a conversation as a member sees it, given the newest message in their list."""
    last = shown_message(member, message_of(conversation, newest)) if newest else None
    return chat.Conversation(
        chat.conversation_id(conversation.peer_of(member.user_id)),
        member.shown_version(conversation.version),
        last,
        conversation.unread(member),
        member.shown_seq(member.read_seq),
        member.shown_seq(_read_by_peer(state, conversation, member)),
        member.is_pinned,
        member.recv_opt,
        conversation.order_key(member),
        member.own_version,
        member.shown_seq(member.cleared_seq),
    )


def plan_newest(
    context: Context, conversation: Conversation, member: Member
) -> StoredMessage | None:
    """Find the newest message that puts a conversation into a member's list, if there is one."""
    seq = conversation.newest(member)
    found = context.archive.at(member.view, [seq]) if seq else []
    return found[0].message if found else None
