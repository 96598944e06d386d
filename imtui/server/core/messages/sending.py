"""Sending messages."""

from typing import Final

from msgspec import Struct

from imtui.protocol.chat import Message, SendMessageParams, SentMessage, check_contents, size_of
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.identifiers import check_msg_id, check_user_id
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.archive import StoredMessage, View, ViewedMessage
from imtui.server.core.caller import Admin
from imtui.server.core.context import Context
from imtui.server.core.endpoint import planned
from imtui.server.core.friends.friends import Friends
from imtui.server.core.friends.hiding import is_hidden
from imtui.server.core.messages.changes import MessageSent
from imtui.server.core.messages.conversation import Conversation, Conversations
from imtui.server.core.messages.emitting import emit_changed
from imtui.server.core.messages.membership import conversation_of, snapshot
from imtui.server.core.messages.views import (
    plan_newest,
    shown_message,
    viewed_message,
)
from imtui.server.core.quotas import Quota, Quotas
from imtui.server.core.room import Room


class SendOptions(Struct, frozen=True):
    """Options of a message that only the REST API and the backend set."""

    msg_body: str = ""
    """See ``Message.msg_body``."""
    to_sender: bool = True
    """Whether the sender's own devices are notified."""
    to_receiver: bool = True
    """Whether the receiver's devices are notified, if their receive option allows it."""
    hidden_from: str = ""
    """The member who does not get it; empty if both get it."""
    is_excluded_from_unread_count: bool = False
    is_excluded_from_last_message: bool = False
    timestamp: int = 0
    """When an imported message was written, in Unix milliseconds; 0 for now."""
    is_after_callback_forbidden: bool = False
    """Whether the app's own server gets no callback for it."""


DEFAULT_OPTIONS: Final = SendOptions()


def _costs(params: SendMessageParams) -> dict[Quota, int]:
    if params.online_user_only:
        return {Quota.REQUESTS: 1}
    size = size_of(params.text, params.data, params.cloud_custom_data)
    return {Quota.MESSAGES: 1, Quota.MESSAGE_BYTES: size}


class _Plan(Struct, frozen=True):
    sent_before: ViewedMessage | None = None
    """The message that the sender has already sent with this ID."""
    newest: dict[str, StoredMessage | None] = {}
    """For each member who is not notified: the newest message in their list before this one."""


def _plan(
    context: Context, params: SendMessageParams, options: SendOptions = DEFAULT_OPTIONS
) -> _Plan:
    sender, accounts = context.user_id, context.state[Accounts]
    receiver = check_user_id(params.user_id)
    check_msg_id(params.msg_id)
    if not isinstance(context.caller, Admin):
        check_contents(params.elem_type, params.text, params.data, params.cloud_custom_data)
    if receiver == sender:
        raise IMError(ErrorCode.ERR_INVALID_MSG_RECEIVER)
    if receiver not in accounts:
        raise IMError(ErrorCode.ERR_SVR_MSG_INVALID_ID)
    if params.online_user_only:
        return _Plan()
    found = context.archive.find(accounts[sender].key, params.msg_id)
    if found is not None:
        return _Plan(_sent_before(context, found, receiver))
    context.state[Room].check()
    if options.to_sender and options.to_receiver:
        return _Plan()
    if not (options.is_excluded_from_last_message or options.hidden_from):
        # It is the newest one itself.
        return _Plan()
    conversation = context.state[Conversations].get(sender, receiver)
    newest: dict[str, StoredMessage | None] = {}
    for user_id, is_notified in ((sender, options.to_sender), (receiver, options.to_receiver)):
        member = conversation.find_member(user_id) if conversation and not is_notified else None
        if conversation is not None and member is not None:
            newest[user_id] = plan_newest(context, conversation, member)
    return _Plan(None, newest)


@planned(_plan)
def send_message(
    context: Context,
    plan: _Plan,
    params: SendMessageParams,
    options: SendOptions = DEFAULT_OPTIONS,
) -> SentMessage:
    """Send a message from the caller's account, and return it as the sender sees it.

    If the account has already used the ``msg_id``, the earlier message is returned, and nobody is
    notified again. An online-only message is pushed, but not stored.

    Args:
        context: The context of the sender; for an admin, contents and blocklists are not checked.
        plan: The result of the plan.
        params: The message and its receiver.
        options: More options of the message.

    Raises:
        IMError: 6017, also for a ``msg_id`` that was used for another receiver; 8001 for
            contents of more than 12 KB; 6032 to oneself; 20003 for an unknown account; 20007 if
            the receiver has blocked the sender; 7008 for too much at once, unless by an admin;
            70500 while the disk is almost full.
    """
    state, sender, receiver = context.state, context.user_id, params.user_id
    if plan.sent_before is not None:
        conversation = state[Conversations].by_key(plan.sent_before.message.conversation)
        member = conversation.member(sender)
        return SentMessage(viewed_message(conversation, member, plan.sent_before))
    by_admin = isinstance(context.caller, Admin)
    # A message that was sent before the block is still answered, so this check comes later.
    if state[Friends].blocked.has(receiver, sender) and not by_admin:
        raise IMError(ErrorCode.ERR_SVR_MSG_IN_PEER_BLACKLIST)
    if not by_admin:
        state[Quotas].take(sender, _costs(params), state.console, context.now.monotonic)
    if params.online_user_only:
        message = _message(context, params, options, options.timestamp or context.now.unix_ms)
        found = state[Conversations].get(receiver, sender)
        wanted = found is None or found.member(receiver).wants_pushes
        # It is for who is there now, such as a typing hint, so it would tell who is.
        wanted = wanted and (by_admin or not is_hidden(state, sender, receiver))
        state.emit(_sent(context, options, message, wanted))
        return SentMessage(message)
    conversation = conversation_of(state, sender, receiver)
    message, stored = _append(context, conversation, params, options)
    wanted = conversation.member(receiver).wants_pushes
    own_version = 0
    if options.hidden_from:
        own_version = conversation.member(options.hidden_from).next_own_version()
    state.emit(_sent(context, options, message, wanted, stored, conversation, own_version))
    for user_id, is_notified in ((sender, options.to_sender), (receiver, options.to_receiver)):
        if not is_notified:
            # Devices still learn that the conversation changed, so that their copies stay complete.
            member = conversation.member(user_id)
            is_newest = conversation.newest(member) == stored.seq
            newest = stored if is_newest else plan.newest.get(user_id)
            emit_changed(state, conversation, member, newest)
    if conversation.has_rejoined:
        message = shown_message(conversation.member(sender), message)
    return SentMessage(message)


def send_dropped(context: Context, params: SendMessageParams) -> SentMessage:
    """Send a message that the app's own server drops: only its sender sees it.

    Raises:
        IMError: As for ``send_message``.
    """
    return send_message(context, params, SendOptions(hidden_from=params.user_id))


def _sent_before(context: Context, found: StoredMessage, receiver: str) -> ViewedMessage:
    """Return an earlier message as its sender sees it now."""
    conversation = context.state[Conversations].by_key(found.conversation)
    if conversation.peer_of(context.user_id) != receiver:
        raise invalid_parameters("msgID", "already used for a message to another user")
    member = conversation.member(context.user_id)
    view = View(conversation.key, member.account, 0)
    (viewed,) = context.archive.at(view, [found.seq])
    if found.seq <= member.floor and not viewed.own_version:
        return ViewedMessage(found, member.own_version)
    return viewed


def _message(
    context: Context,
    params: SendMessageParams,
    options: SendOptions,
    timestamp: int,
    seq: int = 0,
    version: int = 0,
) -> Message:
    return Message(
        params.msg_id,
        context.user_id,
        params.user_id,
        timestamp,
        seq,
        version,
        params.elem_type,
        params.text,
        params.data,
        params.cloud_custom_data,
        online_user_only=params.online_user_only,
        msg_body=options.msg_body,
        is_excluded_from_unread_count=options.is_excluded_from_unread_count,
        is_excluded_from_last_message=options.is_excluded_from_last_message,
    )


def _append(
    context: Context, conversation: Conversation, params: SendMessageParams, options: SendOptions
) -> tuple[Message, StoredMessage]:
    """Add a message to a conversation, with its seq and version."""
    conversation.last_seq += 1
    context.state[Conversations].changed(conversation)
    # The wall clock may be set back, but timestamps never decrease.
    timestamp = options.timestamp or context.now.unix_ms
    conversation.last_timestamp = max(timestamp, conversation.last_timestamp)
    hidden = options.hidden_from
    if not options.is_excluded_from_last_message:
        if hidden:
            member = conversation.member(hidden)
            newest = conversation.newest(member)
        conversation.listed_seq = conversation.last_seq
        if hidden:
            conversation.set_newest(member, newest)
    if not options.is_excluded_from_unread_count:
        unread_by = params.user_id if hidden != params.user_id else ""
        context.state[Conversations].count_sent(conversation, unread_by)
    message = _message(
        context,
        params,
        options,
        # An imported message keeps its own time.
        options.timestamp or conversation.last_timestamp,
        conversation.last_seq,
        conversation.next_version(),
    )
    stored = StoredMessage(
        conversation.key,
        message.seq,
        message.version,
        context.state[Accounts][message.sender].key,
        message.msg_id,
        message.timestamp,
        message.elem_type,
        message.text,
        message.data,
        message.cloud_custom_data,
        message.msg_body,
        is_uncounted=message.is_excluded_from_unread_count,
        is_unlisted=message.is_excluded_from_last_message,
    )
    return message, stored


def _sent(
    context: Context,
    options: SendOptions,
    message: Message,
    is_wanted: bool,
    stored: StoredMessage | None = None,
    conversation: Conversation | None = None,
    own_version: int = 0,
) -> MessageSent:
    hidden = options.hidden_from
    return MessageSent(
        message,
        stored,
        snapshot(conversation, message.sender, hidden) if conversation is not None else None,
        context.caller.session_id,
        options.to_sender and hidden != message.sender,
        is_wanted and options.to_receiver and hidden != message.receiver,
        hidden,
        own_version,
        options.is_after_callback_forbidden,
        context.caller.platform,
        isinstance(context.caller, Admin),
        context.state[Conversations].unread_of(message.receiver),
    )
