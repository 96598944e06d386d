"""``imtui kick``: ends the logins of users."""

import argparse
import asyncio

from imtui.cli.admin import add_admin_options, admin_client, attempt
from imtui.cli.arguments import add_json_option, user_id
from imtui.cli.tally import Tally


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "kick",
        help="kick users offline, as an admin",
        description="Kick every device of the users offline; they need a new UserSig to come back.",
    )
    parser.add_argument("users", nargs="+", type=user_id, metavar="USER", help="whom to kick")
    add_admin_options(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the verb."""
    return asyncio.run(_kick(arguments))


async def _kick(arguments: argparse.Namespace) -> int:
    client = admin_client(arguments)
    with Tally("user", {0: "kicked"}, as_json=arguments.json) as tally:
        for user in dict.fromkeys(arguments.users):
            result = await attempt(client, "im_open_login_svc/kick", {"UserID": user})
            tally.tell(user, result, userID=user)
    return tally.exit_status
