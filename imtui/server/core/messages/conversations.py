"""Conversations: listing, reading, pinning, muting and deleting them."""

import heapq
import re
from typing import Final

from imtui.protocol import chat, limits
from imtui.protocol.chat import ConversationList, ReceiveOpt, peer_of
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.identifiers import check_user_id, check_user_ids
from imtui.server.clock import Moment
from imtui.server.core.app import App
from imtui.server.core.changes import ConversationChanged, ConversationRead, MessagesCleared
from imtui.server.core.messages.archive import StoredMessage
from imtui.server.core.messages.conversation import Conversation, Side
from imtui.server.core.paging import check_count, page_of

_CURSOR: Final = re.compile(r"([01])\.(\d{1,16})\.(.+)", re.ASCII)

_Place = tuple[bool, int, str]


def get_list(app: App, owner: str, cursor: str, count: int) -> ConversationList:
    """Return a page of an account's conversations: pinned ones first, then the latest active.

    Those without a message for oneself are left out, unless they are pinned or have a receive
    option.

    Args:
        app: The app.
        owner: Who asks.
        cursor: That of the page before; empty for the first one.
        count: 1 to 100 at most; fewer if they would not fit into one frame.

    Raises:
        IMError: 6017.
    """
    check_count(count, limits.CONVERSATION_PAGE_MAX)
    after = _place_of(cursor) if cursor else None
    listed = (
        (_place(peer, conversation, owner), conversation)
        for peer, conversation in app.conversations.of(owner)
        if conversation.side(owner).is_listed
    )
    rest = (entry for entry in listed if after is None or entry[0] > after)
    found = heapq.nsmallest(count + 1, rest, key=lambda entry: entry[0])
    page, is_last = page_of(found, count, lambda entry: shown_to(app, entry[1], owner))
    return ConversationList(page, None if is_last else _cursor(found[len(page) - 1][0]))


def clean_unread(app: App, owner: str, conversation_id: str, up_to: int, now: Moment) -> None:
    """Note that an account has read a conversation.

    Args:
        app: The app.
        owner: Who has read.
        conversation_id: What.
        up_to: The place up to which; 0, or more than there is, for all.
        now: When.

    Raises:
        IMError: 6017.
    """
    peer = peer_of(conversation_id)
    if up_to < 0:
        raise invalid_parameters("cleanSequence", "0 or more")
    conversation = app.conversations.get(owner, peer)
    if conversation is None:
        return
    side = conversation.side(owner)
    read_seq = min(up_to or conversation.last_seq, conversation.last_seq)
    if read_seq <= side.read_seq:
        return
    is_all = read_seq == conversation.last_seq
    unread = 0 if is_all else app.archive.count_unread(owner, peer, read_seq)
    newest = _newest(app, conversation, owner)
    side.unread = unread
    _read(app, side, owner, peer, read_seq, now)
    say_changed(app, conversation, owner, newest)


def read_until(app: App, owner: str, peer: str, before: int, now: Moment) -> None:
    """Note that an account has read what was written in a conversation before some time.

    All at earlier places than the last of it counts as read too.

    Args:
        app: The app.
        owner: Who has read.
        peer: With whom the conversation is.
        before: The time, in Unix milliseconds.
        now: When.
    """
    conversation = app.conversations.get(owner, peer)
    if conversation is None:
        return
    up_to = conversation.last_seq
    if before <= conversation.last_timestamp:
        last = app.archive.within(owner, peer, 0, (before, 0), 1)
        up_to = last[0].message.seq if last else 0
    if up_to:
        clean_unread(app, owner, chat.conversation_id(peer), up_to, now)


def pin(app: App, owner: str, conversation_id: str, is_pinned: bool) -> None:
    """Pin a conversation of an account, or unpin it.

    Raises:
        IMError: 6017; 20003 for an unknown account or oneself; 51012 when 50 are pinned.
    """
    peer = peer_of(conversation_id)
    if peer not in app.accounts or peer == owner:
        raise IMError(ErrorCode.ERR_SVR_MSG_INVALID_ID)
    known = app.conversations.get(owner, peer)
    if is_pinned == (known is not None and known.side(owner).is_pinned):
        return
    if is_pinned:
        pinned = sum(one.side(owner).is_pinned for _, one in app.conversations.of(owner))
        if pinned >= limits.PINNED_CONVERSATIONS_MAX:
            raise IMError(ErrorCode.ERR_SVR_CONV_PINNED_COUNT_LIMIT)
    conversation = app.conversations.make(owner, peer)
    newest = _newest(app, conversation, owner)
    conversation.side(owner).is_pinned = is_pinned
    say_changed(app, conversation, owner, newest)


def set_receive_opt(app: App, owner: str, user_ids: list[str], opt: ReceiveOpt) -> None:
    """Choose how an account receives what some users write.

    Args:
        app: The app.
        owner: Who chooses.
        user_ids: 1 to 30; unknown accounts and oneself are left out.
        opt: How.

    Raises:
        IMError: 6017; 20003 if none of them is another account.
    """
    unique = check_user_ids(user_ids, limits.RECEIVE_OPT_MAX_USERS)
    if not unique:
        raise invalid_parameters("userIDList", "name at least one user")
    peers = [peer for peer in unique if peer in app.accounts and peer != owner]
    if not peers:
        raise IMError(ErrorCode.ERR_SVR_MSG_INVALID_ID)
    changing = []
    for peer in peers:
        known = app.conversations.get(owner, peer)
        if opt is not (known.side(owner).recv_opt if known else ReceiveOpt.RECEIVE):
            conversation = app.conversations.make(owner, peer)
            changing.append((conversation, _newest(app, conversation, owner)))
    for conversation, newest in changing:
        conversation.side(owner).recv_opt = opt
        say_changed(app, conversation, owner, newest)


def delete(
    app: App, owner: str, conversation_id: str, now: Moment, *, keeps_messages: bool = False
) -> None:
    """Delete a conversation for one of the two; the other keeps it.

    Args:
        app: The app.
        owner: Who deletes.
        conversation_id: What.
        now: When.
        keeps_messages: It only leaves the list until the next message; otherwise all its messages
            go too.

    Raises:
        IMError: 6017.
    """
    peer = peer_of(conversation_id)
    conversation = app.conversations.get(owner, peer)
    if conversation is None:
        return
    side = conversation.side(owner)
    # Messages may be there that do not put it into the list.
    going = 0 if keeps_messages else app.archive.count_visible(owner, peer)
    is_read = side.read_seq == conversation.last_seq
    if not going and not side.newest and is_read and not side.is_pinned:
        return
    if going:
        app.changes.append(MessagesCleared(owner, peer, conversation.version))
        conversation.version += going
    side.newest = side.unread = 0
    side.is_pinned = False
    side.unlisted_seq = conversation.last_seq
    if not is_read:
        _read(app, side, owner, peer, conversation.last_seq, now)
    say_changed(app, conversation, owner, None)


def leave(app: App, conversation: Conversation, owner: str, going: int) -> None:
    """Take away all that one of the two has of a conversation; the other is not told.

    Args:
        app: The app.
        conversation: What.
        owner: Who leaves.
        going: How many messages they have.
    """
    peer, side = conversation.peer(owner), conversation.side(owner)
    if going:
        app.changes.append(MessagesCleared(owner, peer, conversation.version))
        conversation.version += going
    # What was not read stays so: the other one sees up to where it was.
    side.newest = side.unread = 0
    side.is_pinned = False
    side.recv_opt = ReceiveOpt.RECEIVE
    say_changed(app, conversation, owner, None)


def say_changed(
    app: App, conversation: Conversation, owner: str, newest: StoredMessage | None
) -> None:
    """Say that a conversation changed for one of the two, whose newest message is given."""
    shown = _shown(conversation, owner, newest)
    side = conversation.side(owner)
    app.changes.append(ConversationChanged(owner, shown, side.read_at, side.unlisted_seq))


def shown_to(app: App, conversation: Conversation, owner: str) -> chat.Conversation:
    """Return a conversation as one of the two sees it."""
    return _shown(conversation, owner, _newest(app, conversation, owner))


def _shown(
    conversation: Conversation, owner: str, newest: StoredMessage | None
) -> chat.Conversation:
    peer, side = conversation.peer(owner), conversation.side(owner)
    return chat.Conversation(
        chat.conversation_id(peer),
        conversation.version,
        newest.seen_by(owner) if newest else None,
        side.unread,
        side.read_seq,
        conversation.side(peer).read_seq,
        side.is_pinned,
        side.recv_opt,
        conversation.last_timestamp,
    )


def _newest(app: App, conversation: Conversation, owner: str) -> StoredMessage | None:
    newest = conversation.side(owner).newest
    found = app.archive.at(conversation.low, conversation.high, [newest]) if newest else []
    return found[0] if found else None


def _read(app: App, side: Side, owner: str, peer: str, read_seq: int, now: Moment) -> None:
    side.read_seq = read_seq
    side.read_at = now.unix_ms
    app.changes.append(ConversationRead(peer, owner, read_seq, now.unix_ms))


def _place(peer: str, conversation: Conversation, owner: str) -> _Place:
    """Return what conversations are ordered by, the least first."""
    return not conversation.side(owner).is_pinned, -conversation.last_timestamp, peer


def _cursor(place: _Place) -> str:
    is_loose, active, peer = place
    return f"{int(is_loose)}.{-active}.{peer}"


def _place_of(cursor: str) -> _Place:
    parts = _CURSOR.fullmatch(cursor)
    if parts is None:
        raise invalid_parameters("cursor", "there was no page with it")
    return parts[1] == "1", -int(parts[2]), check_user_id(parts[3], "cursor")
