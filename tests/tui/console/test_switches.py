"""The switches: the console shows the positions in the backend's answers."""

import asyncio
from enum import EnumType
from typing import Any

import pytest
from msgspec import structs

from imtui.protocol.errors import IMError
from imtui.server.core.console import Console
from imtui.tui.console.switches import SWITCHES, switch_named
from tests.tui.console.fake import SETTINGS, Body, FakeBackend, small_backend
from tests.tui.console.harness import running


def test_every_setting_with_a_few_positions_has_a_switch() -> None:
    kinds = {field.name: field.type for field in structs.fields(Console)}
    choices: dict[str, set[Any]] = {
        name: set(kind) for name, kind in kinds.items() if isinstance(kind, EnumType)
    }
    assert {switch.key: set(switch.effects) for switch in SWITCHES} == choices


async def test_what_has_no_switch_is_left_to_the_shell() -> None:
    async with running() as run:
        assert "(set)" not in run.text()
        assert "State.StateChange" not in run.text()


def test_a_switch_cycles_through_its_positions() -> None:
    switch = switch_named("user_status")
    assert [switch.next_position(value) for value in ("on", "off", "other")] == ["off", "on", "on"]


def test_only_stricter_positions_need_confirmation() -> None:
    confirmed = {
        (switch.key, before, after)
        for switch in SWITCHES
        for before in switch.effects
        for after in switch.effects
        if switch.question(before, after)
    }
    assert confirmed == {
        ("edition", "ultimate", "standard"),
        ("user_status", "on", "off"),
        ("friend_status", "on", "off"),
        ("login_policy", "multi", "platform"),
        ("login_policy", "multi", "single"),
        ("login_policy", "platform", "single"),
        ("before_callback_failure", "pass", "deny"),
    }
    assert switch_named("edition").question("galactic", "standard")


@pytest.mark.parametrize(
    ("key", "setting", "value", "question", "effect"),
    [
        ("1", "edition", "standard", "Queries and subscriptions answer 7013.", "answer 7013"),
        ("2", "user_status", "off", "subscriptions answer 72001.", "answer 72001"),
        ("3", "friend_status", "off", "Only subscribers are told", "unless they subscribe"),
        ("5", "auto_register", "off", "", "answers 70107"),
        ("6", "block_hides_status", "off", "", "as ever"),
        ("7", "before_callback_failure", "deny", "Requests answer 80003 then.", "answer 80003"),
    ],
)
@pytest.mark.parametrize("device", ["key", "mouse"])
async def test_a_switch_is_set(
    key: str, setting: str, value: str, question: str, effect: str, device: str
) -> None:
    async with running() as run:
        title, before = switch_named(setting).title, SETTINGS[setting]
        await (run.press(key) if device == "key" else run.click(title))
        if question:
            assert question in run.text()
            assert run.fake.bodies("imtui_console/set") == []
            await run.press("y")
        assert run.fake.bodies("imtui_console/set") == [{"Settings": {setting: value}}]
        assert f"{title} {value}" in run.line(title)
        assert effect in run.line(title)
        await run.press(key)
        assert run.fake.bodies("imtui_console/set")[1:] == [{"Settings": {setting: before}}]


async def test_a_denied_question_changes_nothing() -> None:
    async with running(size=(80, 24)) as run:
        await run.press("2", "n")
        await run.press("4", "2")
        assert "One device on each platform? Others are kicked at once." in run.text()
        await run.press("escape")
        assert run.fake.bodies("imtui_console/set") == []


@pytest.mark.parametrize(
    ("keys", "sent"),
    [
        (["3", "y"], "single"),
        (["down", "enter", "y"], "single"),
        (["2"], None),
        (["1"], "multi"),
        (["up", "enter"], "multi"),
        (["9"], None),
        (["escape"], None),
    ],
)
async def test_a_login_policy_is_chosen(keys: list[str], sent: str | None) -> None:
    fake = small_backend()
    fake.settings["login_policy"] = "platform"
    async with running(fake) as run:
        await run.click("Login policy")
        assert "2 platform  one device on each platform, the newest (now)" in run.text()
        await run.press(*keys)
        expected = [] if sent is None else [{"Settings": {"login_policy": sent}}]
        assert fake.bodies("imtui_console/set") == expected


async def test_the_standard_edition_overrides_the_user_status_switch() -> None:
    async with running() as run:
        await run.press("1", "y")
        assert run.line("user status query").endswith(
            "on nothing: the edition comes first, with 7013"
        )


async def test_a_narrow_terminal_shows_short_titles() -> None:
    async with running(size=(80, 24)) as run:
        assert run.line("2 User status") == (
            "2 User status on queries are answered, subscribers are told"
        )


class _SlowBackend(FakeBackend):
    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def call(self, command: str, body: Body) -> Body:
        answer = await super().call(command, body)
        if command == "imtui_console/set":
            await self.may_answer.wait()
        return answer


async def test_a_pending_switch_is_marked_until_the_backend_answers() -> None:
    fake = _SlowBackend()
    async with running(fake) as run:
        await run.press("2", "y")
        assert "change notification on …" in run.line("user status query")
        # Two more requests before the answer: only the last one counts.
        await run.press("2", "2", "y")
        fake.may_answer.set()
        await run.settle(0)
        assert "change notification off" in run.line("user status query")
        sent = [body["Settings"] for body in fake.bodies("imtui_console/set")]
        assert sent == [{"user_status": "off"}]


async def test_a_refused_switch_keeps_its_position_and_says_why() -> None:
    fake = small_backend()
    fake.refused["imtui_console/set"] = IMError(60010)
    async with running(fake) as run:
        await run.press("2", "y")
        assert "60010 · This admin may not. Check --admin, or ask a full one." in run.text()
        assert "change notification on" in run.line("user status query")
        del fake.refused["imtui_console/set"]
        await run.press("2", "y")
        assert "60010" not in run.text()


async def test_a_change_by_another_admin_is_shown() -> None:
    async with running() as run:
        run.fake.settings["user_status"] = "off"
        await run.settle()
        assert "change notification off" in run.line("user status query")


async def test_an_unknown_position_is_shown_unchanged() -> None:
    fake = small_backend()
    fake.settings["edition"] = "galactic"
    async with running(fake) as run:
        assert run.line("1 Edition") == "1 Edition galactic"


@pytest.mark.parametrize("answer", [{}, {"Settings": "no"}, {"Settings": {"edition": None}}])
async def test_a_malformed_answer_is_an_error(answer: dict[str, Any]) -> None:
    fake = small_backend()
    fake._commands["imtui_console/get"] = lambda _: answer
    async with running(fake) as run:
        assert "6001 · The answer cannot be read." in run.text()
        assert "trying again" in run.text()
