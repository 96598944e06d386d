"""``sns``: adding, importing, updating and deleting friends; ``reads`` reads them."""

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
from imtui.protocol.rest.role import Role
from imtui.protocol.rest.tags import TagSetting
from imtui.server.commands.command import Answer, Call, Command
from imtui.server.commands.sns.items import (
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
from imtui.server.commands.sns.tags import add_source, read_custom, read_note
from imtui.server.core.friends import friendships, notes, reads, requests
from imtui.server.core.friends.notes import NoteParams
from imtui.server.link.before_callbacks import BeforeCallbacks

# Some clients send empty texts and zeros for parameters that were not given.
_DeleteType = Literal["", "Delete_Type_Single", "Delete_Type_Both"]
_Seconds = Annotated[int, Meta(ge=0, le=UNIX_MS_MAX // 1000)]
_GroupNames = str | list[str] | None

_AT_ONCE: Final = 100
"""How many friends are added or removed between two checkpoints."""


class AddFriendItem(Body, frozen=True):
    """A friend to add."""

    to_account: str
    add_source: str = ""
    """``AddSource_Type_`` and 1 to 8 letters."""
    remark: str = ""
    group_name: _GroupNames = None
    """One friend group at most."""
    add_wording: str = ""


class FriendAdd(Body, frozen=True):
    """Friends to add to an account."""

    from_account: str
    add_friend_item: list[AddFriendItem]
    add_type: Literal["", "Add_Type_Single", "Add_Type_Both"] = "Add_Type_Both"
    force_add_flags: int = 0
    """1 to add them without asking them."""

    @property
    def friend_type(self) -> FriendType:
        """Return whether the account is added to the friends' lists too."""
        return FriendType.SINGLE if self.add_type == "Add_Type_Single" else FriendType.BOTH

    @property
    def is_forced(self) -> bool:
        """Tell whether they are added without being asked."""
        return self.force_add_flags == 1


class CheckedFriendAdd(FriendAdd, frozen=True):
    """The same, with the reply of the app's own server."""

    refused: dict[str, IMError] = field(default_factory=dict)
    """Its refusals, by user ID."""


class ImportFriendItem(Body, frozen=True):
    """A friend to import; fields that are given update an existing friend."""

    to_account: str
    add_source: str = ""
    """``AddSource_Type_`` and 1 to 8 letters."""
    remark: str = ""
    remark_time: _Seconds = 0
    """Ignored."""
    group_name: _GroupNames = None
    add_wording: str = ""
    add_time: _Seconds = 0
    """Since when they are friends, in Unix seconds; 0 for now."""
    custom_item: list[TagSetting] | None = None


class FriendImport(Body, frozen=True):
    """Friends to import into an account's list; the account is not added to theirs."""

    from_account: str
    add_friend_item: list[ImportFriendItem]


class UpdateFriendItem(Body, frozen=True):
    """Fields to set for a friend; none is set if one of them is invalid."""

    to_account: str
    sns_item: list[TagSetting]


class FriendUpdate(Body, frozen=True):
    """Fields to set for friends of an account."""

    from_account: str
    update_item: list[UpdateFriendItem]


class FriendDelete(Body, frozen=True):
    """Friends to delete from an account's list."""

    from_account: str
    to_account: list[str]
    delete_type: _DeleteType = "Delete_Type_Single"


class FriendsDeleted(Body, frozen=True):
    """The result for each account."""

    result_item: list[FriendResult]


class FriendDeleteAll(Body, frozen=True):
    """The account whose list to empty."""

    from_account: str
    delete_type: _DeleteType = "Delete_Type_Single"


_Item = TypeVar("_Item", AddFriendItem, ImportFriendItem, UpdateFriendItem)


async def _friend_add(call: Call, params: FriendAdd) -> FriendResults:
    owner = owner_of(call, params.from_account)
    check_count(params.add_friend_item)
    return await _each(call, owner, params.add_friend_item, partial(_add, params))


async def _ask_before(callbacks: BeforeCallbacks, params: FriendAdd, client_ip: str) -> FriendAdd:
    """Ask the app's own server whether friends may be added."""
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
        # The callback has one source for all.
        source=params.add_friend_item[0].add_source,
        is_forced=params.is_forced,
        platform=OptPlatform.REST_API,
        client_ip=client_ip,
    )
    return CheckedFriendAdd(
        params.from_account,
        params.add_friend_item,
        params.add_type,
        params.force_add_flags,
        refused,
    )


def _add(params: FriendAdd, call: Call, owner: str, item: AddFriendItem) -> None:
    if isinstance(params, CheckedFriendAdd) and item.to_account in params.refused:
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
        is_both = params.delete_type == "Delete_Type_Both"
        friendships.delete(call.acting_for(owner), some, is_both=is_both)
        await call.checkpoint()


async def _each(
    call: Call, owner: str, items: Sequence[_Item], do: Callable[[Call, str, _Item], None]
) -> FriendResults:
    """Call a function for each friend of an account, and return the results."""

    def do_one(item: _Item) -> None:
        # Other tasks may delete the account at a checkpoint.
        do(call, owner_of(call, owner), item)

    results = []
    for number, item in enumerate(items, start=1):
        results.append(result_for(item.to_account, partial(do_one, item)))
        if number % _AT_ONCE == 0:
            await call.checkpoint()
    return FriendResults(results, failed(results))


def _names(group_name: _GroupNames) -> tuple[str, ...]:
    """Return the names of friend groups; an empty text stands for none."""
    if isinstance(group_name, list):
        return tuple(group_name)
    return (group_name,) if group_name else ()


COMMANDS: Final = (
    Command(
        SNS,
        "friend_add",
        "Add friends to an account, one way or both; those who want to be asked are asked.",
        FriendAdd,
        FriendResults,
        _friend_add,
        before=_ask_before,
        role=Role.SUPPORT,
    ),
    Command(
        SNS,
        "friend_import",
        "Add friends to an account's list without asking them.",
        FriendImport,
        FriendResults,
        _friend_import,
        role=Role.SUPPORT,
    ),
    Command(
        SNS,
        "friend_update",
        "Set fields of an account's friends, such as remarks.",
        FriendUpdate,
        FriendResults,
        _friend_update,
        role=Role.SUPPORT,
    ),
    Command(
        SNS,
        "friend_delete",
        "Delete friends of an account, one way or both.",
        FriendDelete,
        FriendsDeleted,
        _friend_delete,
        role=Role.SUPPORT,
    ),
    Command(
        SNS,
        "friend_delete_all",
        "Delete all friends of an account, one way or both.",
        FriendDeleteAll,
        Answer,
        _friend_delete_all,
        role=Role.SUPPORT,
    ),
)
