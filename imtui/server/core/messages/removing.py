"""Recalling and deleting messages."""

from typing import Final

from msgspec import Struct

from imtui.protocol import limits
from imtui.protocol.chat import DeleteMessagesParams, RevokeMessageParams
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.identifiers import check_msg_id, check_user_id
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.archive import Archive, StoredMessage
from imtui.server.core.caller import Admin
from imtui.server.core.context import Context
from imtui.server.core.endpoint import planned
from imtui.server.core.messages.changes import Hidden, MessageRevoked, MessagesHidden
from imtui.server.core.messages.conversation import Conversations, Member
from imtui.server.core.messages.emitting import emit_changed
from imtui.server.core.messages.membership import snapshot
from imtui.server.core.messages.views import (
    hidden_message,
    message_of,
    plan_newest,
    shown_message,
)

_NEWEST_PAGES_MAX: Final = 20


class _Found(Struct, frozen=True):
    stored: StoredMessage
    hidden: dict[str, int]
    """See ``MessageRevoked.hidden``."""


def _plan_revoke(context: Context, params: RevokeMessageParams) -> _Found:
    user_id = check_user_id(params.user_id)
    account = context.state[Accounts].known(context.user_id)
    stored = context.archive.find(account.key, check_msg_id(params.msg_id))
    conversation = context.state[Conversations].get(context.user_id, user_id)
    if stored is None or conversation is None or stored.conversation != conversation.key:
        raise IMError(ErrorCode.ERR_SVR_MSG_REVOKE_NOT_FOUND)
    if stored.is_erased:
        raise IMError(ErrorCode.ERR_SVR_MSG_REVOKED_ALREADY)
    age = context.now.unix_ms - stored.timestamp
    if age > limits.REVOKE_WINDOW * 1000 and not isinstance(context.caller, Admin):
        raise IMError(ErrorCode.ERR_SVR_MSG_REVOKE_TIME_LIMIT)
    hidden: dict[str, int] = {}
    for one in (context.user_id, user_id):
        member = conversation.find_member(one)
        if member is not None:
            found = context.archive.at(member.view, [stored.seq])
            if not found or found[0].own_version:
                hidden[one] = found[0].own_version if found else 0
    return _Found(stored, hidden)


@planned(_plan_revoke)
def revoke_message(context: Context, plan: _Found, params: RevokeMessageParams) -> None:
    """Recall a message of the caller to a user, and erase its contents.

    It is possible within 120 s of the message's timestamp, and for an admin at any time.

    Raises:
        IMError: 6017; 20022 if the caller has sent no such message in the conversation;
            20023 if it is recalled already; 20016 after 120 s.
    """
    conversations = context.state[Conversations]
    conversation = conversations.by_key(plan.stored.conversation)
    receiver = conversation.find_member(params.user_id)
    is_visible = params.user_id not in plan.hidden
    if receiver is not None and is_visible and _counts(plan.stored, receiver):
        unread = conversation.unread(receiver)
        conversations.set_unread(conversation, receiver, unread - 1)
    stored = plan.stored.erased(conversation.next_version())
    context.state.emit(
        MessageRevoked(
            message_of(conversation, stored),
            stored,
            snapshot(conversation, params.user_id),
            conversations.unread_of(params.user_id),
            plan.hidden,
        )
    )


class _Deletion(Struct, frozen=True):
    deleted: list[StoredMessage] = []
    newest: StoredMessage | None = None
    """The newest message that remains in the list."""


def _plan_delete(context: Context, params: DeleteMessagesParams) -> _Deletion:
    user_id = check_user_id(params.user_id)
    if not 1 <= len(params.seq_list) <= limits.DELETE_MESSAGES_MAX:
        raise invalid_parameters("seqList", f"1 to {limits.DELETE_MESSAGES_MAX} messages a call")
    conversation = context.state[Conversations].get(context.user_id, user_id)
    if conversation is None:
        return _Deletion()
    member = conversation.member(context.user_id)
    seqs = {seq + member.joined_seq for seq in params.seq_list if seq >= 1}
    wanted = {seq for seq in seqs if seq <= conversation.last_seq}
    seen = context.archive.at(member.view, wanted)
    deleted = [viewed.message for viewed in seen if not viewed.own_version]
    if not deleted:
        return _Deletion()
    newest = conversation.newest(member)
    left = None
    if newest in wanted:
        left = _newest_before(context.archive, member, newest, wanted)
    elif newest:
        left = plan_newest(context, conversation, member)
    return _Deletion(deleted, left)


@planned(_plan_delete)
def delete_messages(context: Context, plan: _Deletion, params: DeleteMessagesParams) -> None:
    """Delete messages of a conversation for the caller; the other member keeps them.

    Unknown seqs are skipped.

    Raises:
        IMError: 6017.
    """
    conversations = context.state[Conversations]
    conversation = conversations.get(context.user_id, params.user_id)
    if conversation is None or not plan.deleted:
        return
    member = conversation.member(context.user_id)
    unread = sum(_counts(stored, member) for stored in plan.deleted)
    conversations.set_unread(conversation, member, conversation.unread(member) - unread)
    conversation.set_newest(member, plan.newest.seq if plan.newest else 0)
    hidden = tuple(Hidden(stored.seq, member.next_own_version()) for stored in plan.deleted)
    shown = tuple(
        hidden_message(shown_message(member, message_of(conversation, stored)), one.own_version)
        for stored, one in zip(plan.deleted, hidden, strict=True)
    )
    context.state.emit(
        MessagesHidden(member.user_id, conversation.key, member.account, hidden, shown)
    )
    emit_changed(context.state, conversation, member, plan.newest)


def _counts(stored: StoredMessage, member: Member) -> bool:
    """Tell whether a message that a member has not hidden counts as unread for them."""
    return (
        stored.sender != member.account
        and stored.seq > member.read_seq
        and not stored.is_erased
        and not stored.is_uncounted
    )


def _newest_before(
    archive: Archive, member: Member, seq: int, deleted: set[int]
) -> StoredMessage | None:
    """Find the newest message that keeps a conversation in a member's list after a deletion.

    After many messages that cannot be the last one, which only the REST API sends, there is none.
    """
    for _ in range(_NEWEST_PAGES_MAX):
        page = archive.before(member.view, seq, limits.DELETE_MESSAGES_MAX + 1)
        for stored in page:
            if stored.seq <= member.unlisted_seq:
                return None
            if stored.seq not in deleted and not stored.is_unlisted:
                return stored
        if not page:
            return None
        seq = page[-1].seq
    return None
