"""``imtui friend``: makes, ends and lists the friendships of others, as an admin."""

import argparse
import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from imtui.cli.admin import (
    add_admin_options,
    admin_client,
    batches,
    call,
    is_about_users,
)
from imtui.cli.arguments import add_json_option, user_id
from imtui.cli.errors import EXIT_OK, UsageError
from imtui.cli.tally import Tally, json_line, table
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.identifiers import check_friend_remark, check_group_name, check_user_id

if TYPE_CHECKING:
    from imtui.cli.answers import Friend
    from imtui.sdk.rest import RestClient

_ADDED: Final = {0: "added", int(ErrorCode.ERR_SVR_FRIENDSHIP_ALLOW_TYPE_NEED_CONFIRM): "asked"}

Friendships = dict[str, dict[str, str]]
"""The remarks on friends, by the friend, by the user whose friend they are."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "friend",
        help="add, delete or list someone's friends, as an admin",
        description="The friendships of the users of an app.",
    )
    actions = parser.add_subparsers(metavar="add | delete | list", required=True)

    add = actions.add_parser(
        "add", help="make users friends", description="Make FRIENDs and USER friends of each other."
    )
    add.add_argument("user", nargs="?", type=user_id, metavar="USER")
    add.add_argument("friends", nargs="*", type=user_id, metavar="FRIEND")
    add.add_argument(
        "--from",
        dest="file",
        metavar="FILE",
        help="a CSV file, or - for standard input, with lines USER,FRIEND[,REMARK]",
    )
    add.add_argument("--ask", action="store_true", help="let FRIEND decide, as their profile says")
    add.add_argument("--remark", default="", metavar="R", help="what USER calls them")
    add.add_argument("--group", default="", metavar="G", help="the friend group of USER")
    add.set_defaults(act=_add)

    delete = actions.add_parser("delete", help="end friendships")
    delete.add_argument("user", type=user_id, metavar="USER")
    delete.add_argument("friends", nargs="+", type=user_id, metavar="FRIEND")
    delete.set_defaults(act=_delete)

    for action in (add, delete):
        action.add_argument("--one-way", action="store_true", help="in USER's friend list only")

    show = actions.add_parser("list", help="list someone's friends")
    show.add_argument("user", type=user_id, metavar="USER")
    show.set_defaults(act=_list)

    for action in (add, delete, show):
        add_admin_options(action)
        add_json_option(action)
        action.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the verb."""
    status: int = asyncio.run(arguments.act(arguments))
    return status


async def _add(arguments: argparse.Namespace) -> int:
    from imtui.cli.answers import Results

    if arguments.file is not None:
        return await _import(arguments)
    if not arguments.friends:
        raise UsageError("Name USER and FRIEND, or a file of friendships with --from.")
    remark = check_friend_remark(arguments.remark)
    group = check_group_name(arguments.group) if arguments.group else ""
    user, one_way = arguments.user, arguments.one_way
    more = {
        "AddType": "Add_Type_Single" if one_way else "Add_Type_Both",
        "ForceAddFlags": int(not arguments.ask),
    }
    client = admin_client(arguments)
    with Tally("friend", _ADDED, as_json=arguments.json) as tally:
        for batch in batches(list(dict.fromkeys(arguments.friends))):
            items = [_item(friend, "Console", remark, group) for friend in batch]
            body = {"From_Account": user, "AddFriendItem": items, **more}
            results = await call(client, "sns/friend_add", body, Results)
            for friend in batch:
                tally.tell(friend, results.of(friend), userID=user, friendUserID=friend)
    return tally.exit_status


async def _import(arguments: argparse.Namespace) -> int:
    from imtui.cli.answers import Results

    if arguments.user is not None or arguments.ask or arguments.remark or arguments.group:
        raise UsageError("--from goes with neither USER nor --ask, --remark and --group.")
    friendships = _friendships(arguments.file, one_way=arguments.one_way)
    client = admin_client(arguments)
    with Tally("friend", _ADDED, as_json=arguments.json) as tally:
        for user, remarks in friendships.items():
            for batch in batches(list(remarks)):
                items = [_item(friend, "Import", remarks[friend]) for friend in batch]
                body = {"From_Account": user, "AddFriendItem": items}
                try:
                    results = await call(client, "sns/friend_import", body, Results)
                except IMError as error:
                    if not is_about_users(error):
                        raise
                    results = Results.same(batch, error)
                for friend in batch:
                    label = f"{user}'s friend {friend}"
                    tally.tell(label, results.of(friend), userID=user, friendUserID=friend)
    return tally.exit_status


def _friendships(file: str, *, one_way: bool) -> Friendships:
    """Return whom to add to whose friend list; what is said last of a friendship counts."""
    from imtui.cli.rows import read_rows

    friendships: Friendships = {}
    rows = read_rows(file, _friendship)
    for user, friend, remark in rows:
        friendships.setdefault(user, {})[friend] = remark
    if not one_way:
        for user, friend, _ in rows:
            friendships.setdefault(friend, {}).setdefault(user, "")
    return friendships


def _friendship(fields: list[str]) -> tuple[str, str, str]:
    if not 2 <= len(fields) <= 3:
        raise invalid_parameters("line", "expected USER,FRIEND or USER,FRIEND,REMARK")
    user, friend, remark = [*fields, ""][:3]
    if user == friend:
        raise invalid_parameters("FRIEND", "nobody is their own friend")
    return (
        check_user_id(user, "USER"),
        check_user_id(friend, "FRIEND"),
        check_friend_remark(remark),
    )


def _item(friend: str, source: str, remark: str = "", group: str = "") -> dict[str, str]:
    item = {"To_Account": friend, "AddSource": f"AddSource_Type_{source}"}
    if remark:
        item["Remark"] = remark
    if group:
        item["GroupName"] = group
    return item


async def _delete(arguments: argparse.Namespace) -> int:
    from imtui.cli.answers import Results

    user = arguments.user
    kind = "Delete_Type_Single" if arguments.one_way else "Delete_Type_Both"
    client = admin_client(arguments)
    with Tally("friend", {0: "deleted"}, as_json=arguments.json) as tally:
        for batch in batches(list(dict.fromkeys(arguments.friends))):
            body = {"From_Account": user, "To_Account": batch, "DeleteType": kind}
            results = await call(client, "sns/friend_delete", body, Results)
            for friend in batch:
                tally.tell(friend, results.of(friend), userID=user, friendUserID=friend)
    return tally.exit_status


async def _list(arguments: argparse.Namespace) -> int:
    from imtui.cli.answers import FriendPage

    client = admin_client(arguments)
    rows = []
    at, is_complete = 0, False
    while not is_complete:
        body = {"From_Account": arguments.user, "StartIndex": at}
        page = await call(client, "sns/friend_get", body, FriendPage)
        nicks = await _nicks(client, page.friends or ())
        for friend in page.friends or ():
            nick = friend.nick or nicks.get(friend.user_id, "")
            if arguments.json:
                print(_json_line(friend, nick))
            else:
                rows.append(_row(friend, nick))
        is_complete = bool(page.complete)
        if not is_complete and page.next_index <= at:
            raise IMError(ErrorCode.ERR_PARSE_RESPONSE_FAILED, "The backend repeats a page.")
        at = page.next_index
    for line in table(("FRIEND", "NICK", "REMARK", "GROUPS"), rows):
        print(line)
    return EXIT_OK


async def _nicks(client: "RestClient", friends: Sequence["Friend"]) -> dict[str, str]:
    """Return what friends call themselves, which most services do not tell with the list."""
    from imtui.cli.answers import NICK_TAG, Profiles

    nicks: dict[str, str] = {}
    for batch in batches([friend.user_id for friend in friends if not friend.nick]):
        body = {"To_Account": batch, "TagList": [NICK_TAG]}
        try:
            answer = await call(client, "profile/portrait_get", body, Profiles)
        except IMError as error:
            if not (is_about_users(error) or error.code == ErrorCode.ERR_SVR_COMM_INVALID_RES):
                raise
            # The list is of use without them.
            continue
        nicks |= {profile.user_id: profile.nick for profile in answer.profiles or ()}
    return nicks


def _row(friend: "Friend", nick: str) -> tuple[str, ...]:
    return friend.user_id, nick, friend.remark, ", ".join(friend.groups)


def _json_line(friend: "Friend", nick: str) -> str:
    fields = {
        "userID": friend.user_id,
        "nickName": nick,
        "friendRemark": friend.remark,
        "friendGroups": friend.groups,
    }
    return json_line(fields)
