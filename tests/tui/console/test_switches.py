"""The switches: what is shown is what the backend answers."""

import asyncio
from typing import Any

import pytest

from imtui.protocol.errors import IMError
from imtui.tui.console.switches import SWITCHES, switch_named
from tests.tui.console.fake import SETTINGS, Body, FakeBackend, street
from tests.tui.console.harness import running


def test_there_is_a_switch_for_each_setting() -> None:
    assert [switch.key for switch in SWITCHES] == list(SETTINGS)


def test_a_switch_goes_round_its_positions_and_leaves_an_unknown_one() -> None:
    policy = switch_named("login_policy")
    assert [policy.after(value) for value in ("multi", "platform", "single", "other")] == [
        "platform",
        "single",
        "multi",
        "multi",
    ]


@pytest.mark.parametrize(
    ("key", "setting", "value", "consequence"),
    [
        ("1", "edition", "standard", "answer 7013"),
        ("2", "user_status", "off", "answer 72001"),
        ("3", "friend_status", "off", "unless they subscribe"),
        ("4", "login_policy", "platform", "one device on each platform"),
        ("5", "auto_register", "off", "answers 70107"),
    ],
)
@pytest.mark.parametrize("how", ["key", "mouse"])
async def test_a_switch_is_turned(
    key: str, setting: str, value: str, consequence: str, how: str
) -> None:
    async with running() as run:
        title = switch_named(setting).title
        await (run.press(key) if how == "key" else run.click(title))
        assert run.fake.bodies("imtui_console/set") == [{"Settings": {setting: value}}]
        assert f"{title} {value}" in run.line(title)
        assert consequence in run.line(title)


async def test_in_the_standard_edition_the_switch_for_user_status_changes_nothing() -> None:
    async with running() as run:
        await run.press("1")
        assert run.line("user status query").endswith(
            "on nothing: the edition comes first, with 7013"
        )


async def test_the_titles_are_short_where_there_is_little_room() -> None:
    async with running(size=(80, 24)) as run:
        assert run.line("2 User status") == (
            "2 User status on queries are answered, subscribers are told"
        )


class _Slow(FakeBackend):
    def __init__(self) -> None:
        super().__init__()
        self.may_set = asyncio.Event()

    async def call(self, command: str, body: Body) -> Body:
        answer = await super().call(command, body)
        if command == "imtui_console/set":
            await self.may_set.wait()
        return answer


async def test_until_the_backend_answers_the_old_position_is_shown_as_one_that_changes() -> None:
    fake = _Slow()
    async with running(fake) as run:
        await run.press("2")
        assert "change notification on …" in run.line("user status query")
        # Two more wishes meanwhile; only the last one counts.
        await run.press("2", "2")
        fake.may_set.set()
        await run.settle(0)
        assert "change notification off" in run.line("user status query")
        sent = [body["Settings"] for body in fake.bodies("imtui_console/set")]
        assert sent == [{"user_status": "off"}]


async def test_a_refusal_is_one_line_and_leaves_the_switch_as_it_is() -> None:
    fake = street()
    fake.refused["imtui_console/set"] = IMError(60010)
    async with running(fake) as run:
        await run.press("2")
        assert "60010 · Only an admin may do this. Use an admin's UserSig." in run.text()
        assert "change notification on" in run.line("user status query")
        del fake.refused["imtui_console/set"]
        await run.press("2")
        assert "60010" not in run.text()


async def test_what_another_admin_sets_is_shown() -> None:
    async with running() as run:
        run.fake.settings["user_status"] = "off"
        await run.settle()
        assert "change notification off" in run.line("user status query")


async def test_a_position_that_we_do_not_know_is_shown_as_it_is() -> None:
    fake = street()
    fake.settings["edition"] = "galactic"
    async with running(fake) as run:
        assert run.line("1 Edition") == "1 Edition galactic"


@pytest.mark.parametrize("answer", [{}, {"Settings": "no"}, {"Settings": {"edition": 3}}])
async def test_an_answer_that_is_none(answer: dict[str, Any]) -> None:
    fake = street()
    fake._commands["imtui_console/get"] = lambda _: answer
    async with running(fake) as run:
        assert "6001 · The answer cannot be read." in run.text()
        assert "trying again" in run.text()
