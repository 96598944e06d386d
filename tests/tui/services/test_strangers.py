"""Conversations with users whose status nothing keeps up to date."""

from pathlib import Path

from imtui.protocol.errors import ErrorCode, IMError
from tests.tui.fake import OFFLINE, ONLINE, FakeClient, sample_client, status
from tests.tui.harness import Running, running


def chat_with_a_stranger() -> FakeClient:
    """Return a client with an unread message from somebody who is no friend."""
    fake = sample_client()
    fake.add_conversation("stranger", "hello?", unread=True)
    fake.others["stranger"] = status("stranger", ONLINE, "Hello")
    return fake


async def open_chat(run: Running) -> None:
    await run.press("n")
    await run.settle()


def asked(run: Running) -> int:
    """Return how often the stranger was queried since the synchronization."""
    return sum(args == (["stranger"],) for args in run.fake.called("get_user_status"))


async def test_opening_asks_and_shows_the_answer_with_its_time(tmp_path: Path) -> None:
    async with running(tmp_path, chat_with_a_stranger(), size=(120, 40)) as run:
        run.fake.others["stranger"] = status("stranger", OFFLINE)
        await open_chat(run)
        await run.shows("stranger  ◦ OFFLINE  as of 14:05", "/subscribe ")
        await run.type("/subscribe", "enter")
        await run.press("enter")
        assert run.fake.called("subscribe_user_status") == [(["stranger"],)]


async def test_a_stranger_is_asked_about_once_a_minute_while_they_write(tmp_path: Path) -> None:
    async with running(tmp_path, chat_with_a_stranger()) as run:
        await open_chat(run)
        before = asked(run)
        for _ in range(3):
            run.fake.receive_message("stranger", "and?")
            await run.settle(5)
        assert asked(run) == before
        await run.settle(60)
        assert asked(run) == before
        run.fake.receive_message("stranger", "well?")
        await run.settle()
        assert asked(run) == before + 1


async def test_the_terminal_that_gets_the_focus_asks(tmp_path: Path) -> None:
    async with running(tmp_path, chat_with_a_stranger()) as run:
        await open_chat(run)
        before = asked(run)
        run.app.app_focus = False
        await run.settle(61)
        run.fake.receive_message("stranger", "anyone?")
        await run.settle()
        assert asked(run) == before
        run.app.app_focus = True
        await run.settle()
        assert asked(run) == before + 1


async def test_a_live_status_is_not_asked_for(tmp_path: Path) -> None:
    fake = sample_client()
    fake.add_conversation("bob", "hello?", unread=True)
    async with running(tmp_path, fake) as run:
        before = len(fake.called("get_user_status"))
        await open_chat(run)
        assert len(fake.called("get_user_status")) == before
        assert "as of" not in run.text()


async def test_a_refusal_is_told_once(tmp_path: Path) -> None:
    async with running(tmp_path, chat_with_a_stranger()) as run:
        limit = IMError(ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT)
        run.fake.fail("get_user_status", limit, limit)
        await open_chat(run)
        await run.settle(61)
        run.fake.receive_message("stranger", "well?")
        await run.settle()
        assert sum("7008" in event for event in run.events()) == 1
        run.fake.switch_user_status("off")
        for _ in range(3):
            await run.settle(61)
            run.fake.receive_message("stranger", "well?")
            await run.settle()
        assert sum("72001" in event for event in run.events()) == 1
        assert "/subscribe " not in run.text()


async def test_without_a_source_nobody_counts_as_online(tmp_path: Path) -> None:
    fake = sample_client()
    fake.add_conversation("bob", "hello")
    async with running(tmp_path, fake) as run:
        run.fake.push(status("bob", ONLINE, "Here"))
        await run.settle()
        run.fake.listener.on_friend_list_deleted(["bob"])
        await run.settle()
        row = next(line[:40] for line in run.lines()[2:] if " bob " in line[:20])
        assert "? UNKNOWN" in row
        assert "Here" not in row
