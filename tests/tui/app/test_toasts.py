"""Toasts on the screen: who has one, what they never cover, and how they go."""

from pathlib import Path

import pytest

from imtui.tui.widgets.toast_view import ToastView
from tests.tui.fake import FakeClient, status
from tests.tui.harness import Running, running


def crowd(size: int = 12) -> FakeClient:
    """Return a client with friends who may all write."""
    return FakeClient(friends={f"u{number:02}": status(f"u{number:02}") for number in range(size)})


def toasts(run: Running) -> list[str]:
    """Return the lines of the toasts on the active screen."""
    views = run.app.screen.query(ToastView)
    boxes = [view.region for view in views if view.display]
    assert len(boxes) <= 1
    rows = [row for box in boxes for row in range(box.y, box.bottom)]
    return [run.lines()[row][boxes[0].x : boxes[0].right].strip(" │") for row in rows]


def check_nothing_is_covered(run: Running) -> None:
    """Check that the toasts lie over no input, question or key line."""
    screen = run.app.screen
    for view in screen.query(ToastView):
        for other in screen.query("Input, TextArea, KeyLine, .dialog"):
            assert not (view.display and other.region.overlaps(view.region)), other


async def test_many_messages_of_one_sender_are_one_toast(tmp_path: Path) -> None:
    async with running(tmp_path, crowd()) as run:
        for number in range(150):
            run.fake.receive_message("u03", f"message {number}")
            if number % 10 == 9:
                await run.settle(0.4)
        assert toasts(run) == ["u03 10 messages, the last one: message 149"]
        await run.settle(5)
        assert toasts(run) == []


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (20, 5)], ids=str)
async def test_a_flood_of_senders_has_three_toasts_which_cover_no_input(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with running(tmp_path, crowd(), size=size) as run:
        run.app.main.type("/")
        await run.settle()
        for number in range(12):
            run.fake.receive_message(f"u{number:02}", "a word")
            await run.settle(0.4)
            check_nothing_is_covered(run)
        assert len(toasts(run)) <= 3
        assert toasts(run)[-1].startswith("u11")


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12), (20, 5)], ids=str)
@pytest.mark.parametrize("keys", ["s", "I", "ctrl+p", "D", "question_mark", "slash", "enter"])
async def test_toasts_never_cover_what_asks(
    tmp_path: Path, keys: str, size: tuple[int, int]
) -> None:
    async with running(tmp_path, crowd(), size=size) as run:
        await run.press(keys)
        for sender in ("u05", "u06", "u07"):
            run.app.toast(sender, f"{sender} says something " * 4)
            await run.settle(0.1)
            check_nothing_is_covered(run)
        await run.settle()
        check_nothing_is_covered(run)


async def test_escape_does_what_it_does_and_takes_the_toasts_with_it(tmp_path: Path) -> None:
    async with running(tmp_path, crowd()) as run:
        run.fake.receive_message("u03", "hello")
        await run.settle()
        await run.press("D")
        run.fake.receive_message("u04", "hello")
        await run.settle()
        assert toasts(run) == ["u03 hello", "u04 hello"]
        await run.press("escape")
        assert run.app.screen is run.app.main
        assert toasts(run) == []


async def test_toasts_move_to_the_screen_that_is_on_top(tmp_path: Path) -> None:
    async with running(tmp_path, crowd()) as run:
        await run.press("D")
        run.fake.receive_message("u04", "hello")
        await run.settle()
        assert toasts(run) == ["u04 hello"]
        assert not run.app.main.query_one(ToastView).display
        await run.press("q")
        assert run.app.screen is run.app.main
        await run.press("down")
        assert toasts(run) == ["u04 hello"]


async def test_the_open_conversation_has_no_toast(tmp_path: Path) -> None:
    async with running(tmp_path, crowd()) as run:
        run.fake.receive_message("u00", "before")
        await run.settle()
        assert toasts(run) == ["u00 before"]
        await run.press("enter")
        assert toasts(run) == []
        run.app.app_focus = False
        run.fake.receive_message("u00", "now")
        await run.press("D")
        run.fake.receive_message("u00", "behind")
        await run.settle()
        assert toasts(run) == []


async def test_a_click_removes_the_toasts(tmp_path: Path) -> None:
    async with running(tmp_path, crowd()) as run:
        run.fake.receive_message("u03", "hello")
        await run.settle()
        await run.pilot.click(ToastView)
        await run.settle(0.1)
        assert toasts(run) == []


async def test_toasts_can_be_off_but_commands_still_answer(tmp_path: Path) -> None:
    async with running(tmp_path, crowd(), settings="[alerts]\ntoasts = false\n") as run:
        run.fake.receive_message("u03", "hello")
        await run.settle()
        assert toasts(run) == []
        assert "notice u03 hello" in run.events()
        run.app.late.dispatcher.run_line("/no-such-command")
        await run.settle()
        assert "There is no command" in toasts(run)[0]


async def test_without_words_neither_toast_nor_event_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = '[alerts]\nshow_text = false\ndesktop = "osc9"\n'
    async with running(tmp_path, crowd(), settings=settings) as run:
        raw: list[str] = []
        monkeypatch.setattr(run.app, "write_raw", raw.append)
        run.app.app_focus = False
        run.fake.receive_message("u03", "the secret")
        await run.settle()
        run.fake.receive_message("u04", "the secret")
        run.fake.receive_message("u04", "the secret")
        await run.settle()
        assert toasts(run) == ["u03 sent a message", "u04 2 messages"]
        assert not any("secret" in words for words in [*raw, *run.events()])
        assert any("u03 sent a message" in words for words in raw)


async def test_a_result_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    async with running(tmp_path, crowd()) as run:
        run.app.feedback.say("one")
        run.app.feedback.complain("wrong")
        run.app.feedback.say("two")
        await run.settle()
        assert toasts(run) == ["two", "wrong"]
