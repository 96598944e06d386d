"""``imtui kick``: end the logins of users."""

import argparse

from imtui.cli.admin.calls import call_for_user
from imtui.cli.admin.options import add_admin_options, admin_client
from imtui.cli.arguments import add_file_option, add_json_option, user_id
from imtui.cli.errors import UsageError
from imtui.cli.output.tally import Tally
from imtui.cli.signals import run_async


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui kick``."""
    parser = verbs.add_parser(
        "kick",
        help="kick users offline, as an admin",
        description="Kick all devices of the users offline. They need a new UserSig to log in "
        "again.",
    )
    parser.add_argument("users", nargs="*", type=user_id, metavar="USER", help="the users to kick")
    add_file_option(parser, "userID")
    add_admin_options(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui kick``."""
    return run_async(_kick(arguments))


async def _kick(arguments: argparse.Namespace) -> int:
    from imtui.cli.admin.rows import named_users

    if not arguments.users and arguments.file is None:
        raise UsageError("Name the users, or their file with --from.")
    users = named_users(arguments.users, arguments.file)
    client = admin_client(arguments)
    with Tally("user", {0: "kicked"}, as_json=arguments.json, total=len(users)) as tally:
        for user in users:
            result = await call_for_user(client, "im_open_login_svc/kick", {"UserID": user})
            tally.record(user, result, userID=user)
    return tally.exit_status
