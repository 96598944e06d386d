"""The title of the terminal's window."""

from pathlib import Path

import pytest

from imtui.tui.app.terminal_title import TerminalTitle
from tests.tui.fake import sample_client
from tests.tui.harness import running


def test_the_title_is_written_when_it_changes_and_the_one_before_is_given_back() -> None:
    written: list[str] = []
    title = TerminalTitle(written.append)
    title.give_back()
    for unread in (0, 0, 3, 3, 0):
        title.show(unread)
    title.give_back()
    title.give_back()
    title.show_again()
    save, restore = "\x1b[22;2t", "\x1b[23;2t"
    assert written == [
        f"{save}\x1b]2;imtui\x07",
        "\x1b]2;(3) imtui\x07",
        "\x1b]2;imtui\x07",
        restore,
        f"{save}\x1b]2;imtui\x07",
    ]


async def test_the_title_does_not_count_what_is_read_as_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, sample_client()) as run:
        await run.press("enter")
        await run.settle()
        raw: list[str] = []
        monkeypatch.setattr(run.app, "write_raw", raw.append)
        run.fake.receive_message("bob", "one")
        run.fake.push_conversation("bob", unread_count=1)
        await run.settle()
        assert raw == []
        run.app.app_focus = False
        run.fake.push_conversation("bob", unread_count=2)
        await run.settle()
        assert raw == ["\x1b]2;(2) imtui\x07"]


async def test_the_title_counts_what_comes_behind_a_dialog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, sample_client()) as run:
        await run.press("enter")
        await run.press("ctrl+p")
        raw: list[str] = []
        monkeypatch.setattr(run.app, "write_raw", raw.append)
        run.fake.receive_message("bob", "one")
        run.fake.push_conversation("bob", unread_count=1)
        await run.settle()
        assert raw == ["\x1b]2;(1) imtui\x07"]


async def test_the_title_has_the_number_of_unread_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = sample_client()
    fake.add_conversation("carol", "one", "two", unread=True)
    async with running(tmp_path, fake) as run:
        raw: list[str] = []
        monkeypatch.setattr(run.app, "write_raw", raw.append)
        fake.receive_message("carol", "three")
        fake.push_conversation("carol", unread_count=3)
        await run.settle()
        assert raw == ["\x1b]2;(3) imtui\x07"]
        await run.settle(60)
        assert len(raw) == 1
        run.app.app_suspend_signal.publish(run.app)
        run.app.app_resume_signal.publish(run.app)
        await run.settle()
        assert raw[1:] == ["\x1b[23;2t", "\x1b[22;2t\x1b]2;(3) imtui\x07"]
    assert raw[3:] == ["\x1b[23;2t"]
