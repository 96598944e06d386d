"""The key line names the keys that work now, after every change."""

from pathlib import Path

from msgspec import structs

from imtui.protocol.chat import MessageStatus
from tests.tui.fake import FakeClient, sample_client
from tests.tui.harness import Running, running


def key_line(run: Running) -> str:
    """Return the last line of the screen, without runs of spaces."""
    return " ".join(run.lines()[-1].split())


def talk() -> FakeClient:
    """Return a client with a conversation."""
    fake = sample_client()
    fake.add_conversation("bob", "<mine", "theirs")
    return fake


async def test_it_follows_the_focus(tmp_path: Path) -> None:
    async with running(tmp_path, talk()) as run:
        assert key_line(run).startswith("Enter chat s status")
        await run.press("e")
        assert key_line(run).startswith("E kind Esc friends s status")
        await run.press("slash")
        assert key_line(run) == "Enter keep Esc show all"
        await run.press("escape", "escape")
        assert key_line(run).startswith("Enter chat s status")
        await run.press("enter")
        assert key_line(run).startswith("Enter send")
        assert "Esc friends" in key_line(run)


async def test_it_follows_the_row_under_the_cursor(tmp_path: Path) -> None:
    async with running(tmp_path, talk()) as run:
        await run.press("end", "up", "up")
        assert run.app.main.friend_list.heading
        assert key_line(run).startswith("Enter fold s status")
        await run.press("down")
        assert key_line(run).startswith("Enter chat s status")


async def test_it_follows_the_message_under_the_cursor_and_the_reply(tmp_path: Path) -> None:
    async with running(tmp_path, talk()) as run:
        await run.press("enter", "pageup")
        assert key_line(run) == "Enter reply x delete message v copy message Esc write"
        await run.press("up")
        assert key_line(run).startswith("Enter reply u recall x delete message")
        await run.press("enter")
        assert "Esc no reply" in key_line(run)
        await run.press("escape")
        assert "Esc friends" in key_line(run)


async def test_only_what_failed_is_sent_again(tmp_path: Path) -> None:
    fake = talk()
    failed = structs.replace(fake.histories["bob"][-1], status=MessageStatus.SEND_FAIL)
    fake.histories["bob"][-1] = failed
    async with running(tmp_path, fake) as run:
        await run.press("enter", "pageup")
        assert key_line(run).startswith("Enter reply z send again")


async def test_it_follows_the_settings_wherever_the_focus_is(tmp_path: Path) -> None:
    async with running(tmp_path, talk()) as run:
        await run.press("enter", "pageup")
        settings = '[keys]\nchoose = "f6"\nrecall = "f7"\ncopy-message = "f8"\nstatus = "f9"\n'
        (tmp_path / "settings.toml").write_text(settings)
        await run.settle(3)
        assert key_line(run) == "F6 reply x delete message F8 copy message Esc write"
        await run.press("escape", "escape")
        assert key_line(run).startswith("F6 chat F9 status")
