"""The app in a real terminal with a fresh home folder, as a new user meets it."""

import asyncio
import os
import signal
import time
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest

from tests.terminal.conftest import Open

pytestmark = [pytest.mark.terminal, pytest.mark.timeout(180)]

PALETTE = "\x10"
ENTER = "\r"


def backend_json(home: dict[str, str]) -> Path:
    return next(Path(home["HOME"]).rglob("backend.json"))


def log_texts(home: dict[str, str]) -> list[str]:
    return [log.read_text() for log in Path(home["HOME"]).rglob("*.log")]


def wait_until_gone(path: Path) -> None:
    """Poll until a file is gone; there is no event to wait for."""
    ends = time.monotonic() + 60
    while path.exists():
        assert time.monotonic() < ends, f"{path} is still there"
        time.sleep(0.05)


async def test_the_first_start_shows_live_friends_and_the_own_status(imtui: Open) -> None:
    async with imtui("--user", "alice") as app:
        await app.shows("alice", "◉ ONLINE", "connected", "bob", "carol", "Events")
        app.send("q")
        assert await app.ended() == 0


async def test_what_is_set_in_one_terminal_is_in_the_other_and_in_a_friends_list(
    imtui: Open,
) -> None:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(imtui("--user", "alice", "--device", "laptop"))
        await one.shows("connected", "bob")
        two = await stack.enter_async_context(imtui("--user", "alice", "--device", "desk"))
        await two.shows("connected", "bob")
        await one.shows("desk")
        friend = await stack.enter_async_context(imtui("--user", "dave"))
        await friend.shows("connected", "alice")
        one.send(PALETTE + "listening")
        await one.shows("Listening to music")
        one.send(ENTER)
        await two.shows("Listening to music", "from laptop")
        await friend.shows("Listening to music")
        # From the second use on, four keys are enough after the palette is open.
        two.send(PALETTE)
        await two.shows("Clear")
        two.send("cl" + ENTER)
        await friend.shows("alice")


async def test_everything_heals_when_the_backend_was_killed(
    imtui: Open, home: dict[str, str]
) -> None:
    async with imtui("--user", "alice") as app:
        await app.shows("connected", "bob")
        pid = msgspec.json.decode(backend_json(home).read_bytes())["pid"]
        os.kill(pid, signal.SIGKILL)
        await app.shows("connection lost")
        await app.shows("connected again")
        await app.shows_not("as of")
        assert msgspec.json.decode(backend_json(home).read_bytes())["pid"] != pid


async def test_a_closed_terminal_ends_the_app_and_then_the_backend(
    imtui: Open, home: dict[str, str]
) -> None:
    async with imtui("--user", "alice") as app:
        await app.shows("connected", "bob")
        address = backend_json(home)
        app.hang_up()
        await app.ended()
        await asyncio.to_thread(wait_until_gone, address)


async def test_a_terminal_that_is_closed_with_a_status_set_is_no_error(
    imtui: Open, home: dict[str, str]
) -> None:
    async with imtui("--user", "alice") as app:
        await app.shows("connected", "bob")
        app.send(PALETTE + "listening")
        await app.shows("Listening to music")
        app.send(ENTER)
        await app.shows("alice  ◉ ONLINE  Listening to music")
        app.hang_up()
        assert await app.ended() == 0
    logged = log_texts(home)
    assert any("exit status 0" in text for text in logged)
    assert not [text for text in logged if "Error" in text]


async def test_any_size_and_any_bytes_are_lived_through(imtui: Open) -> None:
    async with imtui("--user", "alice", size=(20, 5)) as app:
        for columns, rows in ((19, 4), (1, 1), (20, 5), (59, 10), (300, 100), (80, 24)):
            app.resize(columns, rows)
        await app.shows("alice", "Friends")
        app.send(b"\xff\xfe\x1b[M\xe0\xff\xff\x1b[<0;500;500M\x1b[200~paste\x1b[201~")
        app.send("?")
        await app.shows("Keys", "/status")
        app.send("\x1b")
        app.send("\x11")
        assert await app.ended() == 0, app.text
