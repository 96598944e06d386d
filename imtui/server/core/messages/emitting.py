"""Functions that emit changes of conversations for several modules."""

from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.archive import StoredMessage
from imtui.server.core.context import Context
from imtui.server.core.friends.hiding import is_hidden
from imtui.server.core.messages.changes import ConversationChanged, ConversationRead
from imtui.server.core.messages.conversation import Conversation, Conversations, Member
from imtui.server.core.messages.membership import copied
from imtui.server.core.messages.views import shown_conversation
from imtui.server.core.state import State


def emit_changed(
    state: State, conversation: Conversation, member: Member, newest: StoredMessage | None
) -> None:
    """Emit that a conversation changed for a member, given the newest message in their list."""
    state[Conversations].changed(conversation)
    has_sessions = bool(state[Accounts].sessions_of(member.user_id))
    shown = shown_conversation(state, conversation, member, newest) if has_sessions else None
    state.emit(ConversationChanged(member.user_id, shown, copied(member)))


def read(context: Context, conversation: Conversation, member: Member, read_seq: int) -> None:
    """Set the seq up to which a member has read, and emit it, after the unread count was set."""
    state, peer = context.state, conversation.peer_of(member.user_id)
    before, key = state[Conversations].read_before_block, (conversation.key, member.user_id)
    if is_hidden(state, member.user_id, peer):
        before.setdefault(key, member.read_seq)
    else:
        before.pop(key, None)
    member.read_seq = read_seq
    member.read_at = context.now.unix_ms
    state.emit(
        ConversationRead(
            peer,
            member.user_id,
            conversation.key,
            read_seq,
            context.now.unix_ms,
            state[Conversations].unread_of(member.user_id),
        )
    )
