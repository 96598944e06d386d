"""Exporting all that is kept of an account, in pages."""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from imtui.protocol.chat import GetHistoryParams, conversation_id
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import Empty
from imtui.protocol.rest.body import Body
from imtui.server.commands.command import Call, Command, extension
from imtui.server.core.accounts.device import Device
from imtui.server.core.context import Context
from imtui.server.core.friends import blocklist
from imtui.server.core.friends.profiles import get_profile
from imtui.server.core.friends.reads import (
    friend_of,
    groups,
    listed_friends,
    noted_friend,
    pending_requests,
)
from imtui.server.core.friends.request import FriendRequest
from imtui.server.core.logins.reads import get_account, get_devices
from imtui.server.core.messages.reading import get_history
from imtui.server.core.messages.reads import get_kept, peers
from imtui.server.core.subscriptions.subscribing import get_subscribers, get_subscriptions

_INVALID: Final = ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS
_SERVICE: Final = extension("imtui_account")

_PAGE: Final = 100
"""The most items on a page."""
_PAGE_MAX_BYTES: Final = 64 * 1024
"""The bytes of a page as JSON, after which it ends."""
_SEARCHED_MAX: Final = 20
"""In how many conversations a page looks for messages."""
_MESSAGES: Final = "message"
_CURSOR: Final = re.compile(r"(\d{1,16})\.(\w{1,20})\.(\d{1,16})(?:\.([\w-]{1,32}))?", re.ASCII)

Fields = dict[str, Any]


class Export(Body, frozen=True):
    """The page that is wanted of all that is kept of an account."""

    user_id: str
    cursor: str = ""
    """NextCursor of the previous page."""


class Exported(Body, frozen=True):
    """A page of what is kept of an account."""

    item: list[Fields]
    """Objects with ``kind``, and fields as that kind has on the WebSocket."""
    next_cursor: str
    """The cursor of the next page; empty on the last one."""


class _Cursor(NamedTuple):
    """Where a page begins."""

    key: int
    """The account's: another one may have the user ID by now."""
    kind: str
    position: int = 0
    """Of an item among those of its kind; of messages, the seq before which the page begins."""
    peer: str = ""
    """The other user of the conversation, of messages."""

    def __str__(self) -> str:
        text = f"{self.key}.{self.kind}.{self.position}"
        return f"{text}.{self.peer}" if self.peer else text


class _Kind(NamedTuple):
    """A kind of item of which an account has a list, short enough for the memory."""

    items: Callable[[Context], Sequence[Any]]
    show: Callable[[Context, Any], Fields]
    """Returns the fields of one of these."""


def _builtins(value: object) -> Fields:
    fields: Fields = msgspec.to_builtins(value)
    return fields


def _account(context: Context, item: None) -> Fields:
    account = get_account(context)
    return {
        "registeredAt": account.registered_at,
        **_builtins(account.status),
        "customStatuses": [
            {"text": text.text, "expiresAt": text.expires_at} for text in account.texts
        ],
    }


def _device(context: Context, device: Device) -> Fields:
    return {
        "instanceID": device.instance_id,
        "platform": device.platform.value,
        "deviceName": device.device_name,
        "state": device.state.value,
        "loginTime": device.login_time,
        "changedAt": device.changed_at,
    }


def _friend(context: Context, user_id: str) -> Fields:
    noted = noted_friend(context, user_id)
    return {
        "userID": user_id,
        "friendRemark": noted.note.remark,
        "addSource": noted.note.add_source,
        "addWording": noted.note.add_wording,
        "friendCustomInfo": noted.note.custom,
        "groups": noted.groups,
        "since": noted.since * 1000,
    }


def _request(context: Context, request: FriendRequest) -> Fields:
    return {
        "from": request.asker,
        "to": request.receiver,
        "addTime": request.add_time,
        "addWording": request.wording,
        "friendRemark": request.remark,
        "friendGroup": request.group,
        "addSource": request.source,
        "isRead": request.is_read,
    }


def _conversation(context: Context, peer: str) -> Fields:
    kept = get_kept(context, peer)
    return {
        "conversationID": conversation_id(peer),
        "isPinned": kept.is_pinned,
        "recvOpt": int(kept.recv_opt),
        "unreadCount": kept.unread,
        "readSeq": kept.read_seq,
        "readAt": kept.read_at,
        "clearedSeq": kept.cleared_seq,
    }


def _user(context: Context, user_id: str) -> Fields:
    return {"userID": user_id}


_KINDS: Final[Mapping[str, _Kind]] = {
    "account": _Kind(lambda context: (None,), _account),
    "profile": _Kind(lambda context: (None,), lambda context, _: _builtins(get_profile(context))),
    "device": _Kind(get_devices, _device),
    "friend": _Kind(listed_friends, _friend),
    "friendOf": _Kind(friend_of, _user),
    "friendGroup": _Kind(
        lambda context: tuple(groups(context).items()),
        lambda context, group: {"groupName": group[0], "userIDList": group[1]},
    ),
    "friendRequest": _Kind(pending_requests, _request),
    "blocked": _Kind(
        blocklist.get_times,
        lambda context, blocked: {"userID": blocked[0], "since": blocked[1] * 1000},
    ),
    "subscription": _Kind(lambda context: get_subscriptions(context, Empty()).user_id_list, _user),
    "subscriber": _Kind(get_subscribers, _user),
    "conversation": _Kind(peers, _conversation),
}
"""All kinds but messages, in the order of an export."""


def _export(call: Call, params: Export) -> Exported:
    context = call.acting_for(params.user_id)
    key = get_account(context).key
    names = [*_KINDS, _MESSAGES]
    cursor = _cursor_of(params.cursor) if params.cursor else _Cursor(key, names[0])
    if cursor.key != key or cursor.kind not in names:
        raise IMError(_INVALID, "Cursor: not that of a page of this account.")
    items: list[Fields] = []
    room = _Room()
    for name in names[names.index(cursor.kind) :]:
        if cursor.kind != name:
            cursor = _Cursor(key, name)
        if name == _MESSAGES:
            return Exported(items, str(cursor)) if items else _messages(context, cursor)
        kind = _KINDS[name]
        found = kind.items(context)
        for position, one in enumerate(found[cursor.position :], cursor.position):
            item = {"kind": name, **kind.show(context, one)}
            if not room.takes(item):
                return Exported(items, str(_Cursor(key, name, position)))
            items.append(item)
    raise AssertionError("unreachable")


class _Room:
    """How much more fits on a page; the first item always does."""

    def __init__(self) -> None:
        self._items = 0
        self._bytes = 0

    def takes(self, item: Fields) -> bool:
        self._items += 1
        self._bytes += len(msgspec.json.encode(item))
        return self._items == 1 or (self._items <= _PAGE and self._bytes <= _PAGE_MAX_BYTES)


def _messages(context: Context, cursor: _Cursor) -> Exported:
    """Return a page of the messages of one conversation, the newest first."""
    found = peers(context)
    items: list[Fields] = []
    end = start = bisect_left(found, cursor.peer)
    for peer in found[start : start + _SEARCHED_MAX]:
        end += 1
        before = cursor.position if peer == cursor.peer and cursor.position else None
        page = get_history(context, GetHistoryParams(peer, _PAGE, before))
        items += (
            {"kind": _MESSAGES, "conversationID": conversation_id(peer), **_builtins(message)}
            for message in page.message_list
        )
        if not page.is_finished:
            return Exported(items, str(cursor._replace(position=page.next_before_seq, peer=peer)))
        if items:
            break
    following = found[end : end + 1]
    return Exported(items, str(_Cursor(cursor.key, _MESSAGES, 0, *following)) if following else "")


def _cursor_of(text: str) -> _Cursor:
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise IMError(_INVALID, "Cursor: not that of a page.")
    return _Cursor(int(match[1]), match[2], int(match[3]), match[4] or "")


COMMANDS: Final = (
    Command(
        _SERVICE,
        "export",
        "Return a page of all that is kept of an account.",
        Export,
        Exported,
        _export,
        is_read_only=True,
    ),
)
