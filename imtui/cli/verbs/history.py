"""``imtui history``: print the messages of a conversation, the newest last."""

import argparse
from typing import TYPE_CHECKING, Final

from imtui.cli.accounts.selection import add_account_options
from imtui.cli.arguments import positive, user_id
from imtui.cli.errors import EXIT_OK, CommandError, missing_account_notices
from imtui.cli.signals import run_async

if TYPE_CHECKING:
    from imtui.sdk import IMClient, Message

_PAGE: Final = 100


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui history``."""
    parser = verbs.add_parser(
        "history",
        help="print a conversation",
        description="Print the newest messages of a conversation, oldest first. "
        "It does not make you ONLINE, and marks nothing as read.",
    )
    parser.add_argument("peer", type=user_id, metavar="USER", help="the other user")
    parser.add_argument(
        "--count", type=positive, default=20, metavar="N", help="how many messages (20)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, one message per line")
    add_account_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui history``."""
    from imtui.cli.output.message_lines import message_lines

    for message in run_async(_messages(arguments)):
        for line in message_lines(message, as_json=arguments.json):
            print(line)
    return EXIT_OK


async def _messages(arguments: argparse.Namespace) -> "list[Message]":
    from imtui.cli.accounts.credentials import find_credentials, passive_client

    async with passive_client(await find_credentials(arguments)) as client:
        messages = await newest_messages(client, arguments.peer, arguments.count)
        if not messages:
            await _check_account(client, arguments.peer)
        return messages


async def _check_account(client: "IMClient", user: str) -> None:
    from imtui.sdk import ErrorCode, IMError

    try:
        await client.get_users_info([user])
    except IMError as error:
        if error.code != ErrorCode.ERR_SVR_PROFILE_ACCOUNT_NOT_FOUND:
            raise
        [sentence] = missing_account_notices([user], [])
        raise CommandError(sentence) from None


async def newest_messages(client: "IMClient", user: str, count: int) -> "list[Message]":
    """Return the newest messages of a conversation, in order of time.

    Raises:
        IMError: A page cannot be loaded.
    """
    found: list[Message] = []
    while len(found) < count:
        last = found[-1] if found else None
        page = await client.get_c2c_history_message_list(user, min(_PAGE, count - len(found)), last)
        if not page:
            break
        found += page
    return found[::-1]
