"""``imtui account``: import, delete, list and export the accounts of an app."""

import argparse
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from imtui.cli.admin.calls import batches, call, call_for_user, is_user_error
from imtui.cli.admin.client import AdminClient
from imtui.cli.admin.options import add_admin_options, admin_client
from imtui.cli.arguments import add_file_option, add_json_option, positive, user_id
from imtui.cli.errors import EXIT_INTERRUPTED, EXIT_OK, CommandError, UsageError, print_notice
from imtui.cli.json_line import json_line
from imtui.cli.output.tally import Tally, counted, table
from imtui.cli.signals import run_async
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_profile_text, check_user_id

if TYPE_CHECKING:
    from imtui.cli.admin.answers import Account, AccountPage

_LOGIN_SERVICE: Final = "im_open_login_svc"
_PAGE: Final = 500
_NOT_THERE: Final = frozenset(
    {ErrorCode.ERR_SVR_COMM_INVALID_HTTP_URL, ErrorCode.ERR_SVR_COMM_INVALID_RES, 60017, 60020}
)
_SHOWN: Final = 5
_LINES: Final = "userID[,nick[,picture]]"

Profile = dict[str, str]
"""An account to import, in the API's fields: ``UserID``, optionally ``Nick`` and ``FaceUrl``."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui account``."""
    parser = verbs.add_parser(
        "account",
        help="import, delete, list or export accounts, as an admin",
        description="Administer the accounts of an app.",
    )
    actions = parser.add_subparsers(metavar="import | delete | list | export", required=True)

    importing = actions.add_parser("import", help="import accounts")
    importing.add_argument("users", nargs="*", type=user_id, metavar="USER", help="the user IDs")
    add_file_option(importing, _LINES)
    importing.set_defaults(act=_import)

    delete = actions.add_parser("delete", help="delete accounts and all their data")
    delete.add_argument("users", nargs="*", type=user_id, metavar="USER", help="the user IDs")
    add_file_option(delete, "userID")
    delete.add_argument("--yes", action="store_true", help="do not ask for confirmation")

    show = actions.add_parser("list", help="list accounts and their devices")
    show.add_argument("--prefix", default="", metavar="P", help="only IDs that begin with P")
    show.add_argument("--limit", type=positive, metavar="N", help="at most N accounts")
    show.set_defaults(act=_list)

    export = actions.add_parser(
        "export",
        help="write all that is kept of an account",
        description="Write all that is kept of an account, as JSON lines.",
    )
    export.add_argument("user", type=user_id, metavar="USER", help="the user ID")
    export.add_argument(
        "--out", type=Path, metavar="FILE", help="the file to write, which only you can read"
    )
    export.set_defaults(act=_export)

    for action in (importing, delete, show, export):
        add_admin_options(action)
        action.set_defaults(run=run)
    for action in (importing, delete, show):
        add_json_option(action)
    delete.set_defaults(run=_delete)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui account``."""
    status: int = run_async(arguments.act(arguments))
    return status


async def _import(arguments: argparse.Namespace) -> int:
    profiles = _profiles(arguments)
    client = admin_client(arguments)
    bare = [profile for profile in profiles if len(profile) == 1]
    others = [profile for profile in profiles if len(profile) > 1]
    with Tally(
        "account",
        {0: "imported"},
        as_json=arguments.json,
        total=len(profiles),
        retry_hint="Run it again: nothing is doubled.",
    ) as tally:
        for batch in (*batches(bare), *batches(others)):
            failed = await _import_together(client, batch)
            for profile in batch:
                user, result = profile["UserID"], IMError(0)
                if user in failed:
                    # The answer for the whole batch does not say why.
                    result = await call_for_user(
                        client, f"{_LOGIN_SERVICE}/account_import", profile
                    )
                tally.record(user, result, userID=user)
    return tally.exit_status


async def _import_together(client: AdminClient, batch: Sequence[Profile]) -> frozenset[str]:
    """Import accounts in one call, and return the user IDs that failed.

    Every service accepts bare IDs; one that does not accept profiles refuses the whole call.
    """
    from imtui.cli.admin.answers import Imported

    users = [profile["UserID"] for profile in batch]
    is_bare = all(len(profile) == 1 for profile in batch)
    body = {"Accounts": users} if is_bare else {"AccountList": batch}
    try:
        answer = await call(client, f"{_LOGIN_SERVICE}/multiaccount_import", body, Imported)
    except IMError as error:
        if not is_user_error(error):
            raise
        return frozenset(users)
    return frozenset(answer.failed or ())


def _profiles(arguments: argparse.Namespace) -> list[Profile]:
    """Return the accounts to import without duplicates; the file overrides the arguments."""
    from imtui.cli.admin.rows import read_rows

    if not arguments.users and arguments.file is None:
        raise UsageError("Name the accounts, or their file with --from.")
    rows: list[Profile] = []
    if arguments.file is not None:
        rows = read_rows(arguments.file, _profile, lambda profile: profile["UserID"])
    profiles = [{"UserID": user} for user in arguments.users] + rows
    return list({profile["UserID"]: profile for profile in profiles}.values())


def _profile(fields: list[str]) -> Profile:
    from imtui.cli.admin.rows import malformed_row

    if len(fields) > 3:
        raise malformed_row(f"expected {_LINES}.")
    user, nick, picture = [*fields, "", ""][:3]
    profile = {
        "UserID": check_user_id(user),
        "Nick": check_profile_text(nick, "nick"),
        "FaceUrl": check_profile_text(picture, "picture"),
    }
    return {name: value for name, value in profile.items() if value}


def _delete(arguments: argparse.Namespace) -> int:
    from imtui.cli.admin.rows import named_users

    if not arguments.users and arguments.file is None:
        raise UsageError("Name the accounts, or their file with --from.")
    asks = not arguments.yes
    if asks and (arguments.file == "-" or not sys.stdin.isatty()):
        raise UsageError("Deleting asks on a terminal; without one, say --yes.")
    users = named_users(arguments.users, arguments.file)
    client = admin_client(arguments)
    # Outside the event loop, which would delay a Ctrl-C until the line is typed.
    try:
        if asks and not _is_confirmed(users):
            raise CommandError("Nothing was deleted.")
    except KeyboardInterrupt:
        print(file=sys.stderr)
        print_notice("Nothing was deleted.")
        return EXIT_INTERRUPTED
    return run_async(_delete_all(client, users, as_json=arguments.json))


async def _delete_all(client: AdminClient, users: list[str], *, as_json: bool) -> int:
    from imtui.cli.admin.answers import Results

    with Tally("account", {0: "deleted"}, as_json=as_json, total=len(users)) as tally:
        for batch in batches(users):
            body = {"DeleteItem": [{"UserID": user} for user in batch]}
            results = await call(client, f"{_LOGIN_SERVICE}/account_delete", body, Results)
            for user in batch:
                tally.record(user, results.result_for(user), userID=user)
    return tally.exit_status


def _is_confirmed(users: list[str]) -> bool:
    some = ", ".join(users[:_SHOWN]) + (", …" if len(users) > _SHOWN else "")
    print(
        f"This deletes {counted(len(users), 'account')} ({some}): profile, friends, requests, "
        "subscriptions and devices are gone, and so is the list of conversations. Messages stay "
        "with the other users who have not deleted them.",
        file=sys.stderr,
    )
    expected = users[0] if len(users) == 1 else str(len(users))
    asked = "the name" if len(users) == 1 else "their number"
    print(f"Type {asked} again to delete: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() == expected


async def _export(arguments: argparse.Namespace) -> int:
    from imtui.cli.admin.export import write_export

    await write_export(admin_client(arguments), arguments.user, arguments.out)
    return EXIT_OK


async def _list(arguments: argparse.Namespace) -> int:
    client = admin_client(arguments)
    rows = []
    async for account in _accounts(client, arguments.prefix, arguments.limit):
        if arguments.json:
            print(_json_line(account))
        else:
            rows.append(_row(account))
    for line in table(("USER", "NICK", "STATUS", "TEXT", "DEVICES"), rows):
        print(line)
    return EXIT_OK


async def _accounts(
    client: AdminClient, prefix: str, limit: int | None
) -> "AsyncIterator[Account]":
    """Yield the accounts whose ID begins with ``prefix``, up to a limit if there is one."""
    left, cursor = sys.maxsize if limit is None else limit, ""
    while left:
        page = await _page(client, prefix, cursor, min(left, _PAGE))
        for account in page.accounts[:left]:
            yield account
        left -= min(left, len(page.accounts))
        if not page.next_cursor:
            return
        if page.next_cursor == cursor:
            raise IMError(ErrorCode.ERR_PARSE_RESPONSE_FAILED, "The backend repeats a page.")
        cursor = page.next_cursor


async def _page(client: AdminClient, prefix: str, cursor: str, most: int) -> "AccountPage":
    from imtui.cli.admin.answers import AccountPage

    body = {"Prefix": prefix, "Cursor": cursor, "MaxCnt": most}
    try:
        return await call(client, "imtui_console/accounts", body, AccountPage)
    except IMError as error:
        if error.code not in _NOT_THERE:
            raise
        raise CommandError(f"This backend does not list accounts ({error}).") from error


def _row(account: "Account") -> tuple[str, ...]:
    devices = ", ".join(map(str, account.devices))
    return account.user_id, account.nick, account.status, account.custom_status, devices


def _json_line(account: "Account") -> str:
    fields = {
        "userID": account.user_id,
        "statusType": int(account.status_type),
        "status": account.status,
        "customStatus": account.custom_status,
        "since": account.since,
        "nickName": account.nick,
        "devices": [
            {
                "instanceID": device.instance_id,
                "deviceName": device.device_name,
                "platform": device.platform,
                "loginTime": device.login_time,
            }
            for device in account.devices
        ],
    }
    return json_line(fields)
