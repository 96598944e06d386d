"""Reading messages: history, what changed, and what the REST API looks for."""

from msgspec import Struct

from imtui.protocol import limits
from imtui.protocol.chat import (
    ChangedMessages,
    GetChangedMessagesParams,
    GetHistoryParams,
    Message,
    MessageList,
)
from imtui.protocol.errors import invalid_parameters
from imtui.protocol.identifiers import check_user_id
from imtui.protocol.rest.message_key import MessageKey, message_key
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.archive import StoredMessage, View, ViewedMessage
from imtui.server.core.context import Context
from imtui.server.core.endpoint import planned
from imtui.server.core.messages.conversation import Conversation, Conversations, Member
from imtui.server.core.messages.views import message_of, viewed_message
from imtui.server.core.paging import check_count, page_of


def _plan_history(context: Context, params: GetHistoryParams) -> list[StoredMessage]:
    check_user_id(params.user_id)
    check_count(params.count, limits.HISTORY_PAGE_MAX)
    before_seq = params.before_seq
    if before_seq is not None and before_seq < 0:
        raise invalid_parameters("beforeSeq", "0 or more")
    found = _membership(context, params.user_id)
    if found is None:
        return []
    conversation, member = found
    end = conversation.last_seq + 1
    seq = end if before_seq is None else min(before_seq + member.joined_seq, end)
    return context.archive.before(member.view, seq, params.count + 1)


@planned(_plan_history)
def get_history(
    context: Context, plan: list[StoredMessage], params: GetHistoryParams
) -> MessageList:
    """Return the last messages of a conversation of the caller, the newest first.

    Hidden ones are left out. There are fewer than ``count`` if they would not fit into a frame.

    Raises:
        IMError: 6017.
    """
    found = _membership(context, params.user_id)
    if found is None:
        return MessageList([])
    conversation, member = found
    page, is_last = page_of(
        plan,
        params.count,
        lambda stored: viewed_message(conversation, member, ViewedMessage(stored)),
    )
    return MessageList(page, is_last)


class _Changes(Struct, frozen=True):
    changed: list[ViewedMessage] = []
    """For all members, by version."""
    hidden: list[ViewedMessage] = []
    """By this member, by own version."""


def _plan_changed(context: Context, params: GetChangedMessagesParams) -> _Changes:
    check_user_id(params.user_id)
    check_count(params.count, limits.HISTORY_PAGE_MAX)
    for field, since in (
        ("sinceVersion", params.since_version),
        ("sinceOwnVersion", params.since_own_version),
    ):
        if since is not None and since < 0:
            raise invalid_parameters(field, "0 or more")
    found = _membership(context, params.user_id)
    if found is None:
        return _Changes()
    conversation, member = found
    changed: list[ViewedMessage] = []
    hidden: list[ViewedMessage] = []
    version = params.since_version + member.joined_version
    if version < conversation.version:
        changed = context.archive.changed(member.view, version, params.count + 1)
    own_version = params.since_own_version
    if own_version is not None and own_version < member.own_version:
        hidden = context.archive.hidden(member.view, own_version, params.count + 1)
    return _Changes(changed, hidden)


@planned(_plan_changed)
def get_changed_messages(
    context: Context, plan: _Changes, params: GetChangedMessagesParams
) -> ChangedMessages:
    """Return the messages that changed after a version, the earliest change first.

    What changed for all members comes first, then what the caller has hidden. There are fewer
    than ``count`` if they would not fit into a frame.

    Raises:
        IMError: 6017.
    """
    found = _membership(context, params.user_id)
    if found is None:
        return ChangedMessages([])
    conversation, member = found
    page, is_last = page_of(
        [*plan.changed, *plan.hidden],
        params.count,
        lambda viewed: viewed_message(conversation, member, viewed),
    )
    next_version, next_own_version = conversation.version, member.own_version
    if not is_last:
        told = plan.changed[: len(page)]
        if len(page) < len(plan.changed):
            next_version = told[-1].message.version
            next_own_version = params.since_own_version or 0
        else:
            own = plan.hidden[: len(page) - len(plan.changed)]
            next_own_version = own[-1].own_version if own else params.since_own_version or 0
    return ChangedMessages(
        page,
        is_last,
        member.shown_seq(member.cleared_seq),
        member.shown_version(next_version),
        next_own_version,
    )


class Roamed(Struct, frozen=True):
    """A message as an admin reads it in a history."""

    message: Message
    is_read: bool
    """By its receiver."""


def plan_within(
    context: Context, peer: str, since: int, before: tuple[int, int], count: int
) -> list[StoredMessage]:
    """Read the last messages of a time span that the caller sees; see ``Archive.within``."""
    found = _membership(context, peer)
    return [] if found is None else context.archive.within(found[1].view, since, before, count)


@planned(plan_within)
def within(
    context: Context,
    plan: list[StoredMessage],
    peer: str,
    since: int,
    before: tuple[int, int],
    count: int,
) -> list[Roamed]:
    """Return the last ``count`` messages of a time span that the caller sees, the latest first.

    Seqs and versions are the conversation's own.

    Args:
        context: Whose view.
        plan: What was read before.
        peer: With whom the conversation is.
        since: The first timestamp that counts, in Unix milliseconds.
        before: The first timestamp that does not count, and a seq: of the messages with that
            timestamp those below the seq still count.
        count: How many.
    """
    conversation = context.state[Conversations].get(context.user_id, peer)
    if conversation is None:
        return []
    shown = [message_of(conversation, stored) for stored in plan]
    return [Roamed(one, one.seq <= _read_seq(conversation, one.receiver)) for one in shown]


def _plan_find(context: Context, peer: str, key: MessageKey) -> StoredMessage | None:
    account = context.state[Accounts].get(context.user_id)
    conversation = context.state[Conversations].get(context.user_id, peer)
    if account is None or conversation is None:
        return None
    named = context.archive.find(account.key, key.msg_id(peer))
    everything = View(conversation.key, account.key, 0)
    placed = [viewed.message for viewed in context.archive.at(everything, [key.seq])]
    for stored in (named, *placed):
        if (
            stored is not None
            and stored.sender == account.key
            and stored.conversation == conversation.key
            and message_key(message_of(conversation, stored)) == key
        ):
            return stored
    return None


@planned(_plan_find)
def find_message(
    context: Context, plan: StoredMessage | None, peer: str, key: MessageKey
) -> Message | None:
    """Return the message that the caller sent to a user under a key, if there is one."""
    conversation = context.state[Conversations].get(context.user_id, peer)
    return message_of(conversation, plan) if plan and conversation else None


def _read_seq(conversation: Conversation, user_id: str) -> int:
    reads = (one.read_seq for one in conversation.members if one.user_id == user_id)
    return max(reads, default=0)


def _membership(context: Context, peer: str) -> tuple[Conversation, Member] | None:
    """Return the caller's conversation with a user, and the caller as its member."""
    conversation = context.state[Conversations].get(context.user_id, peer)
    if conversation is None:
        return None
    return conversation, conversation.member(context.user_id)
