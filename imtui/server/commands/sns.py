"""``sns``: friends added, imported, updated and deleted; ``sns_reads`` tells of them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Final, Literal, TypeVar

from msgspec import Meta, field

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import ADMINISTRATOR
from imtui.protocol.limits import FRIENDSHIP_MAX_USERS, UNIX_MS_MAX
from imtui.protocol.messages import AddFriendParams, FriendType
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.callback import OptPlatform
from imtui.protocol.rest.tags import TagSetting
from imtui.server.commands.command import Answer, Call, Command
from imtui.server.commands.sns_items import (
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
from imtui.server.commands.sns_tags import add_source, read_custom, read_note
from imtui.server.core.friends import friendships, notes, reads, requests
from imtui.server.core.friends.notes import NoteParams
from imtui.server.link.before_callbacks import BeforeCallbacks

# Some clients send empty texts and zeros for what they were not told.
_DeleteType = Literal["", "Delete_Type_Single", "Delete_Type_Both"]
_Seconds = Annotated[int, Meta(ge=0, le=UNIX_MS_MAX // 1000)]
_GroupNames = str | list[str] | None

_AT_ONCE: Final = 100
"""So many friends come or go before others have their turn."""


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

    @property
    def friend_type(self) -> FriendType:
        """Return onto whose lists they come."""
        return FriendType.SINGLE if self.add_type == "Add_Type_Single" else FriendType.BOTH

    @property
    def is_forced(self) -> bool:
        """Tell whether nobody is asked."""
        return self.force_add_flags == 1


class FriendAddAsked(FriendAdd, frozen=True):
    """The same after the app's own server was asked."""

    refused: dict[str, IMError] = field(default_factory=dict)
    """Whom it does not let be added, and why not."""


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
    custom_item: list[TagSetting] | None = None


class FriendImport(Body, frozen=True):
    """The friends to be imported to the list of an account; it does not come onto theirs."""

    from_account: str
    add_friend_item: list[ImportFriendItem]


class UpdateFriendItem(Body, frozen=True):
    """What is to be noted of a friend: all of it, or nothing if one field is wrong."""

    to_account: str
    sns_item: list[TagSetting]


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


_Item = TypeVar("_Item", AddFriendItem, ImportFriendItem, UpdateFriendItem)


async def _friend_add(call: Call, params: FriendAdd) -> FriendResults:
    owner = owner_of(call, params.from_account)
    check_count(params.add_friend_item)
    return await _each(call, owner, params.add_friend_item, partial(_add, params))


async def _ask_before(callbacks: BeforeCallbacks, params: FriendAdd) -> FriendAdd:
    """Ask whether friends may be added."""
    check_count(params.add_friend_item)
    refused = await callbacks.before_friend_add(
        ADMINISTRATOR,
        params.from_account,
        [
            AddFriendParams(
                item.to_account,
                item.add_wording,
                item.remark,
                next(iter(_names(item.group_name)), ""),
                params.friend_type,
            )
            for item in params.add_friend_item
        ],
        # The callback has one for all.
        source=params.add_friend_item[0].add_source,
        is_forced=params.is_forced,
        platform=OptPlatform.REST_API,
    )
    return FriendAddAsked(
        params.from_account,
        params.add_friend_item,
        params.add_type,
        params.force_add_flags,
        refused,
    )


def _add(params: FriendAdd, call: Call, owner: str, item: AddFriendItem) -> None:
    if isinstance(params, FriendAddAsked) and item.to_account in params.refused:
        raise params.refused[item.to_account]
    source = add_source(item.add_source)
    group, *others = _names(item.group_name) or ("",)
    if others:
        raise IMError(INVALID, "GroupName: one friend group at most.")
    friend = AddFriendParams(
        item.to_account, item.add_wording, item.remark, group, params.friend_type
    )
    requests.add_friend(call.acting_for(owner), friend, source=source, is_forced=params.is_forced)


async def _friend_import(call: Call, params: FriendImport) -> FriendResults:
    owner = owner_of(call, params.from_account)
    check_count(params.add_friend_item)
    return await _each(call, owner, params.add_friend_item, _import)


def _import(call: Call, owner: str, item: ImportFriendItem) -> None:
    note = NoteParams(
        remark=item.remark or None,
        add_source=add_source(item.add_source),
        add_wording=item.add_wording or None,
        custom=read_custom(item.custom_item or ()),
        groups=_names(item.group_name) or None,
        since=item.add_time or None,
    )
    notes.import_friend(call.acting_for(owner), item.to_account, note)


async def _friend_update(call: Call, params: FriendUpdate) -> FriendResults:
    owner = owner_of(call, params.from_account)
    check_count(params.update_item, FRIENDSHIP_MAX_USERS)
    return await _each(call, owner, params.update_item, _update)


def _update(call: Call, owner: str, item: UpdateFriendItem) -> None:
    notes.update(call.acting_for(owner), item.to_account, read_note(item.sns_item))


async def _friend_delete(call: Call, params: FriendDelete) -> FriendsDeleted:
    owner = owner_of(call, params.from_account)
    accounts = unique_of(params.to_account)
    results = [
        result_for(user_id, partial(_check_friend, call, owner, user_id)) for user_id in accounts
    ]
    await _delete(call, owner, [one.to_account for one in results if not one.result_code], params)
    return FriendsDeleted(results)


async def _friend_delete_all(call: Call, params: FriendDeleteAll) -> Answer:
    owner = owner_of(call, params.from_account)
    await _delete(call, owner, reads.listed_friends(call.acting_for(owner)), params)
    return Answer()


def _check_friend(call: Call, owner: str, user_id: str) -> None:
    check_known(call, user_id)
    if not reads.is_friend(call.acting_for(owner), user_id):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_DEL_NONFRIEND)


async def _delete(
    call: Call, owner: str, friends: list[str], params: FriendDelete | FriendDeleteAll
) -> None:
    for start in range(0, len(friends), _AT_ONCE):
        some = friends[start : start + _AT_ONCE]
        account = call.acting_for(owner)
        friendships.remove_from_own(account, some)
        if params.delete_type == "Delete_Type_Both":
            friendships.remove_from_theirs(account, some)
        await call.let_others()


async def _each(
    call: Call, owner: str, items: Sequence[_Item], do: Callable[[Call, str, _Item], None]
) -> FriendResults:
    """Do something for each friend of an account, and return what became of all."""

    def do_one(item: _Item) -> None:
        # The account may be deleted while others have their turn.
        do(call, owner_of(call, owner), item)

    results = []
    for number, item in enumerate(items, start=1):
        results.append(result_for(item.to_account, partial(do_one, item)))
        if number % _AT_ONCE == 0:
            await call.let_others()
    return FriendResults(results, failed(results))


def _names(group_name: _GroupNames) -> tuple[str, ...]:
    """Return the names of friend groups; none for an empty text."""
    if isinstance(group_name, list):
        return tuple(group_name)
    return (group_name,) if group_name else ()


COMMANDS: Final = (
    Command(
        SNS,
        "friend_add",
        "Add friends to an account, both ways or one way, asking them if they want to be asked.",
        FriendAdd,
        FriendResults,
        _friend_add,
        ask=_ask_before,
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
