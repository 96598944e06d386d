"""``imtui friend``: add, delete and list the friends of users, as an admin."""

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from imtui.cli.admin.calls import batches, call, is_user_error
from imtui.cli.admin.client import AdminClient
from imtui.cli.admin.friends import list_friends
from imtui.cli.admin.options import add_admin_options, admin_client
from imtui.cli.arguments import add_file_option, add_json_option, user_id
from imtui.cli.errors import EXIT_OK, UsageError
from imtui.cli.json_line import json_line
from imtui.cli.output.tally import Tally, print_listed
from imtui.cli.signals import run_async
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_friend_remark, check_group_name, check_user_id

if TYPE_CHECKING:
    from imtui.cli.admin.answers import Friend, Results

_ADDED: Final = {0: "added", int(ErrorCode.ERR_SVR_FRIENDSHIP_ALLOW_TYPE_NEED_CONFIRM): "asked"}
_LINES: Final = "user,friend[,remark]"
_REMARK_TAG: Final = "Tag_SNS_IM_Remark"

Friendships = dict[str, dict[str, str]]
"""Remarks by friend, by user: ``{user: {friend: remark}}``."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui friend``."""
    parser = verbs.add_parser(
        "friend",
        help="add, delete or list someone's friends, as an admin",
        description="Administer the friendships of an app's users.",
    )
    actions = parser.add_subparsers(metavar="add | delete | list", required=True)

    add = actions.add_parser(
        "add", help="make users friends", description="Make USER and each FRIEND friends."
    )
    add.add_argument("user", nargs="?", type=user_id, metavar="USER", help="a user")
    add.add_argument(
        "friends", nargs="*", type=user_id, metavar="FRIEND", help="the new friends of USER"
    )
    add_file_option(add, _LINES)
    add.add_argument(
        "--ask", action="store_true", help="send a request if FRIEND's profile requires one"
    )
    add.add_argument("--remark", default="", metavar="R", help="USER's remark about FRIEND")
    add.add_argument("--group", default="", metavar="G", help="USER's friend group for FRIEND")
    add.set_defaults(act=_add)

    delete = actions.add_parser("delete", help="end friendships")
    delete.add_argument("user", type=user_id, metavar="USER", help="a user")
    delete.add_argument(
        "friends", nargs="+", type=user_id, metavar="FRIEND", help="the friends to delete"
    )
    delete.set_defaults(act=_delete)

    for action in (add, delete):
        action.add_argument("--one-way", action="store_true", help="change only USER's friend list")

    show = actions.add_parser("list", help="list someone's friends")
    show.add_argument("user", type=user_id, metavar="USER", help="a user")
    show.set_defaults(act=_list)

    for action in (add, delete, show):
        add_admin_options(action)
        add_json_option(action)
        action.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui friend``."""
    status: int = run_async(arguments.act(arguments))
    return status


async def _add(arguments: argparse.Namespace) -> int:
    from imtui.cli.admin.answers import Results

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
                tally.record(friend, results.result_for(friend), userID=user, friendUserID=friend)
    return tally.exit_status


async def _import(arguments: argparse.Namespace) -> int:
    if arguments.user is not None or arguments.ask or arguments.remark or arguments.group:
        raise UsageError("--from goes with neither USER nor --ask, --remark and --group.")
    friendships = _friendships(arguments.file)
    import_friends = _import_one_way if arguments.one_way else _import_both_ways
    client = admin_client(arguments)
    added_pairs: set[frozenset[str]] = set()
    with Tally(
        "friend",
        _ADDED,
        as_json=arguments.json,
        total=sum(map(len, friendships.values())),
        retry_hint="Run it again: nothing is doubled.",
    ) as tally:
        for user, remarks in friendships.items():
            for batch in batches(list(remarks)):
                results = await import_friends(
                    client, user, {friend: remarks[friend] for friend in batch}
                )
                for friend in batch:
                    # The reverse line of an added pair only sets the other remark.
                    pair = frozenset((user, friend))
                    is_new = arguments.one_way or pair not in added_pairs
                    result = results.result_for(friend)
                    if not result.code:
                        added_pairs.add(pair)
                    tally.record(
                        f"{user}'s friend {friend}",
                        result,
                        counts=is_new,
                        userID=user,
                        friendUserID=friend,
                    )
    return tally.exit_status


async def _import_one_way(client: AdminClient, user: str, remarks: dict[str, str]) -> "Results":
    """Add friends to the list of a user, or change the remarks on existing ones."""
    items = [_item(friend, "Import", remark) for friend, remark in remarks.items()]
    body = {"From_Account": user, "AddFriendItem": items}
    return await _call_or_refuse_all(client, "sns/friend_import", body, remarks)


async def _import_both_ways(client: AdminClient, user: str, remarks: dict[str, str]) -> "Results":
    """Make a user and others friends of each other; a pair is added whole or not at all."""
    items = [_item(friend, "Import", remark) for friend, remark in remarks.items()]
    body = {
        "From_Account": user,
        "AddFriendItem": items,
        "AddType": "Add_Type_Both",
        "ForceAddFlags": 1,
    }
    results = await _call_or_refuse_all(client, "sns/friend_add", body, remarks)
    # friend_add does not change existing friends, so their remarks are updated separately.
    named = {
        friend: remark
        for friend, remark in remarks.items()
        if remark and not results.result_for(friend).code
    }
    if not named:
        return results
    notes = [
        {"To_Account": friend, "SnsItem": [{"Tag": _REMARK_TAG, "Value": remark}]}
        for friend, remark in named.items()
    ]
    body = {"From_Account": user, "UpdateItem": notes}
    return (await _call_or_refuse_all(client, "sns/friend_update", body, named)).merged_with(
        results
    )


async def _call_or_refuse_all(
    client: AdminClient, command: str, body: dict[str, Any], friends: Iterable[str]
) -> "Results":
    """Call a command about friends of a user; an error about the user refuses all friends."""
    from imtui.cli.admin.answers import Results

    try:
        return await call(client, command, body, Results)
    except IMError as error:
        if not is_user_error(error):
            raise
        return Results.refuse_all(friends, error)


def _friendships(file: str) -> Friendships:
    """Return the friendships of a file; the last line of a pair counts."""
    from imtui.cli.admin.rows import read_rows

    friendships: Friendships = {}
    for user, friend, remark in read_rows(file, _friendship):
        friendships.setdefault(user, {})[friend] = remark
    return friendships


def _friendship(fields: list[str]) -> tuple[str, str, str]:
    from imtui.cli.admin.rows import malformed_row

    if not 2 <= len(fields) <= 3:
        raise malformed_row(f"expected {_LINES}.")
    user, friend, remark = [*fields, ""][:3]
    if user == friend:
        raise malformed_row(f"{friend} cannot be their own friend.")
    return check_user_id(user, "user"), check_user_id(friend, "friend"), _remark(remark)


def _remark(text: str) -> str:
    try:
        return check_friend_remark(text)
    except IMError as error:
        raise IMError(error.code, error.message.replace("friendRemark", "remark", 1)) from error


def _item(friend: str, source: str, remark: str = "", group: str = "") -> dict[str, str]:
    item = {"To_Account": friend, "AddSource": f"AddSource_Type_{source}"}
    if remark:
        item["Remark"] = remark
    if group:
        item["GroupName"] = group
    return item


async def _delete(arguments: argparse.Namespace) -> int:
    from imtui.cli.admin.answers import Results

    user = arguments.user
    kind = "Delete_Type_Single" if arguments.one_way else "Delete_Type_Both"
    client = admin_client(arguments)
    with Tally("friend", {0: "deleted"}, as_json=arguments.json) as tally:
        for batch in batches(list(dict.fromkeys(arguments.friends))):
            body = {"From_Account": user, "To_Account": batch, "DeleteType": kind}
            results = await call(client, "sns/friend_delete", body, Results)
            for friend in batch:
                tally.record(friend, results.result_for(friend), userID=user, friendUserID=friend)
    return tally.exit_status


async def _list(arguments: argparse.Namespace) -> int:
    client = admin_client(arguments)
    friends = await list_friends(client, arguments.user)
    nicks = await _nicks(client, friends)
    print_listed(
        friends,
        ("FRIEND", *(() if nicks is None else ("NICK",)), "REMARK", "GROUPS"),
        lambda friend: _row(friend, nicks),
        lambda friend: _json_line(friend, (nicks or {}).get(friend.user_id, "")),
        as_json=arguments.json,
    )
    return EXIT_OK


async def _nicks(client: AdminClient, friends: Sequence["Friend"]) -> dict[str, str] | None:
    """Return the nicks of friends, or None if the service offers none.

    Most services do not send them with the friend list.
    """
    from imtui.cli.admin.answers import NICK_TAG, Profiles

    nicks = {friend.user_id: friend.nick for friend in friends if friend.nick}
    is_told = bool(nicks)
    for batch in batches([friend.user_id for friend in friends if not friend.nick]):
        body = {"To_Account": batch, "TagList": [NICK_TAG]}
        try:
            answer = await call(client, "profile/portrait_get", body, Profiles)
        except IMError as error:
            if not (is_user_error(error) or error.code == ErrorCode.ERR_SVR_COMM_INVALID_RES):
                raise
            # The list is useful without nicks.
            continue
        is_told = True
        nicks |= {profile.user_id: profile.nick for profile in answer.profiles or ()}
    return nicks if is_told else None


def _row(friend: "Friend", nicks: dict[str, str] | None) -> tuple[str, ...]:
    nick = () if nicks is None else (nicks.get(friend.user_id, ""),)
    return friend.user_id, *nick, friend.remark, ", ".join(friend.groups)


def _json_line(friend: "Friend", nick: str) -> str:
    fields = {
        "userID": friend.user_id,
        "nickName": nick,
        "friendRemark": friend.remark,
        "friendGroups": friend.groups,
    }
    return json_line(fields)
