"""``imtui logout``: remove an account that ``imtui login`` saved."""

import argparse

from imtui.cli.arguments import user_id
from imtui.cli.errors import EXIT_OK, CommandError


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui logout``."""
    parser = verbs.add_parser(
        "logout",
        help="forget a saved account",
        description="Forget the default account, or the one of a user, and its UserSig.",
    )
    parser.add_argument(
        "--user",
        type=user_id,
        metavar="U",
        default=argparse.SUPPRESS,
        help="the user whose account to forget",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui logout``."""
    from imtui.cli.accounts.saved import saved_accounts

    accounts = saved_accounts()
    saved = accounts.find(arguments.user)
    if saved is None:
        raise CommandError("There is no such account to forget.")
    accounts.remove(saved)
    print(f"{saved.user_id} at {saved.url} is forgotten.")
    after = accounts.find()
    if after is not None:
        print(f"The default account is now {after.user_id} at {after.url}.")
    return EXIT_OK
