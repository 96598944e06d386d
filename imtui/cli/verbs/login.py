"""``imtui login``: check an account of another backend, save it, and make it the default."""

import argparse
import sys
from typing import TYPE_CHECKING

from imtui.cli.accounts.selection import (
    USER_SIG_VARIABLE,
    add_account_options,
    select_remote_account,
)
from imtui.cli.errors import EXIT_OK
from imtui.cli.signals import run_async

if TYPE_CHECKING:
    from imtui.cli.accounts.credentials import Credentials


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui login``."""
    parser = verbs.add_parser(
        "login",
        help="save an account on another backend",
        description="Check an account, save it and make it the default. Without --usersig-file "
        f"and {USER_SIG_VARIABLE}, it asks for the UserSig.",
    )
    add_account_options(parser, local=False)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui login``."""
    account = select_remote_account(arguments, _ask_user_sig)

    from imtui.cli.accounts.credentials import remote_credentials
    from imtui.cli.accounts.saved import SavedAccount, saved_accounts

    credentials = remote_credentials(account)
    run_async(_check(credentials))
    accounts = saved_accounts()
    saved = SavedAccount(
        account.url, account.sdk_app_id, account.user_id, account.insecure, account.ca_file
    )
    place = "the keyring" if accounts.save(saved, credentials.user_sig()) else accounts.file
    print(f"{account.user_id} is now the default account. Its UserSig is kept in {place}.")
    return EXIT_OK


async def _check(credentials: "Credentials") -> None:
    from imtui.cli.accounts.credentials import passive_client

    async with passive_client(credentials):
        pass


def _ask_user_sig() -> str | None:
    if not sys.stdin.isatty():
        return None
    import getpass

    return getpass.getpass("UserSig (not shown): ").strip()
