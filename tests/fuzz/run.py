"""Run two apps on one backend, feed them at random, and look at what they publish."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from random import Random
from typing import Any, Final

from imtui.protocol.usersig import sign
from imtui.sdk import IMClient
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.tui.kit.driver.grammar import TOTAL
from tests.fuzz.moves import END, LOUD, QUIET, START
from tests.terminal.pty_terminal import Terminal, terminal

USERS: Final = ("alice", "bob")
_SETTLED: Final = 0.7
"""After so many seconds, what was typed has been sent."""
_PASTE_GIVEN_UP: Final = 2.5
_SHOWN: Final = 300
_ENDS_WITHIN: Final = 20.0

Kind = Callable[[Random], bytes]


class Wrong(Exception):
    """An app did what it must not."""


class Player:
    """An account: its app in a terminal, and a witness that sees what the account publishes."""

    def __init__(self, user_id: str, other: str, witness: IMClient, random: Random) -> None:
        """Create the player; ``open`` starts the app."""
        self.user_id = user_id
        self._other = other
        self._witness = witness
        self._random = random
        self._stack = AsyncExitStack()
        self._app: Terminal | None = None
        self._whole_until = 0.0
        self.sent: list[bytes] = []
        """What the terminal sent since the app was started."""

    @property
    def app(self) -> Terminal:
        """Return the terminal with the app."""
        assert self._app is not None
        return self._app

    async def open(self, backend: Backend, home: Path) -> None:
        """Start the app."""
        self.sent.clear()
        sig = home / f"{self.user_id}.sig"
        sig.write_text(user_sig(backend, self.user_id))
        server = ("--server", backend.address.ws, "--app-id", str(backend.address.sdk_app_id))
        account = ("--user", self.user_id, "--usersig-file", str(sig))
        command = [sys.executable, "-m", "imtui", *server, *account]
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        env = {**kept, "HOME": str(home / self.user_id), "TMPDIR": str(home)}
        (home / self.user_id).mkdir(exist_ok=True)
        self._app = await self._stack.enter_async_context(terminal(command, env))
        await self.app.shows("connected")

    async def close(self) -> None:
        """Take the terminal away."""
        await self._stack.aclose()
        self._stack = AsyncExitStack()

    @property
    def is_open(self) -> bool:
        """Tell whether the app runs."""
        return self.app.process.returncode is None

    async def move(self, kinds: tuple[Kind, ...]) -> None:
        """Do one thing to the terminal or the app."""
        random = self._random
        chance = random.random()
        if chance < 0.08:
            self.app.resize(random.choice((1, 10, 20, 60, 80, 120, 200)), random.randint(1, 60))
        elif chance < 0.12:
            self._signal(signal.SIGSTOP)
            await asyncio.sleep(0.05)
            self._signal(signal.SIGCONT)
        elif chance < 0.15:
            self._signal(random.choice((signal.SIGWINCH, signal.SIGCONT)))
        else:
            await self._send(random.choice(kinds)(random))

    def _signal(self, number: signal.Signals) -> None:
        # Not through the process object, which would take the exit status away.
        with suppress(ProcessLookupError):
            os.kill(self.app.process.pid, number)

    async def _send(self, data: bytes) -> None:
        """Send bytes, in one piece or in several.

        After a paste without an end, each write is one burst, so that nothing of it looks typed.
        """
        self.sent.append(data)
        if data.startswith(START) and not data.endswith(END):
            self._whole_until = time.monotonic() + TOTAL
        whole = time.monotonic() < self._whole_until
        while data:
            size = len(data) if whole else self._random.choice((1, 3, 100, 4096, 4096))
            self.app.send(data[:size])
            data = data[size:]
            # Without a pause, so that a key stays one.
            await asyncio.sleep(0)

    async def published(self) -> tuple[Any, ...]:
        """Return what others can know of the account: its text, and what it has sent."""
        (own,) = await self._witness.get_user_status([self.user_id])
        page = await self._witness.get_c2c_history_message_list(self._other, 100, None)
        mine = tuple(one.msg_id for one in page if one.sender == self.user_id)
        return own.custom_status, mine

    def wrong(self, what: str) -> Wrong:
        """Return the report of a fault."""
        status = self.app.process.returncode
        sent = [data if len(data) < _SHOWN else data[:_SHOWN] + b"..." for data in self.sent[-30:]]
        last = bytes(self.app.output[-_SHOWN:])
        return Wrong(f"{self.user_id} {what} (exit status {status}); sent: {sent}; last: {last!r}")


def user_sig(backend: Backend, user_id: str) -> str:
    """Return a UserSig for a user."""
    key = backend.app_key
    return sign(user_id, key.sdk_app_id, key.secret_key)


async def fuzz(folder: Path, seed: int, seconds: float, say: Callable[[str], None]) -> None:
    """Feed two apps for some time.

    Args:
        folder: For the homes of the accounts and the backend's data.
        seed: Decides what is done.
        seconds: How long to go on.
        say: Called with a line after each round.

    Raises:
        Wrong: An app died, did not end, or published what nobody confirmed.
    """
    random = Random(seed)
    config = BackendConfig(folder / "data", befriend=lambda *_: True)
    async with AsyncExitStack() as stack:
        backend = await stack.enter_async_context(Backend(config))
        players = [
            Player(user, other, await _witness(stack, backend, user), random)
            for user, other in (USERS, USERS[::-1])
        ]
        for player in players:
            stack.push_async_callback(player.close)
            await player.open(backend, folder)
        end, rounds = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            rounds += 1
            for player in players:
                await _play_round(player, backend, folder, random)
            say(f"{rounds} rounds")
        for player, number in zip(players, (signal.SIGTERM, signal.SIGHUP), strict=True):
            await _end(player, number)


async def _witness(stack: AsyncExitStack, backend: Backend, user_id: str) -> IMClient:
    client = IMClient(backend.address.ws, backend.address.sdk_app_id)
    await stack.enter_async_context(client)
    await client.login(user_id, user_sig(backend, user_id), passive=True)
    return client


async def _play_round(player: Player, backend: Backend, folder: Path, random: Random) -> None:
    """Type something, then do what confirms nothing and see that nothing is published."""
    for _ in range(random.randint(1, 6)):
        if player.is_open:
            await player.move(LOUD)
            await asyncio.sleep(random.choice((0, 0, 0.02, 0.2)))
    await asyncio.sleep(_PASTE_GIVEN_UP)
    if not player.is_open:
        # Some command may have left, which is no fault if it did so properly.
        if await player.app.ended() != 0:
            raise player.wrong("died")
        await player.close()
        await player.open(backend, folder)
        return
    before = await player.published()
    for _ in range(random.randint(4, 12)):
        await player.move(QUIET)
        await asyncio.sleep(random.choice((0, 0, 0.02, 0.2, 0.4)))
        if not player.is_open:
            raise player.wrong("ended by itself")
    await asyncio.sleep(_SETTLED)
    if not player.is_open:
        raise player.wrong("ended by itself")
    after = await player.published()
    if after != before:
        raise player.wrong(f"published {after} after {before}")


async def _end(player: Player, number: signal.Signals) -> None:
    player.app.process.send_signal(number)
    try:
        async with asyncio.timeout(_ENDS_WITHIN):
            status = await player.app.ended()
    except TimeoutError:
        raise player.wrong("does not end") from None
    if status != 0 or player.app.settings != player.app.settings_before:
        raise player.wrong("did not end properly")
