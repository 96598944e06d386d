"""Well-behaved clients: what they do takes longer, or fails, if others are not well-behaved.

``python -m tests.attacks.bystander`` reads its aim from standard input. Ann sends heartbeats and
changes her status, her friend Ben sees it and gets her messages, and others log in and out.
"""

import asyncio
import itertools
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import Popen
from typing import Final

import msgspec
from msgspec import Struct, field

from imtui.protocol.limits import CALL_TIMEOUT
from imtui.protocol.messages import Method, Push
from imtui.protocol.status import UserStatusType
from tests.attacks.attackers.aim import Aim
from tests.attacks.attackers.wire import ClosedError, Connection
from tests.benchmarks.server.cores import LOAD
from tests.benchmarks.server.processes import asked, said_by, started

ANN: Final = "ann"
BEN: Final = "ben"
_HEARTBEAT_EVERY: Final = 0.01
_CHANGE_EVERY: Final = 0.1
_LOGIN_EVERY: Final = 0.1
_LOGIN_WITHIN: Final = CALL_TIMEOUT
_RECONNECT_AFTER: Final = 0.2
_COMPLETE_WITHIN: Final = 2 * CALL_TIMEOUT
_ALL: Final = b"all\n"
"""Asks for at least one of each."""
_NOW: Final = b"now\n"


class Measured(Struct):
    """What the well-behaved clients met with, in milliseconds."""

    heartbeats: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    """From a change of Ann's status until Ben knows."""
    messages: list[float] = field(default_factory=list)
    """From sending a message until Ben has it."""
    logins: list[float] = field(default_factory=list)
    """Connecting and logging in."""
    failed_logins: int = 0
    lost: int = 0
    """How often Ann or Ben lost the connection, or Ann was seen to be OFFLINE."""
    refused: list[int] = field(default_factory=list)
    """The codes with which well-behaved calls were refused."""

    @property
    def is_complete(self) -> bool:
        """Tell whether there is at least one of each."""
        tried = self.logins or self.failed_logins
        return bool(self.heartbeats and self.changes and self.messages and tried)


class Bystander:
    """The process of the well-behaved clients, as the one who measures sees it."""

    def __init__(self, process: "Popen[bytes]") -> None:
        """Wrap a process whose clients are connected."""
        self._process = process

    def ask(self, *, complete: bool = False) -> Measured:
        """Return what was measured since the last time.

        Args:
            complete: Wait for at least one of each, but not for ever.
        """
        return msgspec.json.decode(asked(self._process, _ALL if complete else _NOW), type=Measured)


@contextmanager
def bystander(aim: Aim, folder: Path) -> Iterator[Bystander]:
    """Run the well-behaved clients for as long as the context lasts."""
    command = (sys.executable, "-m", "tests.attacks.bystander")
    says = f"{msgspec.json.encode(aim).decode()}\n"
    with started(*command, log=folder / "bystander.log", cores=(LOAD,), says=says) as process:
        said_by(process)
        yield Bystander(process)


class _Clients:
    def __init__(self, aim: Aim) -> None:
        self._aim = aim
        self._numbers = itertools.count(1)
        self._prefix = f"{time.time_ns():x}"
        self.measured = Measured()
        self._more = asyncio.Event()

    async def complete(self) -> None:
        """Wait until there is at least one of each, but not for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_COMPLETE_WITHIN):
                while not self.measured.is_complete:
                    self._more.clear()
                    await self._more.wait()

    async def connect(self) -> None:
        """Make Ann and Ben friends."""
        ann, ben = await self._login(ANN), await self._login(BEN)
        await ann.call(Method.ADD_FRIEND, userID=BEN)
        ann.abort()
        ben.abort()

    async def run(self) -> None:
        """Do what is measured, over and over."""
        async with asyncio.TaskGroup() as group:
            for do in (self._beat, self._tell):
                group.create_task(self._go_on(do))
            group.create_task(self._visit())

    async def _go_on(self, do: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await do()
            except (ClosedError, OSError, TimeoutError):
                self.measured.lost += 1
                await asyncio.sleep(_RECONNECT_AFTER)

    async def _login(self, user_id: str) -> Connection:
        return await Connection.login(self._aim, user_id, address="", instanceID="telling")

    async def _beat(self) -> None:
        ann = await Connection.login(self._aim, ANN, address="", instanceID="beating")
        try:
            while True:
                began = time.perf_counter()
                self._check(await ann.call(Method.HEARTBEAT))
                self._took(self.measured.heartbeats, began)
                await asyncio.sleep(_HEARTBEAT_EVERY)
        finally:
            ann.abort()

    async def _tell(self) -> None:
        ben, ann = await self._login(BEN), await self._login(ANN)
        try:
            while True:
                tag = f"{self._prefix}-{next(self._numbers)}"
                began = time.perf_counter()
                self._check(await ann.call(Method.SET_SELF_STATUS, customStatus=tag))
                await self._sees(ben, tag)
                self._took(self.measured.changes, began)
                await asyncio.sleep(_CHANGE_EVERY)
                began = time.perf_counter()
                sent = await ann.call(Method.SEND_MESSAGE, userID=BEN, msgID=tag, text="hello")
                if self._check(sent):
                    await self._hears(ben, tag)
                    self._took(self.measured.messages, began)
                await asyncio.sleep(_CHANGE_EVERY)
                ann.pushes.clear()
        finally:
            ann.abort()
            ben.abort()

    async def _sees(self, ben: Connection, tag: str) -> None:
        while True:
            push = await ben.push(Push.USER_STATUS_CHANGED)
            for status in push["userStatusList"]:
                if status["userID"] == ANN and status["statusType"] == UserStatusType.OFFLINE:
                    self.measured.lost += 1
                if status.get("customStatus") == tag:
                    return

    @staticmethod
    async def _hears(ben: Connection, msg_id: str) -> None:
        while True:
            push = await ben.push(Push.RECV_NEW_MESSAGE)
            if any(message["msgID"] == msg_id for message in push["messageList"]):
                return

    async def _visit(self) -> None:
        for number in itertools.cycle(range(20)):
            began = time.perf_counter()
            try:
                async with asyncio.timeout(_LOGIN_WITHIN):
                    visitor = await self._get_in(f"visitor{number}")
                    self._took(self.measured.logins, began)
                    await visitor.call(Method.LOGOUT)
                    visitor.abort()
            except (ClosedError, OSError, TimeoutError):
                self.measured.failed_logins += 1
            await asyncio.sleep(_LOGIN_EVERY)

    async def _get_in(self, user_id: str) -> Connection:
        """Log in; try again if the connection is closed, as a client does."""
        while True:
            try:
                return await self._login(user_id)
            except (ClosedError, OSError):
                await asyncio.sleep(_RECONNECT_AFTER)

    def _check(self, answer: dict[str, object]) -> bool:
        error = answer.get("error")
        if isinstance(error, dict):
            self.measured.refused.append(error["code"])
        return error is None

    def _took(self, times: list[float], began: float) -> None:
        times.append((time.perf_counter() - began) * 1000)
        self._more.set()


async def main() -> None:
    """Measure until standard input is closed, and print the figures for each line read."""
    clients = _Clients(msgspec.json.decode(sys.stdin.buffer.readline(), type=Aim))
    await clients.connect()
    running = asyncio.create_task(clients.run())
    print("ready", flush=True)
    while asked := await asyncio.to_thread(sys.stdin.buffer.readline):
        if asked == _ALL:
            await clients.complete()
        if running.done():
            running.result()
        print(msgspec.json.encode(clients.measured).decode(), flush=True)
        clients.measured = Measured()


if __name__ == "__main__":
    asyncio.run(main())
