"""Calls of the REST API, in batches and with retries."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

from imtui.cli.admin.client import AdminClient
from imtui.cli.errors import CommandError
from imtui.protocol.errors import ErrorCode, IMError

USERS_PER_CALL: Final = 100
"""The number of users in one call; every REST command accepts as many."""

_TRIES: Final = 6
_RATE_LIMIT_CODES: Final = frozenset({ErrorCode.ERR_SVR_COMM_REST_FREQ_LIMIT, 60011, 60018, 60019})
_USER_ERROR_CODES: Final = frozenset(
    {ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND, ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS}
)
_HINTS: Final = {
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EXPIRED: "Get a new one for the admin.",
    ErrorCode.ERR_USER_SIG_EXPIRED: "Get a new one for the admin.",
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_PUBLICKEY: "Get a new one for the admin.",
    # The message already says so, and an admin does not log in.
    ErrorCode.ERR_SVR_ACCOUNT_INVALID_USERSIG: "",
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_ID: "Check --admin.",
}
"""What to do if the admin's UserSig is refused."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")


async def call(
    client: AdminClient,
    command: str,
    body: dict[str, Any],
    answer: type[Answer],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Answer:
    """Call a command and return its answer; wait and retry if the rate limit is exceeded.

    Args:
        client: The client to call with.
        command: The command, such as ``im_open_login_svc/kick``.
        body: The body of the request.
        answer: The type of the answer.
        sleep: Waits for some seconds; six tries wait for at most 12 in total.

    Raises:
        CommandError: The admin's UserSig is refused, or no backend is running.
        IMError: The command is refused; 6001 if the answer is malformed; a connection error.
    """
    import msgspec

    from imtui.sdk.failures import unreadable

    content = await _call_with_retries(client, command, body, sleep)
    try:
        return msgspec.convert(content, answer)
    except msgspec.ValidationError as error:
        raise unreadable() from error


async def call_for_user(client: AdminClient, command: str, body: dict[str, Any]) -> IMError:
    """Call a command about one user and return its result; a code of 0 is success.

    Raises:
        CommandError: As for ``call``.
        IMError: An error that concerns more than this user.
    """
    try:
        await _call_with_retries(client, command, body)
    except IMError as error:
        if not is_user_error(error):
            raise
        return error
    return IMError(0)


def is_user_error(error: IMError) -> bool:
    """Return whether an error concerns the users of a call, so that others may succeed."""
    return error.code in _USER_ERROR_CODES or 20_000 <= error.code < 60_000


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield the items in batches for one call each."""
    for start in range(0, len(items), USERS_PER_CALL):
        yield items[start : start + USERS_PER_CALL]


async def _call_with_retries(
    client: AdminClient,
    command: str,
    body: dict[str, Any],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> dict[str, Any]:
    from imtui.sdk import Backoff

    delays = Backoff(first=0.5, most=4.0)
    for left in reversed(range(_TRIES)):
        try:
            return await client.call(command, body)
        except IMError as error:
            if isinstance(error.code, ErrorCode) and error.code in _HINTS:
                raise CommandError(f"{error} {_HINTS[error.code]}".rstrip()) from error
            if error.code not in _RATE_LIMIT_CODES or not left:
                raise
        await sleep(delays.next_delay())
    raise AssertionError("unreachable")
