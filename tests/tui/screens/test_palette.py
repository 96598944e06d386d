"""The palette and the switcher."""

from pathlib import Path

import pytest
from textual.command import CommandList
from textual.widgets import Input

from imtui.tui.state.account_state import StateFile
from tests.tui.fake import OFFLINE, sample_client, status
from tests.tui.harness import Running, running


def texts(run: Running) -> list[object]:
    return [args[0] for args in run.fake.called("set_self_status")]


@pytest.mark.parametrize("word", ["exitt", "zzz", "hello there", "thanks!", "="])
async def test_what_fits_nothing_does_nothing_and_enter_says_so(tmp_path: Path, word: str) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+p")
        await run.type(word, "enter")
        assert texts(run) == []
        told = "Write your status after =." if word == "=" else f"Nothing fits “{word}”."
        assert told in run.events()[-1]
        assert told in run.text()
        assert run.app.screen.query_one(Input).value == word
        await run.press("home", "equals_sign", "enter")
        assert texts(run) == [word]


async def test_a_friends_name_opens_their_conversation(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+p")
        await run.type("carol")
        assert "conversation, ONLINE" in run.text()
        await run.type("", "enter")
        assert run.app.main.chat.user_id == "carol"
        assert texts(run) == []


@pytest.mark.parametrize("word", ["exit", "quit", "leave"])
async def test_who_wants_to_leave_leaves(tmp_path: Path, word: str) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+p")
        await run.type(word, "enter")
        assert texts(run) == []
        assert run.app.return_code == 0


async def test_a_text_is_offered_from_its_second_use_on(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        for times in (1, 2):
            await run.press("colon")
            await run.type("status Zeppelin", "enter")
            await run.press("ctrl+p")
            await run.type("zep", "enter")
            assert len(texts(run)) == (1 if times == 1 else 3)
            await run.press("escape", "escape")


async def test_a_text_of_the_status_box_is_offered_at_once_and_remembered(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("s")
        await run.type("Zeppelin", "enter")
        await run.settle()
    assert StateFile(tmp_path).state.chosen == ("Zeppelin",)
    async with running(tmp_path) as run:
        await run.press("ctrl+p")
        await run.type("zep", "enter")
        assert texts(run) == ["Zeppelin"]


async def test_a_command_that_can_be_ended_is_ended_by_its_ending(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        for word in ("mute", "mute", "unmute"):
            await run.press("ctrl+p")
            await run.type(word, "enter")
            await run.settle()
        changes = run.fake.called("set_c2c_receive_message_opt")
        assert len(changes) == 2
        assert not run.app.model.chats.get("bob").muted


async def test_enter_that_comes_with_the_last_letter_waits_for_its_offers(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+p")
        # With one letter less, the first offer is another one.
        await run.type("l")
        await run.type("og", "enter")
        assert texts(run) == []
        assert run.fake.called("logout") == [()]


# The switcher


async def test_the_switcher_has_people_alone_and_the_unread_ones_on_top(tmp_path: Path) -> None:
    fake = sample_client()
    fake.friends["judy"] = status("judy", OFFLINE)
    async with running(tmp_path, fake) as run:
        fake.receive_message("judy", "hello")
        await run.settle()
        await run.press("ctrl+o")
        assert "conversation, OFFLINE, 1 unread" in run.text()
        assert "status text" not in run.text()
        await run.press("enter")
        assert run.app.main.chat.user_id == "judy"
        await run.type("half a tho")
        await run.press("ctrl+o")
        await run.type("car", "enter")
        assert run.app.main.chat.user_id == "carol"
        assert run.fake.called("set_conversation_draft")[-1] == ("c2c_judy", "half a tho")
        assert texts(run) == []


async def test_the_switcher_says_if_nobody_fits(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+o")
        await run.type("listening", "enter")
        assert "Nothing fits “listening”." in run.events()[-1]
        assert texts(run) == []


async def test_a_hostile_name_is_shown_as_text(tmp_path: Path) -> None:
    from imtui.protocol.messages import FriendInfo

    async with running(tmp_path) as run:
        hostile = FriendInfo("bob", nick_name="[red]Bo[/]\x1b[31m\n[@click=app.quit]x")
        run.fake.listener.on_friend_info_changed([hostile])
        await run.settle(2)
        for key in ("ctrl+o", "ctrl+p"):
            await run.press(key)
            await run.type("bob")
            assert "[red]Bo[/]" in run.text()
            assert "\x1b" not in run.text()
            assert run.app.is_running
            await run.press("escape")


@pytest.mark.parametrize("key", ["x", "enter", "pagedown", "down"])
async def test_a_key_that_comes_while_the_palette_closes_does_nothing(
    tmp_path: Path, key: str
) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+p")
        await run.type("carol")
        await run.app.screen.query_one(CommandList).remove()
        await run.press(key)
        assert run.app.return_code is None
