"""``recentcontact``: an account's list of conversations."""

from collections.abc import Iterable
from typing import Annotated, Final, NamedTuple

from msgspec import Meta

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_user_id
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.role import Role
from imtui.server.commands.command import Answer, Call, Command, Service
from imtui.server.core.messages.counts import ConversationSummary, listed_from, pinned
from imtui.server.core.messages.listing import leave_list

PAGE_MAX: Final = 100
"""The most conversations on a page."""
SEARCHED_MAX: Final = 1000
"""The most conversations that are looked at for a page; those without messages may be left out."""

_SERVICE: Final = Service(
    "recentcontact",
    malformed=ErrorCode.ERR_SVR_CONV_INVALID_PARAMETERS,
    internal=ErrorCode.ERR_SVR_CONV_INTERNAL_ERROR,
    codes={6017: ErrorCode.ERR_SVR_CONV_INVALID_PARAMETERS},
    has_display=True,
)

# The bits of AssistFlags.
_WITH_PINNED: Final = 1
_WITH_EMPTY: Final = 2
_PAGES_OF_PINNED: Final = 4

_C2C: Final = 1

_Number = Annotated[int, Meta(ge=0)]


class GetList(Body, frozen=True):
    """The account whose conversations are wanted, and the page: all 0 for the first one."""

    from_account: str
    time_stamp: _Number = 0
    start_index: _Number = 0
    top_time_stamp: _Number = 0
    """Where the pinned conversations continue."""
    top_start_index: _Number = 0
    assist_flags: _Number = 0
    """1: list pinned conversations first. 2: include conversations without messages. 4: split
    pinned ones into pages instead of listing all on the first page."""


class SessionItem(Body, frozen=True):
    """One conversation."""

    to_account: str
    msg_time: int
    """The time of its last message, in Unix seconds; 0 if it never had one."""
    top_flag: int
    """1 if it is pinned."""
    type: int = _C2C


class SessionList(Body, frozen=True):
    """A page of conversations: pinned ones first, then the latest active."""

    session_item: list[SessionItem]
    complete_flag: int
    """0 if there may be more: ask for them with the numbers below."""
    time_stamp: int
    start_index: int
    top_time_stamp: int
    top_start_index: int


class Delete(Body, frozen=True):
    """The conversation to delete for an account; the other member keeps it."""

    from_account: str
    to_account: str
    type: int = _C2C
    clear_ramble: int = 0
    """1 to delete its messages too; else it only leaves the list until the next message."""


class _Place(NamedTuple):
    """Where a list continues: at the conversations of a second, after skipping some of them."""

    second: int
    skipped: int

    def rest(self, pinned: Iterable[ConversationSummary]) -> list[SessionItem]:
        """Return the pinned conversations from this place on, in order."""
        items = list(map(_item, pinned))
        if self == (0, 0):
            return items
        return [item for item in items if item.msg_time <= self.second][self.skipped :]

    def after(self, second: int) -> "_Place":
        """Return the place after the next conversation, which was active in some second."""
        return _Place(second, self.skipped + 1 if second == self.second else 1)


def _get_list(call: Call, params: GetList) -> SessionList:
    _check_account(call, params.from_account)
    place = searched_place = _Place(params.time_stamp, params.start_index)
    top_place = _Place(params.top_time_stamp, params.top_start_index)
    flags = params.assist_flags
    account = call.acting_for(params.from_account)
    page: list[SessionItem] = []
    is_complete = True
    if flags & _WITH_PINNED and (flags & _PAGES_OF_PINNED or place == (0, 0)):
        top = top_place.rest(one for one in pinned(account) if _is_wanted(one, flags))
        # There are never more of them than on a page.
        for item in top:
            top_place = top_place.after(item.msg_time)
            page.append(item)
    others = listed_from(account, *place, with_pinned=not flags & _WITH_PINNED)
    for searched, one in enumerate(others):
        if len(page) == PAGE_MAX:
            is_complete = False
            break
        if searched == SEARCHED_MAX:
            place, is_complete = searched_place, False
            break
        item = _item(one)
        searched_place = searched_place.after(item.msg_time)
        if _is_wanted(one, flags):
            place = searched_place
            page.append(item)
    return SessionList(page, int(is_complete), *place, *top_place)


def _is_wanted(one: ConversationSummary, flags: int) -> bool:
    return one.has_messages or bool(flags & _WITH_EMPTY)


def _item(one: ConversationSummary) -> SessionItem:
    return SessionItem(one.peer, one.active_at // 1000, int(one.is_pinned))


def _delete(call: Call, params: Delete) -> Answer:
    _check_account(call, params.from_account)
    if params.type != _C2C:
        raise IMError(
            ErrorCode.ERR_SVR_CONV_INVALID_PARAMETERS, "Type: only conversations of two users."
        )
    peer = check_user_id(params.to_account, "conversationID")
    account = call.acting_for(params.from_account)
    leave_list(account, peer, keeps_messages=params.clear_ramble != 1)
    return Answer()


def _check_account(call: Call, user_id: str) -> None:
    if not call.is_registered(user_id):
        raise IMError(ErrorCode.ERR_SVR_CONV_ACCOUNT_NOT_FOUND)


COMMANDS: Final = (
    Command(
        _SERVICE,
        "get_list",
        "Return a page of an account's conversations.",
        GetList,
        SessionList,
        _get_list,
        role=Role.READ,
    ),
    Command(
        _SERVICE,
        "delete",
        "Delete a conversation of an account.",
        Delete,
        Answer,
        _delete,
    ),
)
