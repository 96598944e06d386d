"""Hostile remote text, in every place that shows remote text."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import ConsoleSettings, SubscriptionReason
from imtui.protocol.status import ChangedBy, Platform
from tests.tui.fake import HERE, ONLINE, FakeClient, device, status
from tests.tui.harness import Running, running

EVIL = "a\x1b]52;c;ZXZpbA==\x07\x1b[31mred\x9b1m[bold]\u202e[/] [@click=app.quit]x[/]\n\x00end"
"""Escape sequences, a bidirectional override, markup that breaks parsers, a line break, NUL."""
FORBIDDEN = {chr(code) for code in (*range(32), *range(0x7F, 0xA0), 0x202E)}


def hostile() -> FakeClient:
    """Return a client that receives hostile text about everybody."""
    evil = {name: status(name, ONLINE, EVIL) for name in ("eve", f"m{EVIL}")}
    fake = FakeClient(
        friends=dict(evil),
        others={"mallory": status("mallory", ONLINE, EVIL)},
        subscriptions=["mallory", f"s{EVIL}"],
        devices=[device(HERE, EVIL), device("phone", EVIL, Platform.ANDROID)],
        own=status("alice", ONLINE, EVIL),
    )
    return fake


async def push_events(run: Running) -> None:
    """Push hostile events of every kind to the main screen."""
    by = ChangedBy("phone", EVIL, Platform.ANDROID)
    run.fake.push_own(EVIL, by)
    run.fake.push(status("eve", ONLINE, EVIL + "2"))
    run.fake.listener.on_self_devices_changed(run.fake.devices[:1])
    run.fake.listener.on_subscriptions_changed([EVIL], [], SubscriptionReason.SUBSCRIBED)
    run.fake.listener.on_console_changed(ConsoleSettings(EVIL, EVIL, EVIL))
    run.fake.listener.on_friend_list_deleted([f"m{EVIL}"])


def pressing(*keys: str) -> Callable[[Running], Awaitable[None]]:
    async def press(run: Running) -> None:
        await run.press(*keys)

    return press


async def refuse_query(run: Running) -> None:
    """Have the backend refuse a query with a hostile message."""
    run.fake.fail("get_user_status", IMError(ErrorCode.ERR_INVALID_PARAMETERS, EVIL))
    await run.press("I", "enter")


async def refuse_details(run: Running) -> None:
    """Have the backend refuse the details with a hostile message."""
    run.fake.fail("get_user_status", IMError(ErrorCode.ERR_INVALID_PARAMETERS, EVIL))
    await run.press("i")


async def alert(run: Running) -> None:
    """Watch a hostile friend, and show a hostile toast."""
    await run.press("w")
    run.app.toast("eve", f"{EVIL} is ONLINE")
    await run.settle()


async def fail_connection(run: Running) -> None:
    """End the connection with a hostile message."""
    run.fake.listener.on_connect_failed(6017, EVIL)


PLACES = {
    "main": push_events,
    "details": pressing("i"),
    "refused details": refuse_details,
    "subscriptions": pressing("S"),
    "watches": pressing("w", "W"),
    "devices": pressing("D"),
    "status box": pressing("s"),
    "palette": pressing("ctrl+p"),
    "prompt": pressing("I"),
    "found": pressing("slash", "r", "e", "d"),
    "completion": pressing("colon", *"watch", "space", "tab"),
    "copy": pressing("Y"),
    "error": refuse_query,
    "toast": alert,
    "stopped": fail_connection,
}


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)], ids=str)
@pytest.mark.parametrize("place", PLACES)
async def test_hostile_text_is_shown_neither_raw_nor_as_markup(
    tmp_path: Path, place: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []

    async def no_tool(text: str) -> bool:
        copied.append(text)
        return False

    monkeypatch.setattr("imtui.tui.kit.desktop.copy_native", no_tool)
    async with running(tmp_path, hostile(), size=size) as run:
        await PLACES[place](run)
        await run.settle()
        await run.settle()
        shown = "".join(run.lines())
        assert not FORBIDDEN & set(shown + "".join(copied))
        assert run.app.is_running


async def test_hostile_text_is_shown_literally(tmp_path: Path) -> None:
    async with running(tmp_path, hostile(), size=(200, 40)) as run:
        await asyncio.sleep(0)
        assert "]52;c;" in run.text()
        assert "[bold]" in run.text()
        assert "[@click=app.quit]" in run.text()
