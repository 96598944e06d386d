"""Reading messages: history, changed messages, and messages for the REST API."""

from msgspec import Struct

from imtui.protocol import limits
from imtui.protocol.chat import (
    ChangedMessages,
    GetChangedMessagesParams,
    GetHistoryParams,
    HistoryPage,
    Message,
)
from imtui.protocol.errors import invalid_parameters
from imtui.protocol.identifiers import check_user_id
from imtui.protocol.rest.message_key import MessageKey, message_key
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.archive import StoredMessage, View, ViewedMessage
from imtui.server.core.context import Context
from imtui.server.core.endpoint import planned
from imtui.server.core.messages.conversation import Conversation, Conversations, Member
from imtui.server.core.messages.views import (
    hidden_message,
    message_of,
    tombstone,
    viewed_message,
)
from imtui.server.core.paging import MESSAGES_MAX_BYTES, check_count, page_of


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
    return context.archive.before(member.view, seq, params.count + 1, MESSAGES_MAX_BYTES)


@planned(_plan_history)
def get_history(
    context: Context, plan: list[StoredMessage], params: GetHistoryParams
) -> HistoryPage:
    """Return the last messages of a conversation of the caller, the newest first.

    Hidden messages are left out. The page has fewer than ``count`` if they are long.

    Raises:
        IMError: 6017.
    """
    found = _membership(context, params.user_id)
    if found is None:
        return HistoryPage([])
    conversation, member = found
    page, is_last = page_of(
        plan,
        params.count,
        lambda stored: viewed_message(conversation, member, ViewedMessage(stored)),
        MESSAGES_MAX_BYTES,
    )
    return HistoryPage(page, is_last, 0 if is_last else page[-1].seq)


class _Changes(Struct, frozen=True):
    changed: list[ViewedMessage] = []
    """Messages that changed for all members, by version."""
    hidden: list[ViewedMessage] = []
    """Messages that this member hid, by own version."""
    is_cut: bool = False
    """Whether a search stopped before it had found enough."""


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
    is_cut = False
    # No version is below its message's seq, so none up to the floor is above the floor.
    version = max(params.since_version + member.joined_version, member.floor)
    if version < conversation.version:
        changed, is_cut = _until_stop(
            context.archive.changed(member.view, version, params.count + 1)
        )
    own_version = params.since_own_version
    if own_version is not None and own_version < member.own_version and not is_cut:
        hidden, is_cut = _until_stop(
            context.archive.hidden(member.view, own_version, params.count + 1)
        )
        if changed and hidden and hidden[0].is_stop:
            hidden = []
    return _Changes(changed, hidden, is_cut)


def _until_stop(found: list[ViewedMessage]) -> tuple[list[ViewedMessage], bool]:
    """Return what a search found, and whether it stopped; where it did, only if that is all."""
    if not found or not found[-1].is_stop:
        return found, False
    return found[:-1] or found, True


@planned(_plan_changed)
def get_changed_messages(
    context: Context, plan: _Changes, params: GetChangedMessagesParams
) -> ChangedMessages:
    """Return the messages that changed after a version, the earliest change first.

    Changes for all members come first, then messages that the caller hid. The page has fewer than
    ``count`` if they are long, or if the search stopped. If it found nothing until then, the page
    has the message at which it stopped, as a hidden one.

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
        lambda viewed: _shown(conversation, member, viewed),
        MESSAGES_MAX_BYTES,
    )
    is_last = is_last and not plan.is_cut
    next_version, next_own_version = conversation.version, member.own_version
    if not is_last:
        if len(page) < len(plan.changed) or (plan.is_cut and not plan.hidden):
            next_version = plan.changed[len(page) - 1].message.version
            next_own_version = params.since_own_version or 0
        else:
            own = plan.hidden[: len(page) - len(plan.changed)]
            next_own_version = own[-1].own_version if own else params.since_own_version or 0
    if params.since_own_version is None:
        # Who goes on from here misses nothing that they did not ask for.
        next_own_version = 0
    return ChangedMessages(
        page,
        is_last,
        member.shown_seq(member.cleared_seq),
        member.shown_version(next_version),
        next_own_version,
    )


class HistoryMessage(Struct, frozen=True):
    """A message of a history that an admin reads."""

    message: Message
    is_read: bool
    """Whether its receiver has read it."""


class History(Struct, frozen=True):
    """Messages of a history that an admin reads."""

    messages: list[HistoryMessage] = []
    is_cut: bool = False
    """Whether the search stopped before it had found enough. If it found nothing until then, the
    only message is the one at which it stopped, as a hidden one."""


def _plan_within(
    context: Context, peer: str, since: int, before: tuple[int, int], count: int
) -> list[ViewedMessage]:
    found = _membership(context, peer)
    return [] if found is None else context.archive.within(found[1].view, since, before, count)


@planned(_plan_within)
def within(
    context: Context,
    plan: list[ViewedMessage],
    peer: str,
    since: int,
    before: tuple[int, int],
    count: int,
) -> History:
    """Return the last ``count`` messages of a time span that the caller sees, the latest first.

    Seqs and versions are the conversation's own.

    Args:
        context: The context of the member.
        plan: The result of the plan.
        peer: The other member of the conversation.
        since: The first timestamp of the span, in Unix milliseconds.
        before: The end of the span: a timestamp and a seq. Of the messages with that timestamp,
            those below the seq are in the span.
        count: The most messages to return.
    """
    conversation = context.state[Conversations].get(context.user_id, peer)
    if conversation is None:
        return History()
    found, is_cut = _until_stop(plan)
    shown = [
        hidden_message(message, one.own_version) if one.is_stop else message
        for one in found
        for message in (message_of(conversation, one.message),)
    ]
    return History(
        [HistoryMessage(one, one.seq <= _read_seq(conversation, one.receiver)) for one in shown],
        is_cut,
    )


def _plan_place(context: Context, peer: str, key: MessageKey) -> tuple[int, int] | None:
    conversation = context.state[Conversations].get(context.user_id, peer)
    if conversation is None:
        return None
    everything = View(conversation.key, conversation.member(context.user_id).account, 0)
    found = [viewed.message for viewed in context.archive.at(everything, [key.seq])]
    for member in conversation.members:
        named = context.archive.find(
            member.account, key.msg_id(conversation.peer_of(member.user_id))
        )
        found += [named] if named is not None else []
    for stored in found:
        if (
            stored.conversation == conversation.key
            and message_key(message_of(conversation, stored)) == key
        ):
            return stored.timestamp, stored.seq
    return None


@planned(_plan_place)
def place_of(
    context: Context, plan: tuple[int, int] | None, peer: str, key: MessageKey
) -> tuple[int, int] | None:
    """Return timestamp and seq of the message with a key in the caller's conversation, if any.

    It may be from before the caller joined, as pages may end there.
    """
    return plan


def _shown(conversation: Conversation, member: Member, viewed: ViewedMessage) -> Message:
    show = tombstone if viewed.is_stop else viewed_message
    return show(conversation, member, viewed)


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
    """Return the message with a key that the caller sent to a user, if there is one."""
    conversation = context.state[Conversations].get(context.user_id, peer)
    return message_of(conversation, plan) if plan and conversation else None


def _read_seq(conversation: Conversation, user_id: str) -> int:
    # What was there before an account joined, it has not read.
    return max(
        (
            one.read_seq
            for one in conversation.members
            if one.user_id == user_id and one.read_seq > one.joined_seq
        ),
        default=0,
    )


def _membership(context: Context, peer: str) -> tuple[Conversation, Member] | None:
    """Return the caller's conversation with a user, and the caller's membership."""
    conversation = context.state[Conversations].get(context.user_id, peer)
    if conversation is None:
        return None
    return conversation, conversation.member(context.user_id)
