"""``sns``: blocklists and friend groups."""

from functools import partial
from typing import Annotated, Final, Literal

from msgspec import Meta

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_group_name
from imtui.protocol.limits import BLACK_LIST_MAX, FRIEND_GROUPS_MAX
from imtui.protocol.rest.body import Body
from imtui.server.commands.command import Call, Command
from imtui.server.commands.sns_items import (
    INVALID,
    SNS,
    FriendResult,
    FriendResults,
    check_known,
    failed,
    owner_of,
    result_for,
    unique_of,
)
from imtui.server.commands.sns_reads import Index, RelationItem, check_relations
from imtui.server.core.app import App
from imtui.server.core.friends import blocklist, friend_groups


class BlackList(Body, frozen=True):
    """Whom an account is to block, or to block no longer."""

    from_account: str
    to_account: list[str]


class BlackListGet(Body, frozen=True):
    """Whose blocklist is asked, and which part of it."""

    from_account: str
    start_index: Index
    max_limited: Annotated[int, Meta(ge=1, le=BLACK_LIST_MAX)]
    """So many at most."""
    last_sequence: int
    """What an earlier answer said; the list is told whatever it is."""


class BlackListItem(Body, frozen=True):
    """Somebody who is blocked."""

    to_account: str
    add_black_time_stamp: int
    """Since when, in Unix seconds."""


class BlackListPage(Body, frozen=True):
    """A part of a blocklist, the earliest first."""

    black_list_item: list[BlackListItem]
    start_index: int
    """Where the next part begins; 0 if there is none."""
    curruent_sequence: int
    """Grows with each change; the field spells it like this."""


class BlackListCheck(Body, frozen=True):
    """Whom an account may block."""

    from_account: str
    to_account: list[str]
    check_type: Literal["BlackCheckResult_Type_Single", "BlackCheckResult_Type_Both"]
    """With the first, only the account's own list is looked at."""


class BlackListChecked(Body, frozen=True, omit_defaults=True):
    """How an account stands to each of the others."""

    black_list_check_item: list[RelationItem]
    fail_account: tuple[str, ...] = ()


class GroupAdd(Body, frozen=True):
    """Friend groups to be made, and who is put into each of them."""

    from_account: str
    group_name: str | list[str]
    to_account: list[str] | None = None


class GroupsAdded(Body, frozen=True, omit_defaults=True):
    """What became of each account that was to be put into the groups."""

    current_sequence: int
    """Grows with each change."""
    result_item: tuple[FriendResult, ...] = ()
    fail_account: tuple[str, ...] = ()


class GroupDelete(Body, frozen=True):
    """Friend groups to be deleted."""

    from_account: str
    group_name: str | list[str]


class GroupsDeleted(Body, frozen=True):
    """The number of the last change."""

    current_sequence: int


class GroupGet(Body, frozen=True):
    """Which friend groups of an account are asked."""

    from_account: str
    need_friend: Literal["", "Need_Friend_Type_Yes", "Need_Friend_Type_No"] = ""
    """Whether to tell who is in them."""
    group_name: str | list[str] | None = None
    """Absent for all; those that are not there are passed over."""
    last_sequence: int = 0
    """What an earlier answer said; groups are told whatever it is."""


class GroupItem(Body, frozen=True, omit_defaults=True):
    """A friend group."""

    group_name: str
    friend_number: int
    to_account: list[str] | None = None


class Groups(Body, frozen=True):
    """Friend groups in the order in which they were made."""

    result_item: list[GroupItem]
    current_sequence: int


def _black_list_add(call: Call, wish: BlackList) -> FriendResults:
    owner = owner_of(call, wish.from_account)
    coming: list[str] = []
    results = [
        result_for(user_id, partial(_collect, call.app, owner, user_id, coming))
        for user_id in unique_of(wish.to_account)
    ]
    blocklist.block(call.app, owner, coming, call.now)
    return FriendResults(results, failed(results))


def _collect(app: App, owner: str, user_id: str, coming: list[str]) -> None:
    """Add an account to those that are to be blocked, if it can be and is not yet."""
    check_known(app, user_id)
    if user_id == owner:
        raise IMError(INVALID, "Nobody blocks themselves.")
    if app.blocked.has(owner, user_id):
        return
    if len(coming) >= blocklist.room(app, owner):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_BLACKLIST_LIMIT)
    coming.append(user_id)


def _black_list_delete(call: Call, wish: BlackList) -> FriendResults:
    owner = owner_of(call, wish.from_account)
    accounts = unique_of(wish.to_account)
    results = [result_for(user_id, partial(check_known, call.app, user_id)) for user_id in accounts]
    blocklist.unblock(call.app, owner, accounts)
    return FriendResults(results, failed(results))


def _black_list_get(call: Call, wish: BlackListGet) -> BlackListPage:
    owner = owner_of(call, wish.from_account)
    blocked = call.app.blocked
    members = list(blocked.members(owner))
    end = wish.start_index + wish.max_limited
    return BlackListPage(
        [
            BlackListItem(member, blocked.since(owner, member))
            for member in members[wish.start_index : end]
        ],
        end if end < len(members) else 0,
        call.app.friend_sequence(owner),
    )


def _black_list_check(call: Call, wish: BlackListCheck) -> BlackListChecked:
    is_both = wish.check_type == "BlackCheckResult_Type_Both"
    items = check_relations(
        call, wish.from_account, wish.to_account, call.app.blocked, _BLACK_RELATIONS, is_both
    )
    return BlackListChecked(items, failed(items))


_BLACK_RELATIONS: Final = (
    "BlackCheckResult_Type_NO",
    "BlackCheckResult_Type_AWithB",
    "BlackCheckResult_Type_BWithA",
    "BlackCheckResult_Type_BothWay",
)


def _group_add(call: Call, wish: GroupAdd) -> GroupsAdded:
    owner = owner_of(call, wish.from_account)
    names = list(dict.fromkeys(map(check_group_name, _names(wish.group_name))))
    if not 1 <= len(names) <= FRIEND_GROUPS_MAX:
        raise IMError(INVALID, f"GroupName: 1 to {FRIEND_GROUPS_MAX} groups a call.")
    accounts = unique_of(wish.to_account) if wish.to_account else []
    if not friend_groups.has_room(call.app, owner, *names):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_GROUP_COUNT_LIMIT)
    results = [
        result_for(user_id, partial(_check_friend, call.app, owner, user_id))
        for user_id in accounts
    ]
    friends = [one.to_account for one in results if not one.result_code]
    for name in names:
        friend_groups.put(call.app, owner, name, friends)
    return GroupsAdded(call.app.friend_sequence(owner), tuple(results), failed(results))


def _check_friend(app: App, owner: str, user_id: str) -> None:
    check_known(app, user_id)
    if not app.friends.has(owner, user_id):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_GROUP_ADD_NONFRIEND)


def _group_delete(call: Call, wish: GroupDelete) -> GroupsDeleted:
    owner = owner_of(call, wish.from_account)
    friend_groups.delete(call.app, owner, _names(wish.group_name))
    return GroupsDeleted(call.app.friend_sequence(owner))


def _group_get(call: Call, wish: GroupGet) -> Groups:
    owner = owner_of(call, wish.from_account)
    with_friends = wish.need_friend == "Need_Friend_Type_Yes"
    asked = _names(wish.group_name or [])
    items = [
        GroupItem(name, len(friends), sorted(friends) if with_friends else None)
        for name, friends in call.app.book.groups(owner).items()
        if not asked or name in asked
    ]
    return Groups(items, call.app.friend_sequence(owner))


def _names(group_name: str | list[str]) -> list[str]:
    return [group_name] if isinstance(group_name, str) else group_name


COMMANDS: Final = (
    Command(
        SNS,
        "black_list_add",
        "Let an account block others; friendships with them end.",
        BlackList,
        FriendResults,
        _black_list_add,
    ),
    Command(
        SNS,
        "black_list_delete",
        "Let an account block others no longer.",
        BlackList,
        FriendResults,
        _black_list_delete,
    ),
    Command(
        SNS,
        "black_list_get",
        "Return whom an account blocks.",
        BlackListGet,
        BlackListPage,
        _black_list_get,
    ),
    Command(
        SNS,
        "black_list_check",
        "Tell whether an account blocks others, and they it.",
        BlackListCheck,
        BlackListChecked,
        _black_list_check,
    ),
    Command(
        SNS,
        "group_add",
        "Make friend groups of an account, and put friends into them.",
        GroupAdd,
        GroupsAdded,
        _group_add,
    ),
    Command(
        SNS,
        "group_delete",
        "Delete friend groups of an account; the friends in them stay friends.",
        GroupDelete,
        GroupsDeleted,
        _group_delete,
    ),
    Command(
        SNS,
        "group_get",
        "Return friend groups of an account, and who is in them.",
        GroupGet,
        Groups,
        _group_get,
    ),
)
