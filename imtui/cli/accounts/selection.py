"""Selecting the account of a command: from its options, a saved one, or a local one."""

import argparse
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct

from imtui.cli.arguments import add_ca_file_option, positive, server_url, user_id
from imtui.cli.errors import CommandError, UsageError

USER_SIG_VARIABLE: Final = "IMTUI_USERSIG"
_USER_SIG_FILE_MAX_BYTES: Final = 64 * 1024


class RemoteAccount(Struct, frozen=True):
    """An account on another backend."""

    url: str
    """One address, or several with commas."""
    sdk_app_id: int
    user_id: str
    insecure: bool
    read_user_sig: Callable[[], str]
    """Returns the UserSig, perhaps from the keyring; may raise CommandError."""
    ca_file: str | None = None
    """The certificates to trust in place of the system's."""


class LocalAccount(Struct, frozen=True):
    """An account on this machine's embedded backend."""

    user_id: str


def add_account_options(
    parser: argparse.ArgumentParser, *, local: bool = True, first: bool = False
) -> None:
    """Add the options that select an account.

    Args:
        parser: The parser to extend.
        local: Whether to offer ``--local``, this machine's backend.
        first: Whether this is the top-level parser. Only that one sets defaults, so that
            ``imtui --user U watch`` means the same as ``imtui watch --user U``.
    """
    absent = None if first else argparse.SUPPRESS
    off = False if first else argparse.SUPPRESS
    group = parser.add_argument_group("account")
    group.add_argument(
        "--server",
        type=server_url,
        metavar="URL",
        default=absent,
        help="the address of another backend: wss://… or ws://…; several with commas between",
    )
    group.add_argument("--app-id", type=positive, metavar="N", default=absent, help="its SDKAppID")
    group.add_argument("--user", type=user_id, metavar="U", default=absent, help="the user ID")
    group.add_argument(
        "--usersig-file",
        type=Path,
        metavar="FILE",
        default=absent,
        help=f"the file with the UserSig; without it, {USER_SIG_VARIABLE} is used",
    )
    group.add_argument(
        "--insecure",
        action="store_true",
        default=off,
        help="allow ws:// to another machine: anyone in between can listen",
    )
    add_ca_file_option(group, absent)
    if local:
        group.add_argument(
            "--local",
            action="store_true",
            default=off,
            help="use this machine's own backend, even if there is a saved account",
        )


def select_account(arguments: argparse.Namespace) -> RemoteAccount | LocalAccount:
    """Return the account that the arguments select.

    Raises:
        UsageError: The arguments contradict each other, or one is missing.
        CommandError: The UserSig's file or the saved accounts cannot be read.
    """
    if arguments.server is not None:
        return select_remote_account(arguments)
    given = (arguments.app_id, arguments.usersig_file, arguments.ca_file)
    if arguments.insecure or any(option is not None for option in given):
        raise UsageError("--app-id, --usersig-file, --insecure and --ca-file need --server.")
    if not arguments.local:
        saved = _find_saved_account(arguments.user)
        if saved is not None:
            return saved
    return LocalAccount(arguments.user or system_user())


def select_remote_account(
    arguments: argparse.Namespace, ask: Callable[[], str | None] = lambda: None
) -> RemoteAccount:
    """Return the account on another backend that the arguments specify.

    Args:
        arguments: The arguments, with the options of ``add_account_options``.
        ask: Returns the UserSig if neither a file nor the environment has it.

    Raises:
        UsageError: ``--server``, ``--app-id``, ``--user`` or the UserSig is missing.
        CommandError: The UserSig's file cannot be read.
    """
    if arguments.local:
        raise UsageError("--local and --server contradict each other.")
    if arguments.server is None or arguments.app_id is None or arguments.user is None:
        raise UsageError("Another backend needs --server, --app-id and --user.")
    user_sig = given_user_sig(arguments) or ask()
    if not user_sig:
        raise UsageError(
            f"The UserSig is missing: name its file with --usersig-file, or set "
            f"{USER_SIG_VARIABLE}."
        )
    return RemoteAccount(
        arguments.server,
        arguments.app_id,
        arguments.user,
        arguments.insecure,
        lambda: user_sig,
        arguments.ca_file,
    )


def system_user() -> str:
    """Return the system's user name as a user ID, or ``me`` if there is none."""
    import getpass

    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):
        name = "me"
    return as_user_id(name)


def as_user_id(name: str) -> str:
    """Return ``name`` with invalid characters replaced by ``_``, at most 32 characters."""
    import re

    from imtui.protocol.limits import USER_ID_MAX_CHARS

    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:USER_ID_MAX_CHARS] or "me"


def _find_saved_account(user: str | None) -> RemoteAccount | None:
    from imtui.cli import paths

    # Checked before the import of the keyring, which takes time.
    if not paths.accounts_file().exists():
        return None
    from imtui.cli.accounts.saved import saved_accounts

    accounts = saved_accounts()
    saved = accounts.find(user)
    if saved is None:
        return None
    return RemoteAccount(
        saved.url,
        saved.sdk_app_id,
        saved.user_id,
        saved.insecure,
        partial(accounts.user_sig, saved),
        saved.ca_file,
    )


def given_user_sig(arguments: argparse.Namespace) -> str | None:
    """Return the UserSig from ``--usersig-file`` or the environment, or None.

    Raises:
        CommandError: The file cannot be read.
    """
    file: Path | None = arguments.usersig_file
    if file is None:
        return os.environ.get(USER_SIG_VARIABLE, "").strip() or None
    try:
        with file.open("rb") as opened:
            return opened.read(_USER_SIG_FILE_MAX_BYTES).decode("ascii", "replace").strip()
    except OSError as error:
        raise CommandError(
            f"The UserSig's file {file} cannot be read: {error.strerror or error}."
        ) from error
