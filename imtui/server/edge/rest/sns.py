"""``sns``: friends added, imported, updated and deleted; ``sns_reads`` tells of them."""

from functools import partial
from typing import Annotated, Final, Literal

from msgspec import Meta

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import FRIENDSHIP_MAX_USERS, UNIX_MS_MAX
from imtui.protocol.messages import AddFriendParams, FriendType
from imtui.server.core import applications, friend_notes, friendships
from imtui.server.core.friend_notes import NoteWish
from imtui.server.edge.rest.command import Answer, Body, Call, Command
from imtui.server.edge.rest.sns_items import (
    INVALID,
    SNS,
    FriendResult,
    FriendResults,
    check_count,
    check_known,
    failed,
    owner_of,
    result_for,
    unique_of,
)
from imtui.server.edge.rest.sns_tags import add_source, read_custom, read_note
from imtui.server.edge.rest.tags import TagWish

# Some clients send empty texts and zeros for what they were not told.
_DeleteType = Literal["", "Delete_Type_Single", "Delete_Type_Both"]
_Seconds = Annotated[int, Meta(ge=0, le=UNIX_MS_MAX // 1000)]
_GroupNames = str | list[str] | None


class AddFriendItem(Body, frozen=True):
    """A friend to be added."""

    to_account: str
    add_source: str = ""
    """``AddSource_Type_`` and 1 to 8 letters."""
    remark: str = ""
    group_name: _GroupNames = None
    """One friend group at most."""
    add_wording: str = ""


class FriendAdd(Body, frozen=True):
    """The friends to be added to an account."""

    from_account: str
    add_friend_item: list[AddFriendItem]
    add_type: Literal["", "Add_Type_Single", "Add_Type_Both"] = "Add_Type_Both"
    force_add_flags: int = 0
    """1 to ask nobody."""


class ImportFriendItem(Body, frozen=True):
    """A friend to be imported; of one who is there already, what is given is updated."""

    to_account: str
    add_source: str = ""
    """``AddSource_Type_`` and 1 to 8 letters."""
    remark: str = ""
    remark_time: _Seconds = 0
    """Not kept."""
    group_name: _GroupNames = None
    add_wording: str = ""
    add_time: _Seconds = 0
    """Since when they are friends, in Unix seconds; 0 for now."""
    custom_item: list[TagWish] | None = None


class FriendImport(Body, frozen=True):
    """The friends to be imported to the list of an account; it does not come onto theirs."""

    from_account: str
    add_friend_item: list[ImportFriendItem]


class UpdateFriendItem(Body, frozen=True):
    """What is to be noted of a friend: all of it, or nothing if one field is wrong."""

    to_account: str
    sns_item: list[TagWish]


class FriendUpdate(Body, frozen=True):
    """What an account is to note of friends."""

    from_account: str
    update_item: list[UpdateFriendItem]


class FriendDelete(Body, frozen=True):
    """The friends to be taken off the list of an account."""

    from_account: str
    to_account: list[str]
    delete_type: _DeleteType = "Delete_Type_Single"


class FriendsDeleted(Body, frozen=True):
    """What became of each account."""

    result_item: list[FriendResult]


class FriendDeleteAll(Body, frozen=True):
    """Whose list is to be emptied."""

    from_account: str
    delete_type: _DeleteType = "Delete_Type_Single"


def _friend_add(call: Call, wish: FriendAdd) -> FriendResults:
    owner = owner_of(call, wish.from_account)
    check_count(wish.add_friend_item)
    add_type = FriendType.SINGLE if wish.add_type == "Add_Type_Single" else FriendType.BOTH
    is_forced = wish.force_add_flags == 1
    add = partial(_add, call, owner, add_type, is_forced)
    return _results([result_for(one.to_account, partial(add, one)) for one in wish.add_friend_item])


def _add(
    call: Call, owner: str, add_type: FriendType, is_forced: bool, item: AddFriendItem
) -> None:
    source = add_source(item.add_source)
    group, *others = _names(item.group_name) or ("",)
    if others:
        raise IMError(INVALID, "GroupName: one friend group at most.")
    params = AddFriendParams(item.to_account, item.add_wording, item.remark, group, add_type)
    applications.add_friend(call.app, owner, params, call.now, source=source, is_forced=is_forced)


def _friend_import(call: Call, wish: FriendImport) -> FriendResults:
    owner = owner_of(call, wish.from_account)
    check_count(wish.add_friend_item)
    results = [
        result_for(one.to_account, partial(_import, call, owner, one))
        for one in wish.add_friend_item
    ]
    return _results(results)


def _import(call: Call, owner: str, item: ImportFriendItem) -> None:
    note = NoteWish(
        remark=item.remark or None,
        add_source=add_source(item.add_source),
        add_wording=item.add_wording or None,
        custom=read_custom(item.custom_item or ()),
        groups=_names(item.group_name) or None,
        since=item.add_time or None,
    )
    friend_notes.import_friend(call.app, owner, item.to_account, note, call.now)


def _friend_update(call: Call, wish: FriendUpdate) -> FriendResults:
    owner = owner_of(call, wish.from_account)
    check_count(wish.update_item, FRIENDSHIP_MAX_USERS)
    results = [
        result_for(one.to_account, partial(_update, call, owner, one)) for one in wish.update_item
    ]
    return _results(results)


def _update(call: Call, owner: str, item: UpdateFriendItem) -> None:
    friend_notes.update(call.app, owner, item.to_account, read_note(item.sns_item))


def _friend_delete(call: Call, wish: FriendDelete) -> FriendsDeleted:
    owner = owner_of(call, wish.from_account)
    accounts = unique_of(wish.to_account)
    results = [
        result_for(user_id, partial(_check_friend, call, owner, user_id)) for user_id in accounts
    ]
    _delete(call, owner, [one.to_account for one in results if not one.result_code], wish)
    return FriendsDeleted(results)


def _friend_delete_all(call: Call, wish: FriendDeleteAll) -> Answer:
    owner = owner_of(call, wish.from_account)
    _delete(call, owner, list(call.app.friends.members(owner)), wish)
    return Answer()


def _check_friend(call: Call, owner: str, user_id: str) -> None:
    check_known(call.app, user_id)
    if not call.app.friends.has(owner, user_id):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_DEL_NONFRIEND)


def _delete(
    call: Call, owner: str, friends: list[str], wish: FriendDelete | FriendDeleteAll
) -> None:
    friendships.remove(call.app, owner, friends)
    if wish.delete_type == "Delete_Type_Both":
        for user_id in friends:
            friendships.remove(call.app, user_id, [owner])


def _names(group_name: _GroupNames) -> tuple[str, ...]:
    """Return the names of friend groups; none for an empty text."""
    if isinstance(group_name, list):
        return tuple(group_name)
    return (group_name,) if group_name else ()


def _results(results: list[FriendResult]) -> FriendResults:
    return FriendResults(results, failed(results))


COMMANDS: Final = (
    Command(
        SNS,
        "friend_add",
        "Add friends to an account, both ways or one way, asking them if they want to be asked.",
        FriendAdd,
        FriendResults,
        _friend_add,
    ),
    Command(
        SNS,
        "friend_import",
        "Put friends on the list of an account without asking.",
        FriendImport,
        FriendResults,
        _friend_import,
    ),
    Command(
        SNS,
        "friend_update",
        "Change what an account noted of friends.",
        FriendUpdate,
        FriendResults,
        _friend_update,
    ),
    Command(
        SNS,
        "friend_delete",
        "Take friends off the list of an account, and it off theirs.",
        FriendDelete,
        FriendsDeleted,
        _friend_delete,
    ),
    Command(
        SNS,
        "friend_delete_all",
        "Take all friends off the list of an account, and it off theirs.",
        FriendDeleteAll,
        Answer,
        _friend_delete_all,
    ),
)
