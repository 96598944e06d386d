"""``recentcontact``: an account's list of conversations."""

from collections.abc import Iterable
from typing import Annotated, Final, NamedTuple

from msgspec import Meta

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_user_id
from imtui.protocol.rest.body import Body
from imtui.server.commands.command import Answer, Call, Command, Service
from imtui.server.core.messages.counts import summaries
from imtui.server.core.messages.listing import leave_list

PAGE_MAX: Final = 100
"""The most conversations on a page."""

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
    """0 if there are more: ask for them with the numbers below."""
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

    def rest(self, items: Iterable[SessionItem]) -> list[SessionItem]:
        """Return the items from this place on, in order."""
        ordered = sorted(items, key=lambda item: (-item.msg_time, item.to_account))
        if self == (0, 0):
            return ordered
        return [item for item in ordered if item.msg_time <= self.second][self.skipped :]

    def after(self, page: list[SessionItem]) -> "_Place":
        """Return the place after the items of a page."""
        if not page:
            return self
        second = page[-1].msg_time
        skipped = sum(item.msg_time == second for item in page)
        return _Place(second, skipped + (self.skipped if second == self.second else 0))


def _get_list(call: Call, params: GetList) -> SessionList:
    _check_account(call, params.from_account)
    place = _Place(params.time_stamp, params.start_index)
    top_place = _Place(params.top_time_stamp, params.top_start_index)
    flags = params.assist_flags
    with_pinned = flags & _WITH_PINNED
    items = [
        SessionItem(one.peer, one.active_at // 1000, int(one.is_pinned))
        for one in summaries(call.acting_for(params.from_account))
        if one.has_messages or (one.is_listed and flags & _WITH_EMPTY)
    ]
    pinned = top_place.rest(item for item in items if item.top_flag and with_pinned)
    if not flags & _PAGES_OF_PINNED and place != (0, 0):
        pinned = []
    others = place.rest(item for item in items if not (item.top_flag and with_pinned))
    pinned_page = pinned[:PAGE_MAX]
    page = others[: PAGE_MAX - len(pinned_page)]
    is_complete = len(pinned_page) + len(page) == len(pinned) + len(others)
    return SessionList(
        pinned_page + page, int(is_complete), *place.after(page), *top_place.after(pinned_page)
    )


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
