"""Common parts of the ``sns`` commands: error codes, checks of accounts, and results."""

from collections.abc import Callable, Sequence, Sized
from typing import Final

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_user_id
from imtui.protocol.limits import FRIENDSHIP_BATCH_MAX
from imtui.protocol.rest.body import Body
from imtui.server.commands.command import Call, Service, result_of

INVALID: Final = ErrorCode.ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS

SNS: Final = Service(
    "sns",
    malformed=INVALID,
    internal=ErrorCode.ERR_SVR_FRIENDSHIP_INTERNAL_ERROR,
    codes=dict.fromkeys((6017, 9002, 9003, 9005, 40009, 40601, 40610), INVALID),
    has_display=True,
)


class FriendResult(Body, frozen=True):
    """The result for one account."""

    to_account: str
    result_code: int
    """0, or an error; 30539 if the account was asked and has to agree."""
    result_info: str


class FriendResults(Body, frozen=True, omit_defaults=True):
    """The result for each account."""

    result_item: list[FriendResult]
    fail_account: tuple[str, ...] = ()
    """The accounts whose code is not 0."""


def owner_of(call: Call, from_account: str) -> str:
    """Return the account that a call acts for.

    Raises:
        IMError: 30003 if it does not exist.
    """
    if not call.is_registered(from_account):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ACCOUNT_NOT_FOUND, "No such From_Account.")
    return from_account


def check_count(items: Sized, most: int = FRIENDSHIP_BATCH_MAX) -> None:
    """Check how many accounts a call names.

    Raises:
        IMError: 30001 unless there are 1 to ``most``.
    """
    if not 1 <= len(items) <= most:
        raise IMError(INVALID, f"1 to {most} accounts a call.")


def unique_of(to_account: list[str], most: int = FRIENDSHIP_BATCH_MAX) -> list[str]:
    """Return the accounts that a call names, in order, without duplicates.

    Raises:
        IMError: 30001 unless there are 1 to ``most``.
    """
    unique = list(dict.fromkeys(to_account))
    check_count(unique, most)
    return unique


def check_known(call: Call, user_id: str) -> None:
    """Check that an account exists.

    Raises:
        IMError: 6017 if it is not a valid user ID; 30003.
    """
    if not call.is_registered(check_user_id(user_id, "To_Account")):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ACCOUNT_NOT_FOUND)


def result_for(user_id: str, do: Callable[[], object]) -> FriendResult:
    """Call a function for one account, and return the result."""
    return FriendResult(user_id, *result_of(SNS, do))


def failed(results: Sequence[FriendResult]) -> tuple[str, ...]:
    """Return the accounts that failed."""
    return tuple(dict.fromkeys(one.to_account for one in results if one.result_code))
