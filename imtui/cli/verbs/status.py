"""``imtui status``: show or set the own status, or show the statuses of others."""

import argparse
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from imtui.cli.accounts.selection import add_account_options
from imtui.cli.arguments import user_id, written
from imtui.cli.errors import (
    EXIT_FAILED,
    EXIT_OK,
    missing_account_notices,
    missing_accounts_allowed,
    print_notice,
)
from imtui.cli.output.status_form import add_form_options, status_form
from imtui.cli.signals import run_async
from imtui.cli.times import parse_clock, parse_duration

if TYPE_CHECKING:
    from imtui.sdk import IMClient, UserStatus


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui status``."""
    parser = verbs.add_parser(
        "status",
        help="show or set a status",
        description="Show, set or clear your own status, or show the statuses of others. "
        "It does not make you ONLINE.",
    )
    add_form_options(parser)
    add_account_options(parser)
    parser.set_defaults(run=run, act=_own)
    actions = parser.add_subparsers(metavar="set | clear | get")

    change = actions.add_parser("set", help="set the custom status")
    change.add_argument(
        "text", type=written, metavar="TEXT", help="at most 100 bytes; an empty text clears it"
    )
    end = change.add_mutually_exclusive_group()
    end.add_argument(
        "--for",
        dest="lasts",
        type=_duration,
        metavar="TIME",
        help="clear it after TIME: 45m, 1h30, 2d",
    )
    end.add_argument("--until", type=_clock, metavar="HH:MM", help="clear it at a time: 17:00")
    change.add_argument(
        "--shorten",
        action="store_true",
        help="set as much of a longer text as there is room for, instead of refusing it",
    )
    change.set_defaults(act=_set)

    clear = actions.add_parser("clear", help="clear the custom status")
    clear.set_defaults(act=_clear)

    query = actions.add_parser("get", help="show the statuses of others")
    query.add_argument("users", nargs="+", type=user_id, metavar="USER")
    query.set_defaults(act=_others)

    for action in (change, clear, query):
        add_form_options(action, of_action=True)
        add_account_options(action)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui status``."""
    statuses = run_async(_statuses(arguments))
    for line in map(status_form(arguments), statuses):
        print(line)
    return EXIT_OK if statuses else EXIT_FAILED


async def _statuses(arguments: argparse.Namespace) -> "list[UserStatus]":
    from imtui.cli.accounts.credentials import find_credentials, passive_client

    credentials = await find_credentials(arguments)
    async with passive_client(credentials) as client:
        statuses: list[UserStatus] = await arguments.act(client, credentials.user_id, arguments)
    return statuses


async def _own(client: "IMClient", user: str, arguments: argparse.Namespace) -> "list[UserStatus]":
    return await client.get_user_status([user])


async def _others(
    client: "IMClient", user: str, arguments: argparse.Namespace
) -> "list[UserStatus]":
    statuses: list[UserStatus] = []
    with missing_accounts_allowed():
        statuses = await client.get_user_status(arguments.users)
    for sentence in missing_account_notices(
        arguments.users, (status.user_id for status in statuses)
    ):
        print_notice(sentence)
    return statuses


async def _set(client: "IMClient", user: str, arguments: argparse.Namespace) -> "list[UserStatus]":
    until: datetime | None = arguments.until
    if arguments.lasts is not None:
        until = datetime.now().astimezone() + arguments.lasts
    ends = None if until is None else int(until.timestamp() * 1000)
    text: str = arguments.text
    if arguments.shorten:
        from imtui.cli.shortening import shorten
        from imtui.protocol.limits import CUSTOM_STATUS_MAX_BYTES

        text = shorten(text, CUSTOM_STATUS_MAX_BYTES)
    await client.set_self_status(text, expires_at=ends)
    return await _own(client, user, arguments)


async def _clear(
    client: "IMClient", user: str, arguments: argparse.Namespace
) -> "list[UserStatus]":
    await client.set_self_status(None)
    return await _own(client, user, arguments)


def _duration(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _clock(text: str) -> datetime:
    try:
        return parse_clock(text, datetime.now().astimezone())
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
