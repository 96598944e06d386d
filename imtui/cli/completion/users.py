"""Which user IDs an unfinished command line may go on with."""

import argparse
import shlex
from collections.abc import Iterable
from typing import Final, NoReturn

from imtui.cli.accounts.selection import (
    LocalAccount,
    RemoteAccount,
    add_account_options,
    select_account,
)
from imtui.cli.errors import UsageError
from imtui.cli.signals import run_async

_ACCOUNTS_MAX: Final = 500


def friends(line: str) -> list[str]:
    """Return the friends of the account that a line names, who begin with its last word.

    Args:
        line: The command line up to the cursor.

    Raises:
        UsageError: The line names no account, or its quotes are not closed.
        CommandError: No backend is running, or the UserSig cannot be read.
        IMError: The backend cannot be reached, or refuses.
    """
    words, word = _split(line)
    parser = _Parser()
    add_account_options(parser, first=True)
    arguments = parser.known(words)
    if arguments.usersig_file is not None:
        # The shell has not expanded it yet.
        arguments.usersig_file = arguments.usersig_file.expanduser()
    account = select_account(arguments)
    if isinstance(account, LocalAccount):
        return _possible(words, word, run_async(_friends_here(account.user_id)))
    return _possible(words, word, run_async(_friends(account)))


def accounts(line: str) -> list[str]:
    """Return the accounts of the backend that a line names, which begin with its last word.

    Args:
        line: The command line up to the cursor.

    Raises:
        UsageError: The line names no backend, or its quotes are not closed.
        CommandError: No backend is running, or the UserSig cannot be read.
        BackendError: No backend is running on the data folder.
        IMError: The backend cannot be reached, or refuses.
    """
    words, word = _split(line)
    arguments = _admin_arguments(words)
    return _possible(words, word, run_async(_accounts(arguments, word)))


def saved(line: str) -> list[str]:
    """Return the users of the saved accounts, who begin with the last word of a line.

    Raises:
        UsageError: The quotes of the line are not closed.
        CommandError: The saved accounts cannot be read.
    """
    from imtui.cli import paths
    from imtui.cli.accounts.saved import SavedAccounts

    words, word = _split(line)
    found = SavedAccounts(paths.accounts_file()).list_accounts()
    return _possible(words, word, (account.user_id for account in found))


async def _friends(account: RemoteAccount) -> list[str]:
    from imtui.cli.accounts.credentials import passive_client, remote_credentials

    async with passive_client(remote_credentials(account)) as client:
        return [friend.user_id for friend in await client.get_friend_list()]


async def _friends_here(user: str) -> list[str]:
    """Return the friends of a user of this machine's backend.

    Without a login, because the first login of a user would register an account.
    """
    from imtui.cli.admin.friends import list_friends
    from imtui.cli.admin.options import admin_client

    client = admin_client(_admin_arguments([]))
    return [friend.user_id for friend in await list_friends(client, user)]


def _admin_arguments(words: list[str]) -> argparse.Namespace:
    from imtui.cli.admin.options import add_admin_options

    parser = _Parser()
    add_admin_options(parser)
    # The top-level parser has these with defaults.
    parser.set_defaults(app_id=None, usersig_file=None, insecure=False, ca_file=None)
    arguments = parser.known(words)
    if arguments.data is not None:
        arguments.data = arguments.data.expanduser()
    return arguments


async def _accounts(arguments: argparse.Namespace, prefix: str) -> list[str]:
    from imtui.cli.admin.answers import AccountPage
    from imtui.cli.admin.calls import call
    from imtui.cli.admin.options import admin_client

    body = {"Prefix": prefix, "Cursor": "", "MaxCnt": _ACCOUNTS_MAX}
    page = await call(admin_client(arguments), "imtui_console/accounts", body, AccountPage)
    return [account.user_id for account in page.accounts]


def _split(line: str) -> tuple[list[str], str]:
    """Return the finished words of a line, and the one that is to be completed."""
    end = "x"
    try:
        *words, last = shlex.split(line + end)
    except ValueError as error:
        raise UsageError("The quotes are not closed.") from error
    return words, last.removesuffix(end)


def _possible(words: list[str], word: str, user_ids: Iterable[str]) -> list[str]:
    """Return the user IDs that begin with a word, except those that the line has already."""
    from imtui.protocol.identifiers import is_user_id

    # A shell may read other characters as its own.
    found = (user for user in user_ids if user.startswith(word) and is_user_id(user))
    return [user for user in dict.fromkeys(found) if user not in words]


class _Parser(argparse.ArgumentParser):
    """Reads some options of a line, and leaves all else alone."""

    def __init__(self) -> None:
        super().__init__(add_help=False, allow_abbrev=False)

    def known(self, words: list[str]) -> argparse.Namespace:
        return self.parse_known_args(words)[0]

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)
