"""``recentcontact``: the list of an account's conversations."""

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
"""So many conversations a page has at most."""

_SERVICE: Final = Service(
    "recentcontact",
    malformed=ErrorCode.ERR_SVR_CONV_INVALID_PARAMETERS,
    internal=ErrorCode.ERR_SVR_CONV_INTERNAL_ERROR,
    codes={6017: ErrorCode.ERR_SVR_CONV_INVALID_PARAMETERS},
    has_display=True,
)

# What AssistFlags say.
_WITH_PINNED: Final = 1
_WITH_EMPTY: Final = 2
_PAGES_OF_PINNED: Final = 4

_C2C: Final = 1

_Number = Annotated[int, Meta(ge=0)]


class GetList(Body, frozen=True):
    """Whose conversations are asked, and after which ones: all 0 for the first page."""

    from_account: str
    time_stamp: _Number = 0
    start_index: _Number = 0
    top_time_stamp: _Number = 0
    """Where pinned conversations go on, and so on."""
    top_start_index: _Number = 0
    assist_flags: _Number = 0
    """1: pinned conversations come first; 2: those without messages are told too; 4: pinned ones
    come in pages, and not all with the first one."""


class SessionItem(Body, frozen=True):
    """One conversation."""

    to_account: str
    msg_time: int
    """That of its last message, in Unix seconds; 0 if there never was one."""
    top_flag: int
    """1 if it is pinned."""
    type: int = _C2C


class SessionList(Body, frozen=True):
    """A page of conversations: the latest active first, after those that are pinned."""

    session_item: list[SessionItem]
    complete_flag: int
    """0 if there are more: ask for them with the numbers that follow."""
    time_stamp: int
    start_index: int
    top_time_stamp: int
    top_start_index: int


class Delete(Body, frozen=True):
    """Which conversation to delete for an account; the other one of the two keeps it."""

    from_account: str
    to_account: str
    type: int = _C2C
    clear_ramble: int = 0
    """1 if its messages go too; otherwise it only leaves the list until the next one."""


class _Place(NamedTuple):
    """Where a list goes on: with conversations of a second, behind so many of them."""

    second: int
    skipped: int

    def rest(self, items: Iterable[SessionItem]) -> list[SessionItem]:
        """Return what is still to be told, in order."""
        ordered = sorted(items, key=lambda item: (-item.msg_time, item.to_account))
        if self == (0, 0):
            return ordered
        return [item for item in ordered if item.msg_time <= self.second][self.skipped :]

    def after(self, told: list[SessionItem]) -> "_Place":
        """Return where it goes on behind what was told of the rest."""
        if not told:
            return self
        second = told[-1].msg_time
        skipped = sum(item.msg_time == second for item in told)
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
    told_pinned = pinned[:PAGE_MAX]
    told = others[: PAGE_MAX - len(told_pinned)]
    is_complete = len(told_pinned) + len(told) == len(pinned) + len(others)
    return SessionList(
        told_pinned + told, int(is_complete), *place.after(told), *top_place.after(told_pinned)
    )


def _delete(call: Call, params: Delete) -> Answer:
    _check_account(call, params.from_account)
    if params.type != _C2C:
        raise IMError(
            ErrorCode.ERR_SVR_CONV_INVALID_PARAMETERS, "Type: there are conversations of two only."
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
