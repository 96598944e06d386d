"""Makes the callbacks after events from changes of the core; pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from imtui.protocol.profiles import UserFullInfo
from imtui.protocol.rest.callback import Callback, CallbackCommand, OptPlatform, opt_platform
from imtui.protocol.rest.message_body import elements_of
from imtui.protocol.rest.message_key import message_key
from imtui.protocol.rest.tags import PROFILE_TAGS, custom_tags, show_profile
from imtui.server.callbacks.states import state_changes, status_contents
from imtui.server.core.accounts.changes import AccountDeleted, DeviceChanged
from imtui.server.core.change import Change
from imtui.server.core.friends.changes import (
    BlackListAdded,
    BlackListDeleted,
    FriendRequestDeleted,
    FriendsAdded,
    FriendsDeleted,
    ProfileChanged,
)
from imtui.server.core.messages.changes import ConversationRead, MessageRevoked, MessageSent
from imtui.server.core.presence.changes import StatusChanged

_C = TypeVar("_C")

_PAIRS_MAX: Final = 1000
"""The most pairs of users in one callback."""


@dataclass(frozen=True)
class Batch:
    """The changes of one call of the core."""

    changes: Sequence[Change]
    now_ms: int
    """When the call was made, in Unix milliseconds."""

    def of(self, kind: type[_C]) -> list[_C]:
        """Return the changes of one kind."""
        return [change for change in self.changes if isinstance(change, kind)]


def callbacks_of(batch: Batch, commands: Collection[CallbackCommand]) -> list[Callback]:
    """Return the callbacks for a batch of changes, in order within each command."""
    kinds = set(map(type, batch.changes))
    return [
        callback
        for command, (causes, made_of) in _MAKERS.items()
        if command in commands and not kinds.isdisjoint(causes)
        for callback in made_of(batch)
    ]


def message_contents(conversation: int, seq: int) -> str:
    """Return the key of a message's contents."""
    return f"message {conversation} {seq}"


def contents_gone(changes: Iterable[Change]) -> Iterator[str]:
    """Yield the keys of the contents that some changes erased or replaced."""
    for change in changes:
        match change:
            case MessageRevoked(stored=stored):
                yield message_contents(stored.conversation, stored.seq)
            case ProfileChanged(info=info):
                yield _profile_contents(info.user_id)
            case StatusChanged(status=status, text_changed=True):
                yield status_contents(status.user_id)
            case AccountDeleted(user_id=user_id):
                yield _profile_contents(user_id)
                yield status_contents(user_id)


def _profile_contents(user_id: str) -> str:
    return f"profile {user_id}"


def _states(batch: Batch) -> Iterable[Callback]:
    return state_changes(batch.changes, batch.now_ms)


def _sent(batch: Batch) -> Iterable[Callback]:
    for change in batch.of(MessageSent):
        if change.is_after_callback_forbidden:
            continue
        message = change.message
        key = message_key(message)
        body = {
            "From_Account": message.sender,
            "To_Account": message.receiver,
            "MsgSeq": key.seq,
            "MsgRandom": key.random,
            "MsgTime": key.time,
            "MsgKey": str(key),
            "OnlineOnlyFlag": int(message.online_user_only),
            # A message that could not be sent emits no change.
            "SendMsgResult": 0,
            "ErrorInfo": "",
            "UnreadMsgNum": change.unread,
            "MsgBody": elements_of(message),
            "CloudCustomData": message.cloud_custom_data,
            "EventTime": batch.now_ms,
        }
        platform = OptPlatform.REST_API if change.by_admin else opt_platform(change.platform)
        stored = change.stored
        contents = "" if stored is None else message_contents(stored.conversation, stored.seq)
        yield Callback(CallbackCommand.AFTER_SEND_MSG, message.sender, body, platform, contents)


def _read(batch: Batch) -> Iterable[Callback]:
    for change in batch.of(ConversationRead):
        body = {
            "Report_Account": change.reader,
            "Peer_Account": change.user_id,
            "LastReadTime": change.at // 1000,
            "UnreadMsgNum": change.unread,
            "EventTime": batch.now_ms,
        }
        yield Callback(CallbackCommand.AFTER_MSG_REPORT, change.reader, body)


def _withdrawn(batch: Batch) -> Iterable[Callback]:
    for change in batch.of(MessageRevoked):
        message = change.message
        body = {
            "From_Account": message.sender,
            "To_Account": message.receiver,
            "MsgKey": str(message_key(message)),
            "UnreadMsgNum": change.unread,
            "EventTime": batch.now_ms,
        }
        yield Callback(CallbackCommand.AFTER_MSG_WITHDRAW, message.sender, body)


def _friends_added(batch: Batch) -> Iterable[Callback]:
    initiators: dict[frozenset[str], str] = {}
    pairs: list[dict[str, str]] = []
    for change in batch.of(FriendsAdded):
        for friend_id in change.friend_ids:
            # The initiator's own list changes first, the other user's after it.
            both = frozenset((change.user_id, friend_id))
            initiator = initiators.setdefault(both, change.user_id)
            pairs.append(_pair(change.user_id, friend_id) | {"Initiator_Account": initiator})
    requests = {(one.asker, one.receiver) for one in batch.of(FriendRequestDeleted)}
    for some in _parts(pairs):
        first = some[0]["From_Account"], some[0]["To_Account"]
        body = {
            "PairList": some,
            "ClientCmd": "friend_response" if first in requests else "friend_add",
            "ForceFlag": 0,
            "EventTime": batch.now_ms,
        }
        yield Callback(CallbackCommand.FRIEND_ADD, first[0], body)


def _friends_deleted(batch: Batch) -> Iterable[Callback]:
    lists = [(change.user_id, change.friend_ids) for change in batch.of(FriendsDeleted)]
    return _about_pairs(CallbackCommand.FRIEND_DELETE, lists, batch)


def _blocked(batch: Batch) -> Iterable[Callback]:
    lists = [(change.user_id, change.blocked_ids) for change in batch.of(BlackListAdded)]
    return _about_pairs(CallbackCommand.BLACK_LIST_ADD, lists, batch)


def _unblocked(batch: Batch) -> Iterable[Callback]:
    lists = [(change.user_id, change.blocked_ids) for change in batch.of(BlackListDeleted)]
    return _about_pairs(CallbackCommand.BLACK_LIST_DELETE, lists, batch)


def _profiles(batch: Batch) -> Iterable[Callback]:
    # A change does not say which fields are new, so each callback has all of them.
    for change in batch.of(ProfileChanged):
        user_id = change.info.user_id
        body = {
            "From_Account": user_id,
            "Operator_Account": user_id,
            "ProfileItem": _profile_items(change.info),
            "EventTime": batch.now_ms,
        }
        contents = _profile_contents(user_id)
        yield Callback(CallbackCommand.PORTRAIT_SET, user_id, body, contents_key=contents)


def _about_pairs(
    command: CallbackCommand, lists: Iterable[tuple[str, Iterable[str]]], batch: Batch
) -> Iterable[Callback]:
    pairs = [_pair(owner, member) for owner, members in lists for member in members]
    for some in _parts(pairs):
        body = {"PairList": some, "EventTime": batch.now_ms}
        yield Callback(command, some[0]["From_Account"], body)


def _parts(pairs: list[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    """Split pairs into lists for one callback each.

    An admin who deletes many accounts makes so many pairs that a single callback of all of them
    would fill the queue.
    """
    for start in range(0, len(pairs), _PAIRS_MAX):
        yield pairs[start : start + _PAIRS_MAX]


def _pair(owner: str, member: str) -> dict[str, str]:
    return {"From_Account": owner, "To_Account": member}


_ALWAYS_SENT: Final = tuple(
    f"Tag_Profile_IM_{name}" for name in ("Nick", "SelfSignature", "AllowType")
)
"""Fields that are always in the callback; others are left out while they have their default."""


def _profile_items(info: UserFullInfo) -> list[dict[str, Any]]:
    default_profile = show_profile(UserFullInfo(info.user_id), PROFILE_TAGS)
    defaults = {one.tag: one.value for one in default_profile}
    others = [tag for tag in PROFILE_TAGS if tag not in _ALWAYS_SENT]
    items = show_profile(info, _ALWAYS_SENT)
    items += [one for one in show_profile(info, others) if one.value != defaults[one.tag]]
    items += show_profile(info, custom_tags(info))
    return [{"Tag": one.tag, "Value": one.value} for one in items]


_Maker = Callable[[Batch], Iterable[Callback]]

_MAKERS: Final[dict[CallbackCommand, tuple[frozenset[type], _Maker]]] = {
    CallbackCommand.STATE_CHANGE: (frozenset({DeviceChanged, StatusChanged}), _states),
    CallbackCommand.AFTER_SEND_MSG: (frozenset({MessageSent}), _sent),
    CallbackCommand.AFTER_MSG_REPORT: (frozenset({ConversationRead}), _read),
    CallbackCommand.AFTER_MSG_WITHDRAW: (frozenset({MessageRevoked}), _withdrawn),
    CallbackCommand.FRIEND_ADD: (frozenset({FriendsAdded}), _friends_added),
    CallbackCommand.FRIEND_DELETE: (frozenset({FriendsDeleted}), _friends_deleted),
    CallbackCommand.BLACK_LIST_ADD: (frozenset({BlackListAdded}), _blocked),
    CallbackCommand.BLACK_LIST_DELETE: (frozenset({BlackListDeleted}), _unblocked),
    CallbackCommand.PORTRAIT_SET: (frozenset({ProfileChanged}), _profiles),
}
