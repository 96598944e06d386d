"""Keys that arrive in one burst, as over a slow connection, reach their intended target."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.events import Key, Paste
from textual.keys import _character_to_key

from imtui.tui.kit.type_ahead import TypeAhead, Typed
from tests.tui.harness import Running, running

NAMED = {"⏎": "enter", "⎋": "escape", "⇥": "tab", "⌘": "ctrl+p", "⌫": "backspace", "↓": "down"}
"""How keys that have no letter are written here."""


async def burst(run: Running, keys: str) -> None:
    """Press keys in one burst, before the first of them is handled."""
    for char in keys:
        name = NAMED.get(char)
        run.app.post_message(Key(name or _character_to_key(char), None if name else char))
    for _ in range(3):
        await run.settle()


def texts(run: Running) -> list[object]:
    return [args[0] for args in run.fake.called("set_self_status")]


async def test_a_text_typed_after_the_status_key_goes_into_the_status_box(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await burst(run, "sHello there⏎")
        assert texts(run) == ["Hello there"]
        assert run.app.screen is run.app.main


async def test_keys_typed_after_enter_are_not_part_of_the_text(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as run:
        await burst(run, "sHello⏎?")
        assert texts(run) == ["Hello"]


async def test_a_slash_line_in_one_burst_runs_no_keys_as_commands(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await burst(run, ":status Quick clown⏎")
        assert texts(run) == ["Quick clown"]
        await burst(run, ":add-friend⏎bob2⏎")
        assert run.fake.called("add_friend") == [("bob2",)]


async def test_a_filter_in_one_burst_filters(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        for _ in range(2):
            await burst(run, "/car")
            assert run.app.main.found_in("friends") == "car"
            assert run.app.main.friend_list.row_count == 1
            await burst(run, "⎋⎋")
            assert run.app.main.found_in("friends") == ""


async def test_text_typed_after_the_palette_key_goes_into_the_palette(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await burst(run, "⌘l⏎")
        assert texts(run) == ["Listening to music"]
        await burst(run, "⌘/query bob⏎")
        assert run.fake.called("get_user_status")[-1] == (["bob"],)


async def test_keys_typed_after_a_palette_choice_go_to_its_command(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await burst(run, "⌘set status⏎Hello⏎")
        assert texts(run) == ["Hello"]


@pytest.mark.parametrize("opens", ["s", "+", "i", "S", "D", "W", "?", "⌘", "⌘help", "t", ":", "/"])
async def test_enter_and_escape_twice_end_nothing_else(tmp_path: Path, opens: str) -> None:
    async with running(tmp_path) as run:
        for keys in ("⏎⏎", "⎋⎋", "⏎⎋", "⎋⏎"):
            await burst(run, opens + keys)
            assert not run.app.failure
            while run.app.screen is not run.app.main:
                await run.press("escape")
            await run.press("escape", "escape")


@pytest.mark.parametrize("keys", ["qt", "q:help⏎", ":quit⏎t", "⌘quit⏎?", "qq", "qs⏎⏎"])
async def test_keys_after_quit_are_ignored(tmp_path: Path, keys: str) -> None:
    async with running(tmp_path) as run:
        await burst(run, keys)
        assert not run.app.failure
        assert run.app.return_code == 0
        assert run.fake.called("set_self_status") == []


async def test_a_paste_after_the_key_that_opens_an_input_goes_into_it(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.app.simulate_key("s")
        run.app.post_message(Paste("Out for lunch"))
        run.app.simulate_key("enter")
        await run.settle()
        await run.settle()
        assert texts(run) == ["Out for lunch"]


async def test_keys_of_a_list_do_not_wait(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await burst(run, "jjk")
        assert run.app.main.friend_list.cursor == 1


@given(st.text("sS?D/:⌘⏎⎋⇥⌫↓jkewia+q x", max_size=30))
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_no_burst_of_keys_ends_the_app_with_a_fault(tmp_path: Path, keys: str) -> None:
    async with running(tmp_path) as run:
        await burst(run, keys)
        assert not run.app.failure


async def test_a_conversation_opened_and_written_in_one_burst(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await burst(run, "⏎quick hello⏎and more⏎")
        sent = [args[:2] for args in run.fake.called("queue_c2c_text_message")]
        assert sent == [("quick hello", "bob"), ("and more", "bob")]
        await burst(run, "⎋↓⏎to carol⏎")
        assert run.fake.called("queue_c2c_text_message")[-1][:2] == ("to carol", "carol")
        assert texts(run) == []


class StalledNode:
    """A screen whose queue a test runs by hand."""

    parent = None

    def __init__(self) -> None:
        self.queue: list[Callable[[], Awaitable[None]]] = []

    def call_later(self, callback: Callable[..., Awaitable[None]], *args: object) -> bool:
        self.queue.append(partial(callback, *args))
        return True

    async def run(self) -> None:
        queue, self.queue = self.queue, []
        for call in queue:
            await call()


class StalledKeyboard:
    """An app whose timers a test fires by hand."""

    focused = None
    accepts_keys = False
    """The key before never gets to its end by itself."""

    def __init__(self) -> None:
        self.screen: Any = StalledNode()
        self.timers: list[Callable[[], Awaitable[None]]] = []

    def set_timer(self, delay: float, callback: Callable[[], Awaitable[None]]) -> Any:
        self.timers.append(callback)
        return Mock()

    async def fire(self) -> None:
        await self.timers.pop()()


async def test_a_key_waits_on_a_stalled_machine_as_long_as_the_key_before_it_bubbles() -> None:
    app = StalledKeyboard()
    forwarded: list[str] = []

    async def forward(typed: Typed) -> None:
        assert isinstance(typed, Key)
        forwarded.append(typed.key)

    type_ahead = TypeAhead(app, forward, lambda key: False)
    await type_ahead.handle(Key("enter", None))
    await type_ahead.handle(Key("q", "q"))
    for _ in range(3):
        await app.fire()
        await app.screen.run()
        assert forwarded == ["enter"]
    # From now on nothing bubbles any more: the screen took its queue with it.
    for _ in range(3):
        await app.fire()
    assert forwarded == ["enter", "q"]
