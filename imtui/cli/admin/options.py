"""The options that select the backend of an admin command, and a client for it."""

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from imtui.cli.accounts.selection import USER_SIG_VARIABLE, given_user_sig
from imtui.cli.admin.client import LOCAL_NOT_RUNNING, AdminClient
from imtui.cli.arguments import add_ca_file_option, add_data_option, positive, rest_url
from imtui.cli.errors import CommandError, UsageError
from imtui.protocol.identifiers import ADMINISTRATOR

if TYPE_CHECKING:
    from ssl import SSLContext

    from imtui.sdk.rest import RestClient
    from imtui.server.node.data_dir import DataDir

_USER_SIG_EXPIRE: Final = 24 * 3600


def add_admin_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that select the backend to administer."""
    group = parser.add_argument_group("backend")
    add_data_option(group)
    group.add_argument(
        "--rest",
        type=rest_url,
        metavar="URL",
        help="the address of another service's REST API: https://…; several with commas between",
    )
    group.add_argument("--admin", metavar="NAME", help=f"the admin's user ID ({ADMINISTRATOR})")
    # The top-level parser has these as well, with defaults.
    none = argparse.SUPPRESS
    group.add_argument("--app-id", type=positive, metavar="N", default=none, help="its SDKAppID")
    group.add_argument(
        "--usersig-file",
        type=Path,
        metavar="FILE",
        default=none,
        help=f"the file with the admin's UserSig; without it, {USER_SIG_VARIABLE} is used",
    )
    group.add_argument(
        "--insecure",
        action="store_true",
        default=none,
        help="allow http:// to another machine: anyone in between can listen",
    )
    add_ca_file_option(group, none)


def admin_client(arguments: argparse.Namespace) -> AdminClient:
    """Return a client for the REST API that the arguments select.

    The client of a data folder is valid for a day, also if the app's key is rotated; a new one then
    also finds the backend at a new address.

    Args:
        arguments: The arguments, with the options of ``add_admin_options``.

    Raises:
        UsageError: The arguments contradict each other, or one is missing.
        CommandError: This machine's backend is not running, or the UserSig cannot be read.
        BackendError: No backend is running on the data folder.
        IMError: 6017 for ``http://`` to another machine.
    """
    if arguments.rest is not None:
        return _remote_client(arguments)
    given = (arguments.app_id, arguments.admin, arguments.usersig_file, arguments.ca_file)
    if arguments.insecure or any(option is not None for option in given):
        raise UsageError("--app-id, --admin, --usersig-file, --insecure and --ca-file need --rest.")
    if arguments.data is not None:
        return _local_client(arguments.data)
    return _local_client(_local_data(), LOCAL_NOT_RUNNING)


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
        ca_file=arguments.ca_file,
    )
    return AdminClient(client)


def _local_client(data_dir: Path, not_running: str = "") -> AdminClient:
    from imtui.server.node.data_dir import DataDir

    folder = DataDir(data_dir)
    renew = partial(_rest_client, folder)
    return AdminClient(renew(), not_running or folder.not_running, renew)


def _rest_client(folder: "DataDir") -> "RestClient":
    from imtui.protocol.usersig import sign
    from imtui.sdk.rest import RestClient

    address, key = folder.address(), folder.app_key()
    user_sig = sign(ADMINISTRATOR, key.sdk_app_id, key.secret_key, _USER_SIG_EXPIRE)

    def trust() -> "SSLContext":
        from imtui.cli.admin.pinned import only

        # Each time, as it may have been renewed.
        return only(folder.address().certificate)

    # A user who can read the key runs the backend, and may reach it as they like.
    return RestClient(
        address.rest, key.sdk_app_id, ADMINISTRATOR, user_sig, insecure=True, ssl=trust
    )


def _local_data() -> Path:
    from imtui.cli import paths
    from imtui.server.node.data_dir import BackendError, DataDir

    data_dir = paths.local_data()
    try:
        DataDir(data_dir).address()
    except BackendError as error:
        raise CommandError(LOCAL_NOT_RUNNING) from error
    return data_dir
