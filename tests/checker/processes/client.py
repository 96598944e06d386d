"""A device in its own process: ``python -m tests.checker.processes.client SETUP``.

It reads commands from standard input, writes answers and events to standard output, and exits at
the end of its input.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from imtui.protocol.chat import conversation_id
from imtui.sdk import Backoff, ErrorCode, IMClient, IMError, IMSDKListener, Message, is_transient
from tests.checker.processes.lines import LINE_MAX, Command, Line, Seen, Setup, View, encode

CALL_TIMEOUT: Final = 2.0
PAGE: Final = 100

_RETRY: Final = 0.05


class Device(IMSDKListener):
    """A client that carries out commands and reports its events."""

    def __init__(self, setup: Setup, client: IMClient, peers: list[str]) -> None:
        """Create the device from a client that is not logged in yet."""
        self._setup = setup
        self._client = client
        self._peers = peers
        self._ended = asyncio.Event()
        self._found: dict[int, list[Message]] = {}
        client.add_im_sdk_listener(self)

    # Events of the SDK

    def on_connect_success(self) -> None:
        """Report the event to the checker."""
        say(Line("online"))

    def on_recv_new_message(self, message: Message) -> None:
        """Report the event to the checker."""
        say(Line("told", seen=[Seen.of(message)]))

    def on_message_sent(self, message: Message) -> None:
        """Report the event to the checker."""
        say(Line("sent", seen=[Seen.of(message)]))

    def on_message_send_failed(self, message: Message, code: int, text: str) -> None:
        """Report the event to the checker."""
        say(Line("failed", code=code, message=text, seen=[Seen.of(message)]))

    def on_kicked_offline(self) -> None:
        """Log in again; an app would leave that to its user."""
        say(Line("ended", code=ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER))
        self._ended.set()

    def on_connect_failed(self, code: int, message: str) -> None:
        """Log in again; report only errors that a retry cannot fix."""
        if not is_transient(IMError(code)):
            say(Line("ended", code=code, message=message))
        self._ended.set()

    # Commands of the checker

    async def stay(self) -> None:
        """Log in, and log in again whenever the login has ended."""
        while True:
            self._ended.clear()
            try:
                await self._client.login(self._setup.user_id, self._setup.user_sig)
            except IMError:
                await asyncio.sleep(_RETRY)
            else:
                await self._ended.wait()

    async def carry_out(self, command: Command) -> None:
        """Carry out a command and report the outcome."""
        try:
            done = await self._do(command)
        except IMError as error:
            say(Line("answer", command.number, error.code, error.message))
        else:
            line = done if isinstance(done, Line) else Line("answer")
            say(msgspec.structs.replace(line, number=command.number))

    async def _do(self, command: Command) -> Line | None:
        do: Callable[[Command], Awaitable[Line | None]] = getattr(self, f"_{command.name}")
        while True:
            try:
                return await do(command)
            except IMError as error:
                may_help = is_transient(error) or error.code == ErrorCode.ERR_SDK_NOT_LOGGED_IN
                if not (command.insists and may_help):
                    raise
                await asyncio.sleep(_RETRY)

    async def _queue(self, command: Command) -> Line:
        message = self._client.queue_c2c_text_message(command.text, command.peer)
        return Line("answer", seen=[Seen.of(message)])

    async def _send(self, command: Command) -> Line:
        message = await self._client.send_c2c_text_message(
            command.text, command.peer, msg_id=command.msg_id
        )
        return Line("answer", seen=[Seen.of(message)])

    async def _recall(self, command: Command) -> None:
        message = Message(command.msg_id, self._setup.user_id, command.peer, seq=command.seq)
        await self._client.revoke_message(message)

    async def _delete(self, command: Command) -> None:
        # Look it up only once: after an attempt without an answer it may be gone.
        page = self._found.get(command.number)
        if page is None:
            above = Message("above", self._setup.user_id, command.peer, seq=command.seq + 1)
            page = await self._client.get_c2c_history_message_list(command.peer, 1, above)
            if not page or page[0].seq != command.seq:
                raise IMError(ErrorCode.ERR_SVR_MSG_REVOKE_NOT_FOUND)
            self._found[command.number] = page
        await self._client.delete_messages(page)

    async def _read(self, command: Command) -> None:
        await self._client.clean_conversation_unread_message_count(
            conversation_id(command.peer), clean_sequence=command.seq
        )

    async def _pin(self, command: Command) -> None:
        await self._client.pin_conversation(conversation_id(command.peer), command.is_pinned)

    async def _history(self, command: Command) -> Line:
        messages = await self._pages(command.peer, command.count, command.pages)
        return Line("answer", seen=[Seen.of(message) for message in messages])

    async def _settle(self, command: Command) -> None:
        """Wait until no message waits to be sent or fetched."""
        while True:
            # Pushes sent before this answer also arrive before it.
            await self._client.get_user_status([self._setup.user_id])
            account = self._client._messages.account
            if account.sync.is_current and not account.sync.state.behind() and not self._unsent():
                return

    async def _dump(self, command: Command) -> Line:
        # A page is what this device has, if the backend does not answer.
        before = None
        while True:
            line = await self._views()
            await self._client.get_user_status([self._setup.user_id])
            if line == before:
                return line
            before = line

    async def _views(self) -> Line:
        views = []
        for peer in self._peers:
            messages = await self._pages(peer, PAGE, sys.maxsize)
            info = self._client.get_conversation(conversation_id(peer))
            views.append(View.of(peer, messages, info))
        return Line(
            "answer", views=views, total_unread=self._client.get_total_unread_message_count()
        )

    def _unsent(self) -> bool:
        return any(self._client.outbox_messages(peer) for peer in self._peers)

    async def _pages(self, peer: str, count: int, pages: int) -> list[Message]:
        messages: list[Message] = []
        while pages:
            pages -= 1
            last = messages[-1] if messages else None
            page = await self._client.get_c2c_history_message_list(peer, count, last)
            messages += page
            if len(page) < count:
                break
        return messages


def say(line: Line) -> None:
    """Write a line in one piece, so that a kill never leaves half of it."""
    sys.stdout.buffer.write(encode(line))
    sys.stdout.buffer.flush()


async def main(setup: Setup, peers: list[str]) -> None:
    """Run the device until standard input ends."""
    client = IMClient(
        setup.url,
        setup.sdk_app_id,
        instance_id=setup.instance_id,
        timeout=CALL_TIMEOUT,
        backoff=Backoff(0.05, 0.4),
        storage_dir=Path(setup.storage_dir) if setup.storage_dir else None,
    )
    reader = asyncio.StreamReader(LINE_MAX)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    async with client, asyncio.TaskGroup() as tasks:
        device = Device(setup, client, peers)
        under_way: set[asyncio.Task[None]] = set()
        staying = tasks.create_task(device.stay())
        # After one turn of the loop the first login has begun, and messages can be queued.
        await asyncio.sleep(0)
        say(Line("began"))
        while line := await reader.readline():
            command = msgspec.json.decode(line, type=Command)
            task = tasks.create_task(device.carry_out(command))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        staying.cancel()
        for task in under_way:
            task.cancel()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    with suppress(KeyboardInterrupt):
        asyncio.run(main(msgspec.json.decode(sys.argv[1], type=Setup), sys.argv[2:]))
