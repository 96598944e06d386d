"""Friend requests, names and the blocklist in the app."""

from pathlib import Path

import pytest

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.friendship import FriendApplication, FriendApplicationType
from imtui.protocol.messages import FriendInfo
from imtui.protocol.profiles import FriendAllowType
from tests.tui.fake import at, sample_client
from tests.tui.harness import Running, running

ASKED = FriendApplication("zed", FriendApplicationType.COME_IN, at(14), "from the meetup")


async def typed(run: Running, line: str) -> None:
    await run.press("colon")
    await run.type(line, "enter")


async def test_a_request_is_reported_and_can_be_accepted(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.listener.on_friend_application_list_added([ASKED])
        await run.settle()
        asked = "notice zed asks to be your friend (Q: answer): from the meetup"
        assert asked in run.events()
        await run.press("Q")
        assert "zed asks you 14:00 from the meetup" in run.compact_text()
        await run.press("A")
        assert run.fake.called("accept_friend_application") == [("zed",)]
        await run.settle()
        assert "None. a asks somebody" in run.text()
        await run.press("escape")
        assert "zed" in run.text()


async def test_requests_made_while_offline_are_reported_at_the_login(tmp_path: Path) -> None:
    fake = sample_client()
    fake.applications = [ASKED]
    async with running(tmp_path, fake) as run:
        assert any("zed asks to be your friend" in event for event in run.events())
        await run.press("Q", "N")
        assert run.fake.called("refuse_friend_application") == [("zed",)]


async def test_an_own_request_can_be_withdrawn(tmp_path: Path) -> None:
    fake = sample_client()
    fake.applications = [FriendApplication("yan", FriendApplicationType.SEND_OUT, at(13))]
    async with running(tmp_path, fake) as run:
        assert not any("yan" in event for event in run.events())
        await run.press("Q")
        assert "yan was asked by you" in run.compact_text()
        await run.press("N")
        assert run.fake.called("delete_friend_application") == [("yan",)]


async def test_a_friend_request_has_a_wording(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.fail("add_friend", IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ALLOW_TYPE_NEED_CONFIRM))
        await typed(run, "add-friend zed we met yesterday")
        assert run.fake.called("add_friend") == [("zed", "we met yesterday")]
        assert "notice zed was asked, and has to agree" in run.events()


@pytest.mark.parametrize("line", ["", "block", "block on"])
async def test_a_friend_is_blocked_by_a_key_only_after_a_yes(tmp_path: Path, line: str) -> None:
    async with running(tmp_path) as run:

        async def block() -> None:
            await (typed(run, line) if line else run.press("B"))

        for no in ("enter", "escape", "n"):
            await block()
            assert "Block bob, and delete them from your friends" in run.compact_text()
            await run.press(no)
            assert run.app.screen is run.app.main
        assert run.fake.called("add_to_black_list") == []
        await block()
        await run.press("y")
        assert run.fake.called("add_to_black_list") == [(["bob"],)]


async def test_blocking_removes_a_friend_and_can_be_undone(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("B", "y")
        assert run.fake.called("add_to_black_list") == [(["bob"],)]
        await run.settle()
        await run.press("Q")
        assert "Blocked" in run.text()
        await run.press("down", "down", "down", "B")
        assert run.fake.called("delete_from_black_list") == [(["bob"],)]


async def test_a_friend_is_shown_and_found_by_the_remark(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await typed(run, "remark carol Caroline")
        assert run.fake.called("set_friend_info") == [("carol", "Caroline")]
        await run.settle(2)
        assert " Caroline " in run.text()
        await run.press("slash", *"caroli")
        assert run.app.navigator.selected == "carol"


async def test_a_nickname_is_shown_safely(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        hostile = FriendInfo("bob", nick_name="Bobby\x1b[31m\u202e")
        run.fake.listener.on_friend_info_changed([hostile])
        await run.settle(2)
        assert "Bobby" in run.text()
        assert "\x1b" not in run.text() and "\u202e" not in run.text()


async def test_details_show_the_names_and_signature_of_a_friend(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        bob = FriendInfo("bob", nick_name="Bobby", self_signature="Here since 1999")
        run.fake.listener.on_friend_info_changed([bob])
        await run.settle(2)
        await run.press("i")
        assert "called Bobby" in run.compact_text()
        assert "signature Here since 1999" in run.compact_text()


async def test_the_own_nickname_and_allow_type_can_be_set(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await typed(run, "nick Alice in the café")
        await typed(run, "signature Here since 1999")
        await typed(run, "allow confirm")
        assert run.fake.called("set_self_info") == [
            ("Alice in the café", None, None),
            (None, "Here since 1999", None),
            (None, None, FriendAllowType.NEED_CONFIRM),
        ]
        assert "notice You are asked before somebody becomes your friend." in run.events()
        await typed(run, "allow whatever")
        assert any("Write one of any, confirm, nobody" in event for event in run.events())
