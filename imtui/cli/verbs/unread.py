"""``imtui unread``: print the conversations with unread messages."""

import argparse
import asyncio
from typing import TYPE_CHECKING, Final

from msgspec import structs

from imtui.cli.accounts.selection import add_account_options
from imtui.cli.errors import EXIT_OK
from imtui.cli.signals import run_async

if TYPE_CHECKING:
    from imtui.sdk import ConversationInfo, IMClient

_SEARCHED_MESSAGES: Final = 100
_SYNC_TIMEOUT: Final = 10.0


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui unread``."""
    parser = verbs.add_parser(
        "unread",
        help="print unread conversations",
        description="Print the conversations with unread messages, and how many there are. "
        "It does not make you ONLINE, and marks nothing as read.",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, one object per line")
    add_account_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui unread``."""
    from imtui.cli.output.message_lines import unread_line

    for conversation in run_async(_unread(arguments)):
        print(unread_line(conversation, as_json=arguments.json))
    return EXIT_OK


async def _unread(arguments: argparse.Namespace) -> "list[ConversationInfo]":
    from imtui.cli.accounts.credentials import find_credentials, passive_client
    from imtui.sdk import ErrorCode, IMError, IMSDKListener

    synced = asyncio.Event()

    class SyncListener(IMSDKListener):
        def on_sync_server_finish(self) -> None:
            synced.set()

    async with passive_client(await find_credentials(arguments), SyncListener()) as client:
        try:
            async with asyncio.timeout(_SYNC_TIMEOUT):
                await synced.wait()
        except TimeoutError:
            raise IMError(ErrorCode.ERR_SDK_NET_WAIT_ACK_TIMEOUT) from None
        at, finished = 0, False
        found: list[ConversationInfo] = []
        while not finished:
            page = await client.get_conversation_list(at)
            found += [one for one in page.conversations if one.unread_count]
            at, finished = page.next_seq, page.is_finished
        return [await _with_last_of_peer(client, one) for one in found]


async def _with_last_of_peer(
    client: "IMClient", conversation: "ConversationInfo"
) -> "ConversationInfo":
    """Return a conversation whose last message is the newest one of the peer."""
    last = conversation.last_message
    if last is None or last.sender == conversation.user_id:
        return conversation
    page = await client.get_c2c_history_message_list(conversation.user_id, _SEARCHED_MESSAGES)
    newest_of_peer = next((one for one in page if one.sender == conversation.user_id), last)
    return structs.replace(conversation, last_message=newest_of_peer)
