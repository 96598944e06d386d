"""Typed commands do what they are named; their keys end it too."""

from collections.abc import Callable
from pathlib import Path

import pytest

from imtui.protocol.chat import ReceiveOpt
from tests.tui.harness import Running, running

BLOCKED_ALREADY = "bob is blocked already. Let them write to you again?"


async def typed(run: Running, line: str) -> None:
    await run.press("colon")
    await run.type(line, "enter")
    await run.settle()


HOLDS: dict[str, Callable[[Running], bool]] = {
    "mute": lambda run: run.app.model.chats.get("carol").muted,
    "pin": lambda run: run.app.model.chats.get("carol").pinned,
    "favourite": lambda run: "carol" in run.app.late.memory.state.favourites,
    "watch": lambda run: run.app.late.watch_service.get("carol") is not None,
    "watch-always": lambda run: run.app.late.watch_service.get("carol") is not None,
    "quiet-except": lambda run: "carol" in run.app.late.memory.state.let_through,
}


@pytest.mark.parametrize("command", HOLDS)
async def test_the_same_line_twice_means_the_same(tmp_path: Path, command: str) -> None:
    holds = HOLDS[command]
    async with running(tmp_path) as run:
        await typed(run, f"{command} carol")
        assert holds(run)
        before = len(run.fake.calls)
        await typed(run, f"{command} carol")
        assert holds(run)
        assert len(run.fake.calls) == before
        assert f"already: /{command} carol off ends it" in run.events()[-1]
        await typed(run, f"{command} carol off")
        assert not holds(run)
        await typed(run, f"{command} carol off")
        assert not holds(run)
        assert "carol is not" in run.events()[-1]
        await typed(run, f"{command} carol on")
        await typed(run, f"{command} carol on")
        assert holds(run)
        assert run.app.screen is run.app.main


async def test_a_line_without_a_user_is_about_the_one_under_the_cursor(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await typed(run, "mute")
        await typed(run, "mute")
        await typed(run, "mute off")
        muted = run.fake.called("set_c2c_receive_message_opt")
        assert muted == [(["bob"], ReceiveOpt.RECEIVE_NOT_NOTIFY), (["bob"], ReceiveOpt.RECEIVE)]


async def test_a_key_ends_what_it_began(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        for key, command in (("M", "mute"), ("p", "pin"), ("w", "watch"), ("f", "favourite")):
            await run.press("home")
            await run.type("/", "escape")
            run.app.main.friend_list.go_to("carol")
            await run.press(key)
            assert HOLDS[command](run)
            run.app.main.friend_list.go_to("carol")
            await run.press(key)
            assert not HOLDS[command](run)


@pytest.mark.parametrize("answer", ["enter", "escape", "n"])
async def test_block_twice_asks_and_only_y_is_yes(tmp_path: Path, answer: str) -> None:
    async with running(tmp_path) as run:
        await typed(run, "block bob")
        await typed(run, "block bob")
        assert BLOCKED_ALREADY in run.text()
        assert "y: yes   Enter, Esc: no" in run.text()
        await run.press(answer)
        assert run.app.screen is run.app.main
        assert run.fake.called("delete_from_black_list") == []
        await typed(run, "block bob")
        await run.press("y")
        assert run.fake.called("delete_from_black_list") == [(["bob"],)]
        assert len(run.fake.called("add_to_black_list")) == 1


async def test_block_on_and_off_do_not_ask(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        for line in ("block bob on", "block bob on", "block bob off", "block bob off"):
            await typed(run, line)
            assert run.app.screen is run.app.main
        assert run.fake.called("add_to_black_list") == [(["bob"],)]
        assert run.fake.called("delete_from_black_list") == [(["bob"],)]
        assert run.events()[-1] == "notice bob is not blocked"


async def test_the_key_asks_too_where_it_could_be_a_slip(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.app.main.friend_list.go_to("weather-bot")
        for _ in range(2):
            await run.press("B")
        assert "weather-bot is blocked already." in run.text()
        await run.press("enter")
        assert run.fake.called("delete_from_black_list") == []


async def test_a_group_that_is_folded_twice_stays_folded(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        for name in ("Band", "Day off"):
            await typed(run, f"group bob {name}")
            for line in (f"fold {name}", f"fold {name}", f"fold {name} on"):
                await typed(run, line)
                assert run.app.late.memory.state.folded == (name,)
            assert f"/fold {name} off opens it" in run.events()[-1]
            await typed(run, f"fold {name} off")
            assert run.app.late.memory.state.folded == ()


async def test_do_not_disturb_stays_on_when_it_is_typed_twice(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        for line in ("quiet", "quiet", "quiet on"):
            await typed(run, line)
            assert run.app.late.memory.state.quiet
        assert "on already: /quiet off ends it" in run.events()[-1]
        await typed(run, "quiet off")
        await typed(run, "quiet off")
        assert not run.app.late.memory.state.quiet
        await run.press("d", "d")
        assert not run.app.late.memory.state.quiet


async def test_what_can_be_no_user_is_told(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await typed(run, "block bob carol")
        assert run.fake.called("add_to_black_list") == []
        assert "There can be no user ID “bob carol”." in run.events()[-1]
