"""``imtui send``: send a message and wait until the backend has stored it."""

import argparse
import sys
from typing import TYPE_CHECKING, Final

from imtui.cli.accounts.selection import add_account_options
from imtui.cli.arguments import user_id, written
from imtui.cli.errors import EXIT_OK, CommandError
from imtui.cli.signals import run_async
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import MESSAGE_MAX_BYTES

if TYPE_CHECKING:
    from imtui.cli.accounts.credentials import Credentials
    from imtui.sdk import Message

_TRIES: Final = 3


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui send``."""
    parser = verbs.add_parser(
        "send",
        help="send a message",
        description="Send a message, and wait until the backend has stored it on disk. "
        "It does not make you ONLINE.",
    )
    parser.add_argument("peer", type=user_id, metavar="USER", help="the recipient")
    parser.add_argument(
        "text",
        type=written,
        nargs="?",
        default="-",
        metavar="TEXT",
        help="at most 12 KB; - reads standard input",
    )
    parser.add_argument("--json", action="store_true", help="print the message as JSON")
    add_account_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui send``."""
    text = _standard_input() if arguments.text == "-" else arguments.text
    if not text.strip():
        raise CommandError("There is nothing to send: name a TEXT, or write it to standard input.")
    message = run_async(_send(arguments, text))
    if arguments.json:
        from imtui.cli.json_line import json_line

        print(json_line(message))
    return EXIT_OK


async def _send(arguments: argparse.Namespace, text: str) -> "Message":
    from imtui.cli.accounts.credentials import find_credentials

    return await send_text(await find_credentials(arguments), arguments.peer, text)


async def send_text(credentials: "Credentials", user: str, text: str) -> "Message":
    """Send a text message, retrying if the answer is lost, and return it as stored.

    Raises:
        IMError: 6017, 6032, 8001 or 20003 if it is refused; a connection error.
    """
    from imtui.cli.accounts.credentials import passive_client
    from imtui.sdk import new_msg_id

    # The same ID for each try, so that the backend stores the message once.
    msg_id = new_msg_id(user)
    for left in reversed(range(_TRIES)):
        try:
            async with passive_client(credentials) as client:
                return await client.send_c2c_text_message(text, user, msg_id=msg_id)
        except IMError as error:
            if error.code != ErrorCode.ERR_SDK_NET_WAIT_ACK_TIMEOUT or not left:
                raise
    raise AssertionError("unreachable")


def _standard_input() -> str:
    # A final line break does not count; one byte more shows that there is too much.
    data = sys.stdin.buffer.read(MESSAGE_MAX_BYTES + 3)
    data = data.removesuffix(b"\n").removesuffix(b"\r")
    if len(data) > MESSAGE_MAX_BYTES:
        raise IMError(
            ErrorCode.ERR_SDK_MSG_BODY_SIZE_LIMIT,
            f"A message has at most {MESSAGE_MAX_BYTES} bytes; standard input has more.",
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise CommandError("Standard input is not UTF-8: nothing was sent.") from error
