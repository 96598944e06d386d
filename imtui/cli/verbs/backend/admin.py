"""``imtui admin``: add, list and remove the admins of a backend."""

import argparse
from datetime import datetime
from typing import TYPE_CHECKING, Final

from imtui.cli.admin.calls import call
from imtui.cli.admin.options import add_admin_options, admin_client
from imtui.cli.arguments import add_json_option, user_id
from imtui.cli.errors import EXIT_OK
from imtui.cli.json_line import json_line
from imtui.cli.output.status_lines import format_time
from imtui.cli.output.tally import print_listed
from imtui.cli.signals import run_async
from imtui.protocol.rest.role import Role

if TYPE_CHECKING:
    from imtui.cli.admin.answers import Admin

_SERVICE: Final = "imtui_admin"


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui admin``."""
    parser = verbs.add_parser(
        "admin",
        help="add, list and remove admins, as an admin",
        description="Add, list and remove the admins of a running backend. Each calls its REST API "
        "with a UserSig of their own: imtui usersig NAME",
    )
    actions = parser.add_subparsers(dest="action", metavar="add | list | remove", required=True)
    _add_parser_of_add(actions)
    _add_parser_of_list(actions)
    _add_parser_of_remove(actions)


def _add_parser_of_add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = actions.add_parser(
        "add",
        help="add an admin, or give one another role",
        description="Add an admin, or give one another role. The name must not be that of an "
        "account.",
    )
    parser.add_argument("name", type=user_id, metavar="NAME", help="the admin's user ID")
    parser.add_argument(
        "--role",
        choices=list(Role),
        required=True,
        help="full: everything; support: import and kick accounts, friends; read: queries and "
        "metrics. Each includes what follows",
    )
    add_admin_options(parser)
    parser.set_defaults(run=run_add)


def _add_parser_of_list(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = actions.add_parser(
        "list", help="list the admins", description="List the admins and their roles."
    )
    add_admin_options(parser)
    add_json_option(parser)
    parser.set_defaults(run=run_list)


def _add_parser_of_remove(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = actions.add_parser(
        "remove",
        help="remove an admin",
        description="Remove an admin at once, and revoke their UserSigs.",
    )
    parser.add_argument("name", type=user_id, metavar="NAME", help="the admin's user ID")
    add_admin_options(parser)
    parser.set_defaults(run=run_remove)


def run_add(arguments: argparse.Namespace) -> int:
    """Run ``imtui admin add``."""
    body = {"UserID": arguments.name, "Role": arguments.role}
    run_async(call(admin_client(arguments), f"{_SERVICE}/add", body, dict))
    print(f"{arguments.name} is an admin with the role {arguments.role}.")
    return EXIT_OK


def run_list(arguments: argparse.Namespace) -> int:
    """Run ``imtui admin list``."""
    from imtui.cli.admin.answers import Admins

    admins = run_async(call(admin_client(arguments), f"{_SERVICE}/list", {}, Admins)).admins
    print_listed(admins, _HEADS, _row, _json_line, as_json=arguments.json)
    return EXIT_OK


def run_remove(arguments: argparse.Namespace) -> int:
    """Run ``imtui admin remove``."""
    body = {"UserID": arguments.name}
    run_async(call(admin_client(arguments), f"{_SERVICE}/remove", body, dict))
    print(f"{arguments.name} is no admin any more.")
    return EXIT_OK


_HEADS: Final = ("NAME", "ROLE", "SINCE")


def _row(admin: "Admin") -> tuple[str, ...]:
    since = format_time(admin.since, datetime.now()) if admin.since else ""
    return admin.user_id, admin.role, since


def _json_line(admin: "Admin") -> str:
    return json_line({"userID": admin.user_id, "role": admin.role, "since": admin.since})
