"""``imtui unread``: prints in which conversations there is something to read."""

import argparse
import asyncio
from typing import TYPE_CHECKING, Final

from msgspec import structs

from imtui.cli.accounts.selection import add_account_options
from imtui.cli.errors import EXIT_OK

if TYPE_CHECKING:
    from imtui.sdk import ConversationInfo, IMClient

_LOOKED_THROUGH: Final = 100
_SYNC_MAX: Final = 10.0


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "unread",
        help="print unread conversations",
        description="Print in which conversations there are unread messages, and how many. "
        "It makes nobody online, and marks nothing as read.",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, one object a line")
    add_account_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the verb."""
    from imtui.cli.output.message_lines import unread_line

    for conversation in asyncio.run(_unread(arguments)):
        print(unread_line(conversation, as_json=arguments.json))
    return EXIT_OK


async def _unread(arguments: argparse.Namespace) -> "list[ConversationInfo]":
    from imtui.cli.accounts.credentials import find_credentials, passive_client
    from imtui.sdk import ErrorCode, IMError, IMSDKListener

    synced = asyncio.Event()

    class Waiting(IMSDKListener):
        def on_sync_server_finish(self) -> None:
            synced.set()

    async with passive_client(await find_credentials(arguments), Waiting()) as client:
        try:
            async with asyncio.timeout(_SYNC_MAX):
                await synced.wait()
        except TimeoutError:
            raise IMError(ErrorCode.ERR_SDK_NET_WAIT_ACK_TIMEOUT) from None
        at, finished = 0, False
        found: list[ConversationInfo] = []
        while not finished:
            page = await client.get_conversation_list(at)
            found += [one for one in page.conversations if one.unread_count]
            at, finished = page.next_seq, page.is_finished
        return [await _with_their_last(client, one) for one in found]


async def _with_their_last(
    client: "IMClient", conversation: "ConversationInfo"
) -> "ConversationInfo":
    """Return a conversation with the other one's newest message as the last one."""
    last = conversation.last_message
    if last is None or last.sender == conversation.user_id:
        return conversation
    page = await client.get_c2c_history_message_list(conversation.user_id, _LOOKED_THROUGH)
    theirs = next((one for one in page if one.sender == conversation.user_id), last)
    return structs.replace(conversation, last_message=theirs)
