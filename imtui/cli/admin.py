"""How an admin's verb reaches the REST API, of our backend or of any other service."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from imtui.cli.admin_client import HERE_NOT_RUNNING, AdminClient
from imtui.cli.arguments import add_data_option, positive, rest_url
from imtui.cli.choice import USER_SIG_VARIABLE, given_user_sig
from imtui.cli.errors import CommandError, UsageError
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import ADMINISTRATOR

PER_CALL: Final = 100
"""How many users one call is about: every command of the field takes as many."""

_USER_SIG_EXPIRE: Final = 24 * 3600
_TRIES: Final = 6
_TOO_OFTEN: Final = frozenset({ErrorCode.ERR_SVR_COMM_REST_FREQ_LIMIT, 60011, 60018, 60019})
_ABOUT_USERS: Final = frozenset(
    {ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND, ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS}
)
_WAYS_OUT: Final = {
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EXPIRED: "Get a new one for the admin.",
    ErrorCode.ERR_USER_SIG_EXPIRED: "Get a new one for the admin.",
    # Its message says so already, and an admin does not log in.
    ErrorCode.ERR_SVR_ACCOUNT_INVALID_USERSIG: "",
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_ID: "Check --admin.",
}
"""What to do about the admin's UserSig."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def add_admin_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which backend is administered."""
    group = parser.add_argument_group("backend")
    add_data_option(group)
    group.add_argument(
        "--rest",
        type=rest_url,
        metavar="URL",
        help="the REST API of any other service: https://…",
    )
    group.add_argument("--admin", metavar="NAME", help=f"an admin of the app ({ADMINISTRATOR})")
    # The outermost parser has these as well, with defaults.
    none = argparse.SUPPRESS
    group.add_argument("--app-id", type=positive, metavar="N", default=none, help="its SDKAppID")
    group.add_argument(
        "--usersig-file",
        type=Path,
        metavar="FILE",
        default=none,
        help=f"the file with the admin's UserSig; without it, {USER_SIG_VARIABLE} has the UserSig",
    )
    group.add_argument(
        "--insecure",
        action="store_true",
        default=none,
        help="allow http:// to another machine: anyone in between can listen",
    )


def admin_client(arguments: argparse.Namespace) -> AdminClient:
    """Return a client of the REST API that the arguments mean.

    That of a data folder is good for a day: whoever needs it longer asks for another, which finds
    the backend where it listens by then.

    Args:
        arguments: What ``add_admin_options`` added.

    Raises:
        UsageError: They contradict each other, or something is missing.
        CommandError: This machine's backend does not run, or the UserSig cannot be read.
        BackendError: No backend runs on the data folder.
        IMError: 6017 for ``http://`` to another machine.
    """
    if arguments.rest is not None:
        return _remote_client(arguments)
    given = (arguments.app_id, arguments.admin, arguments.usersig_file)
    if arguments.insecure or any(option is not None for option in given):
        raise UsageError("--app-id, --admin, --usersig-file and --insecure need --rest.")
    if arguments.data is not None:
        return _local_client(arguments.data)
    return _local_client(_local_data(), HERE_NOT_RUNNING)


async def call(
    client: AdminClient,
    command: str,
    body: dict[str, Any],
    answer: type[Answer],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Answer:
    """Carry out a command and return its answer; above the rate, wait and try again.

    Args:
        client: Where.
        command: Such as ``im_open_login_svc/kick``.
        body: What the command takes.
        answer: What it answers.
        sleep: Waits for some seconds; at most six tries take at most 12.

    Raises:
        CommandError: The admin's UserSig does not count; or there is no backend.
        IMError: The refusal; 6001 for an answer that is none of its kind; connection trouble.
    """
    import msgspec

    from imtui.sdk.failures import unreadable

    content = await _patiently(client, command, body, sleep)
    try:
        return msgspec.convert(content, answer)
    except msgspec.ValidationError as error:
        raise unreadable() from error


async def attempt(client: AdminClient, command: str, body: dict[str, Any]) -> IMError:
    """Carry out a command about one user and return what became of it: 0, or why it is refused.

    Raises:
        CommandError: As ``call`` does.
        IMError: What is about more than the user.
    """
    try:
        await _patiently(client, command, body)
    except IMError as error:
        if not is_about_users(error):
            raise
        return error
    return IMError(0)


def is_about_users(error: IMError) -> bool:
    """Tell whether a refusal is about whom the call named, so that others may still succeed."""
    return error.code in _ABOUT_USERS or 20_000 <= error.code < 60_000


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Give the items in as many as one call takes."""
    for start in range(0, len(items), PER_CALL):
        yield items[start : start + PER_CALL]


async def _patiently(
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
            if isinstance(error.code, ErrorCode) and error.code in _WAYS_OUT:
                raise CommandError(f"{error} {_WAYS_OUT[error.code]}".rstrip()) from error
            if error.code not in _TOO_OFTEN or not left:
                raise
        await sleep(delays.next_delay())
    raise AssertionError("unreachable")


def _remote_client(arguments: argparse.Namespace) -> AdminClient:
    from imtui.sdk.rest import RestClient

    if arguments.data is not None:
        raise UsageError("--data and --rest contradict each other.")
    if arguments.app_id is None:
        raise UsageError("--rest needs --app-id.")
    user_sig = given_user_sig(arguments)
    if not user_sig:
        raise UsageError(
            "The admin's UserSig is missing: name its file with --usersig-file, or set "
            f"{USER_SIG_VARIABLE}."
        )
    client = RestClient(
        arguments.rest,
        arguments.app_id,
        arguments.admin or ADMINISTRATOR,
        user_sig,
        insecure=arguments.insecure,
    )
    return AdminClient(client)


def _local_client(data_dir: Path, words: str = "") -> AdminClient:
    from imtui.protocol.usersig import sign
    from imtui.sdk.rest import RestClient
    from imtui.server.node.data_dir import DataDir

    folder = DataDir(data_dir)
    address, key = folder.address(), folder.app_key()
    user_sig = sign(ADMINISTRATOR, key.sdk_app_id, key.secret_key, _USER_SIG_EXPIRE)
    # Whoever may read the key runs the backend: it is theirs to say how it is reached.
    client = RestClient(address.rest, key.sdk_app_id, ADMINISTRATOR, user_sig, insecure=True)
    return AdminClient(client, words or folder.not_running)


def _local_data() -> Path:
    from imtui.cli import paths
    from imtui.server.node.data_dir import BackendError, DataDir

    data_dir = paths.local_data()
    try:
        DataDir(data_dir).address()
    except BackendError as error:
        raise CommandError(HERE_NOT_RUNNING) from error
    return data_dir
