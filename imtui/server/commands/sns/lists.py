"""``sns``: blocklists and friend groups."""

from functools import partial
from typing import Annotated, Final, Literal

from msgspec import Meta

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.friendship import DeleteFriendGroupParams
from imtui.protocol.identifiers import check_group_name
from imtui.protocol.limits import BLACK_LIST_MAX, FRIEND_GROUPS_MAX
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.role import Role
from imtui.server.commands.command import Call, Command
from imtui.server.commands.sns.items import (
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
from imtui.server.commands.sns.reads import Index, RelationItem, check_relations
from imtui.server.core.friends import blocklist, groups, reads
from imtui.server.core.friends.reads import RelationKind


class BlackList(Body, frozen=True):
    """The users that an account blocks or unblocks."""

    from_account: str
    to_account: list[str]


class BlackListGet(Body, frozen=True):
    """The account whose blocklist is wanted, and the page."""

    from_account: str
    start_index: Index
    max_limited: Annotated[int, Meta(ge=1, le=BLACK_LIST_MAX)]
    """The most users on the page."""
    last_sequence: int
    """Ignored; CurruentSequence of an earlier answer."""


class BlackListItem(Body, frozen=True):
    """A blocked user."""

    to_account: str
    add_black_time_stamp: int
    """Since when, in Unix seconds."""


class BlackListPage(Body, frozen=True):
    """A page of a blocklist, the earliest first."""

    black_list_item: list[BlackListItem]
    start_index: int
    """Where the next page begins; 0 on the last page."""
    curruent_sequence: int
    """Grows with each change; the field spells it like this."""
    current_sequence: int
    """The same; some clients spell it like this."""


class BlackListCheck(Body, frozen=True):
    """An account, and the users to compare it with."""

    from_account: str
    to_account: list[str]
    check_type: Literal[
        "BlackCheckResult_Type_Single", "BlackCheckResult_Type_Singal", "BlackCheckResult_Type_Both"
    ]
    """Single checks the account's own list only; so does Singal, as it was spelled at first."""


class BlackListChecked(Body, frozen=True, omit_defaults=True):
    """The relation of an account to each of the users."""

    black_list_check_item: list[RelationItem]
    fail_account: tuple[str, ...] = ()


class GroupAdd(Body, frozen=True):
    """Friend groups to create, and the friends to put into each of them."""

    from_account: str
    group_name: str | list[str]
    to_account: list[str] | None = None


class GroupsAdded(Body, frozen=True, omit_defaults=True):
    """The result for each friend."""

    current_sequence: int
    """Grows with each change."""
    result_item: tuple[FriendResult, ...] = ()
    fail_account: tuple[str, ...] = ()


class GroupDelete(Body, frozen=True):
    """Friend groups to delete."""

    from_account: str
    group_name: str | list[str]


class GroupsDeleted(Body, frozen=True):
    """The answer to a deletion of friend groups."""

    current_sequence: int
    """Grows with each change."""


class GroupGet(Body, frozen=True):
    """The friend groups of an account that are wanted."""

    from_account: str
    need_friend: Literal["", "Need_Friend_Type_Yes", "Need_Friend_Type_No"] = ""
    """Whether to include the friends in them."""
    group_name: str | list[str] | None = None
    """All groups if it is absent; unknown ones are skipped."""
    last_sequence: int = 0
    """Ignored; CurrentSequence of an earlier answer."""


class GroupItem(Body, frozen=True, omit_defaults=True):
    """A friend group."""

    group_name: str
    friend_number: int
    to_account: list[str] | None = None


class Groups(Body, frozen=True):
    """Friend groups in the order in which they were created."""

    result_item: list[GroupItem]
    current_sequence: int


def _black_list_add(call: Call, params: BlackList) -> FriendResults:
    owner = owner_of(call, params.from_account)
    newcomers: list[str] = []
    results = [
        result_for(user_id, partial(_collect, call, owner, user_id, newcomers))
        for user_id in unique_of(params.to_account)
    ]
    blocklist.block(call.acting_for(owner), newcomers)
    return FriendResults(results, failed(results))


def _collect(call: Call, owner: str, user_id: str, newcomers: list[str]) -> None:
    """Add a user to the newcomers of a blocklist if they may be blocked and are not yet."""
    check_known(call, user_id)
    account = call.acting_for(owner)
    if user_id == owner:
        raise IMError(INVALID, "Users cannot block themselves.")
    if blocklist.is_blocked(account, user_id):
        return
    if len(newcomers) >= blocklist.room(account):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_BLACKLIST_LIMIT)
    newcomers.append(user_id)


def _black_list_delete(call: Call, params: BlackList) -> FriendResults:
    owner = owner_of(call, params.from_account)
    accounts = unique_of(params.to_account)
    results = [result_for(user_id, partial(check_known, call, user_id)) for user_id in accounts]
    blocklist.unblock(call.acting_for(owner), accounts)
    return FriendResults(results, failed(results))


def _black_list_get(call: Call, params: BlackListGet) -> BlackListPage:
    account = call.acting_for(owner_of(call, params.from_account))
    members = blocklist.get_times(account)
    end = params.start_index + params.max_limited
    sequence = reads.sequence(account)
    return BlackListPage(
        [BlackListItem(member, since) for member, since in members[params.start_index : end]],
        end if end < len(members) else 0,
        sequence,
        sequence,
    )


def _black_list_check(call: Call, params: BlackListCheck) -> BlackListChecked:
    is_both = params.check_type == "BlackCheckResult_Type_Both"
    items = check_relations(
        call,
        params.from_account,
        params.to_account,
        RelationKind.BLOCKED,
        _BLACK_RELATIONS,
        is_both,
    )
    return BlackListChecked(items, failed(items))


_BLACK_RELATIONS: Final = (
    "BlackCheckResult_Type_NO",
    "BlackCheckResult_Type_AWithB",
    "BlackCheckResult_Type_BWithA",
    "BlackCheckResult_Type_BothWay",
)


def _group_add(call: Call, params: GroupAdd) -> GroupsAdded:
    owner = owner_of(call, params.from_account)
    names = list(dict.fromkeys(map(check_group_name, _names(params.group_name))))
    if not 1 <= len(names) <= FRIEND_GROUPS_MAX:
        raise IMError(INVALID, f"GroupName: 1 to {FRIEND_GROUPS_MAX} groups a call.")
    accounts = unique_of(params.to_account) if params.to_account else []
    account = call.acting_for(owner)
    results = [
        result_for(user_id, partial(_check_friend, call, owner, user_id)) for user_id in accounts
    ]
    friends = [one.to_account for one in results if not one.result_code]
    groups.fill(account, names, friends)
    return GroupsAdded(reads.sequence(account), tuple(results), failed(results))


def _check_friend(call: Call, owner: str, user_id: str) -> None:
    check_known(call, user_id)
    if not reads.is_friend(call.acting_for(owner), user_id):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_GROUP_ADD_NONFRIEND)


def _group_delete(call: Call, params: GroupDelete) -> GroupsDeleted:
    account = call.acting_for(owner_of(call, params.from_account))
    groups.delete(account, DeleteFriendGroupParams(_names(params.group_name)))
    return GroupsDeleted(reads.sequence(account))


def _group_get(call: Call, params: GroupGet) -> Groups:
    account = call.acting_for(owner_of(call, params.from_account))
    with_friends = params.need_friend == "Need_Friend_Type_Yes"
    wanted = _names(params.group_name or [])
    items = [
        GroupItem(name, len(friends), friends if with_friends else None)
        for name, friends in reads.groups(account).items()
        if not wanted or name in wanted
    ]
    return Groups(items, reads.sequence(account))


def _names(group_name: str | list[str]) -> list[str]:
    return [group_name] if isinstance(group_name, str) else group_name


COMMANDS: Final = (
    Command(
        SNS,
        "black_list_add",
        "Block users for an account; friendships with them end.",
        BlackList,
        FriendResults,
        _black_list_add,
        role=Role.SUPPORT,
    ),
    Command(
        SNS,
        "black_list_delete",
        "Unblock users for an account.",
        BlackList,
        FriendResults,
        _black_list_delete,
        role=Role.SUPPORT,
    ),
    Command(
        SNS,
        "black_list_get",
        "Return a page of the users that an account blocks.",
        BlackListGet,
        BlackListPage,
        _black_list_get,
        role=Role.READ,
    ),
    Command(
        SNS,
        "black_list_check",
        "Check which users an account blocks, and which of them block it.",
        BlackListCheck,
        BlackListChecked,
        _black_list_check,
        role=Role.READ,
    ),
    Command(
        SNS,
        "group_add",
        "Create friend groups of an account, and put friends into them.",
        GroupAdd,
        GroupsAdded,
        _group_add,
        role=Role.SUPPORT,
    ),
    Command(
        SNS,
        "group_delete",
        "Delete friend groups of an account; the friends in them stay friends.",
        GroupDelete,
        GroupsDeleted,
        _group_delete,
        role=Role.SUPPORT,
    ),
    Command(
        SNS,
        "group_get",
        "Return friend groups of an account, and the friends in them.",
        GroupGet,
        Groups,
        _group_get,
        role=Role.READ,
    ),
)
