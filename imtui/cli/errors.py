"""How a command fails: exit statuses, exceptions, and one line on standard error."""

import contextlib
import sys
from collections.abc import Iterable, Iterator
from typing import Final

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.safe_text import safe_text

EXIT_OK: Final = 0
EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_INTERRUPTED: Final = 130

_HINTS: Final = {
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EXPIRED: "Get a new one, then: imtui login",
    ErrorCode.ERR_USER_SIG_EXPIRED: "Get a new one, then: imtui login",
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_PUBLICKEY: "Get a new one, then: imtui login",
    # The message already says that a new one is needed.
    ErrorCode.ERR_SVR_ACCOUNT_INVALID_USERSIG: "Then: imtui login",
    ErrorCode.ERR_SVR_ACCOUNT_USER_STATUS_DISABLED: (
        "Whoever runs the app can turn it on: imtui console set user_status=on"
    ),
}


class CommandError(Exception):
    """A command failed; the message is one line that says what to do. Exit status 1."""


class UsageError(Exception):
    """A command was called wrongly; the message is one line. Exit status 2."""


def describe_error(error: IMError) -> str:
    """Return an SDK error as one line, with a hint if there is one."""
    return f"{error} {hint_for(error)}".rstrip()


def hint_for(error: IMError) -> str:
    """Return what to do about an SDK error, or an empty string."""
    return _HINTS.get(error.code, "") if isinstance(error.code, ErrorCode) else ""


def unwrap_error(error: BaseException) -> BaseException:
    """Return the only error in nested exception groups, or the group if it has several."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def print_notice(text: str) -> None:
    """Print one line on standard error, without control characters."""
    print(f"imtui: {safe_text(text)}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def missing_accounts_allowed() -> Iterator[None]:
    """Ignore that none of the accounts that a call names exists."""
    try:
        yield
    except IMError as error:
        if error.code != ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND:
            raise


def missing_account_notices(requested: Iterable[str], found: Iterable[str]) -> list[str]:
    """Return a sentence for each requested account that does not exist."""
    existing = set(found)
    return [f"There is no account {user_id}." for user_id in requested if user_id not in existing]
