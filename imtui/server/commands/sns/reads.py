"""``sns``: reading friends and relations."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Final, Literal

from msgspec import Meta

from imtui.protocol.errors import IMError
from imtui.protocol.limits import FRIENDSHIP_MAX_USERS
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.role import Role
from imtui.protocol.rest.tags import TagValue, check_profile_tags, show_profile
from imtui.server.commands.command import Call, Command
from imtui.server.commands.sns.items import (
    INVALID,
    SNS,
    FriendResult,
    check_known,
    failed,
    owner_of,
    result_for,
    unique_of,
)
from imtui.server.commands.sns.tags import is_note_tag, show_note, show_tags
from imtui.server.core.context import Context
from imtui.server.core.friends import reads
from imtui.server.core.friends.profiles import get_profile
from imtui.server.core.friends.reads import RelationKind

PAGE: Final = 100
"""The most friends in one answer."""

Index = Annotated[int, Meta(ge=0)]


class FriendGet(Body, frozen=True):
    """The account whose friends are wanted, and where the page begins."""

    from_account: str
    start_index: Index
    standard_sequence: int = 0
    """Ignored, as the next one; the same fields of an earlier answer."""
    custom_sequence: int = 0


class UserData(Body, frozen=True):
    """A friend, with the fields of the friendship."""

    to_account: str
    value_item: list[TagValue]


class FriendPage(Body, frozen=True):
    """A page of a friend list, ordered by user ID."""

    user_data_item: list[UserData]
    standard_sequence: int
    """Grows with each change of the friend list, the groups or the blocklist."""
    custom_sequence: int
    """The same as StandardSequence."""
    friend_num: int
    """The number of friends on all pages."""
    complete_flag: int
    """1 on the last page."""
    next_start_index: int
    """0 on the last page."""


class FriendGetList(Body, frozen=True):
    """The friends that are wanted, and the fields of their profiles and friendships."""

    from_account: str
    to_account: list[str]
    tag_list: list[str]


class FriendGetAll(Body, frozen=True):
    """The account whose friends are wanted, and which page: the former form of FriendGet."""

    from_account: str
    start_index: Index = 0
    get_count: Index = 0
    """The most friends on the page; 0, or more than 100, for 100."""
    tag_list: tuple[str, ...] = ()
    """The fields that are wanted; those of the friendship if it is absent."""
    time_stamp: int = 0
    """Ignored, as the next one; TimeStampNow and CurrentStandardSequence of an earlier answer."""
    last_standard_sequence: int = 0


class FriendOfAll(Body, frozen=True):
    """A friend, with the requested fields."""

    info_account: str
    sns_profile_item: list[TagValue]


class FriendAllPage(Body, frozen=True):
    """A page of a friend list, ordered by user ID."""

    need_update_all: str
    """``GetAll_Type_YES``: whatever the client has kept is to be replaced."""
    time_stamp_now: int
    """In Unix seconds."""
    start_index: int
    """Where the next page begins; 0 on the last page."""
    info_item: list[FriendOfAll]
    current_standard_sequence: int
    """Grows with each change of the friend list, the groups or the blocklist."""
    friend_num: int
    """The number of friends on all pages."""


class FriendInfoItem(FriendResult, frozen=True, omit_defaults=True):
    """The requested fields of one friend, or an error."""

    sns_profile_item: list[TagValue] | None = None


class FriendInfos(Body, frozen=True, omit_defaults=True):
    """The requested fields of each friend."""

    info_item: list[FriendInfoItem]
    fail_account: tuple[str, ...] = ()


class FriendCheck(Body, frozen=True):
    """An account, and the users to compare it with."""

    from_account: str
    to_account: list[str]
    check_type: Literal[
        "CheckResult_Type_Single", "CheckResult_Type_Singal", "CheckResult_Type_Both"
    ]
    """Single checks the account's own list only; so does Singal, as it was spelled at first."""


class RelationItem(FriendResult, frozen=True):
    """The relation of an account to one user."""

    relation: str


class FriendsChecked(Body, frozen=True, omit_defaults=True):
    """The relation of an account to each of the users."""

    info_item: list[RelationItem]
    fail_account: tuple[str, ...] = ()


def _friend_get(call: Call, params: FriendGet) -> FriendPage:
    account = call.acting_for(owner_of(call, params.from_account))
    friends = reads.friend_ids(account)
    end = params.start_index + PAGE
    page = friends[params.start_index : end]
    is_last = end >= len(friends)
    sequence = reads.sequence(account)
    return FriendPage(
        [UserData(friend, show_note(account, friend)) for friend in page],
        sequence,
        sequence,
        len(friends),
        int(is_last),
        0 if is_last else end,
    )


def _friend_get_all(call: Call, params: FriendGetAll) -> FriendAllPage:
    account = call.acting_for(owner_of(call, params.from_account))
    tags = _checked_tags(params.tag_list)
    friends = reads.friend_ids(account)
    end = params.start_index + min(params.get_count or PAGE, PAGE)
    return FriendAllPage(
        "GetAll_Type_YES",
        call.now.unix_ms // 1000,
        end if end < len(friends) else 0,
        [
            FriendOfAll(
                friend, _fields(account, friend, tags) if tags else show_note(account, friend)
            )
            for friend in friends[params.start_index : end]
        ],
        reads.sequence(account),
        len(friends),
    )


def _friend_get_list(call: Call, params: FriendGetList) -> FriendInfos:
    owner = owner_of(call, params.from_account)
    accounts = unique_of(params.to_account, FRIENDSHIP_MAX_USERS)
    tags = _checked_tags(params.tag_list)
    if not tags:
        raise IMError(INVALID, "TagList: name at least one field.")
    items = [_info(call, owner, user_id, tags) for user_id in accounts]
    return FriendInfos(items, failed(items))


def _info(call: Call, owner: str, user_id: str, tags: list[str]) -> FriendInfoItem:
    result = result_for(user_id, partial(_check_friend, call, owner, user_id))
    if result.result_code:
        return FriendInfoItem(user_id, result.result_code, result.result_info)
    return FriendInfoItem(user_id, 0, "", _fields(call.acting_for(owner), user_id, tags))


def _checked_tags(tag_list: Iterable[str]) -> list[str]:
    """Return tags without repeats.

    Raises:
        IMError: 40009 if neither friendships nor profiles have such a field.
    """
    tags = list(dict.fromkeys(tag_list))
    check_profile_tags(tag for tag in tags if not is_note_tag(tag))
    return tags


def _fields(account: Context, friend: str, tags: list[str]) -> list[TagValue]:
    """Return some fields of a friend and of the friendship, in the order of the tags."""
    profile = get_profile(account.acting_for(friend))
    shown = {
        one.tag: one
        for one in (
            *show_tags(account, friend, filter(is_note_tag, tags)),
            *show_profile(profile, (tag for tag in tags if not is_note_tag(tag))),
        )
    }
    return [shown[tag] for tag in tags if tag in shown]


def _check_friend(call: Call, owner: str, user_id: str) -> None:
    check_known(call, user_id)
    if not reads.is_friend(call.acting_for(owner), user_id):
        raise IMError(INVALID, "Not a friend.")


def _friend_check(call: Call, params: FriendCheck) -> FriendsChecked:
    is_both = params.check_type == "CheckResult_Type_Both"
    items = check_relations(
        call,
        params.from_account,
        params.to_account,
        RelationKind.FRIENDS,
        FRIEND_RELATIONS,
        is_both,
    )
    return FriendsChecked(items, failed(items))


FRIEND_RELATIONS: Final = (
    "CheckResult_Type_NoRelation",
    "CheckResult_Type_AWithB",
    "CheckResult_Type_BWithA",
    "CheckResult_Type_BothWay",
)


def check_relations(
    call: Call,
    from_account: str,
    to_account: list[str],
    kind: RelationKind,
    words: tuple[str, str, str, str],
    is_both: bool,
) -> list[RelationItem]:
    """Return the relation of an account to each of some users.

    Args:
        call: The call of the command.
        from_account: The account.
        to_account: The users.
        kind: The lists to compare.
        words: The names of the relations: neither lists the other, only the account lists the
            user, only the user lists the account, both do.
        is_both: Whether to check the users' lists too.

    Raises:
        IMError: 30003 if there is no such account; 30001 unless there are 1 to 1,000 users.
    """
    owner = owner_of(call, from_account)
    items = []
    for user_id in unique_of(to_account):
        result = result_for(user_id, partial(check_known, call, user_id))
        mine, theirs = reads.relation(call.acting_for(owner), user_id, kind)
        has = mine + 2 * (is_both and theirs)
        items.append(RelationItem(user_id, result.result_code, result.result_info, words[has]))
    return items


COMMANDS: Final = (
    Command(
        SNS,
        "friend_get",
        "Return a page of the friends of an account.",
        FriendGet,
        FriendPage,
        _friend_get,
        role=Role.READ,
    ),
    Command(
        SNS,
        "friend_get_all",
        "Return a page of the friends of an account, in the form that friend_get replaced.",
        FriendGetAll,
        FriendAllPage,
        _friend_get_all,
        role=Role.READ,
    ),
    Command(
        SNS,
        "friend_get_list",
        "Return fields of an account's friends.",
        FriendGetList,
        FriendInfos,
        _friend_get_list,
        role=Role.READ,
    ),
    Command(
        SNS,
        "friend_check",
        "Check which users an account has as friends, and which of them have it.",
        FriendCheck,
        FriendsChecked,
        _friend_check,
        role=Role.READ,
    ),
)
