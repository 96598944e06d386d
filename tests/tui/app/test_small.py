"""Small screens show where one types, and the event pane makes room."""

from pathlib import Path

import pytest

from imtui.tui.model.events import EventKind
from tests.tui.fake import sample_client
from tests.tui.harness import running


@pytest.mark.parametrize("size", [(20, 5), (24, 6), (40, 11), (119, 5)], ids=str)
async def test_the_composer_is_on_every_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    async with running(tmp_path, sample_client(), size=size) as run:
        await run.press("enter")
        await run.settle()
        await run.type("dear")
        assert "dear" in run.text()
        await run.press("ctrl+j")
        await run.type("friend")
        assert "friend" in run.text()
        run.app.main.begin_reply(run.fake.receive_message("bob", "hello"))
        await run.settle()
        assert "friend" in run.text()


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)], ids=str)
async def test_the_event_pane_is_hidden_and_shown(tmp_path: Path, size: tuple[int, int]) -> None:
    async with running(tmp_path, sample_client(), size=size) as run:
        main = run.app.main
        run.app.late.dispatcher.run_line("/events off")
        await run.settle()
        assert not main.event_pane.region
        assert main.friend_list.region.width >= size[0] - 2
        await run.press("e")
        assert main.event_pane.has_focus and main.event_pane.region
        await run.press("escape")
        assert not main.event_pane.region
        assert (tmp_path / "settings.toml").read_text() == "event_pane = false\n"
        run.app.late.dispatcher.run_line("/events on")
        await run.settle()
        assert bool(main.event_pane.region) is (size[0] >= 60)


async def test_the_event_pane_shows_at_once_what_came_while_it_was_hidden(tmp_path: Path) -> None:
    async with running(tmp_path, sample_client(), size=(80, 24)) as run:
        await run.press("enter")
        assert not run.app.main.event_pane.region
        run.app.model.feed.emit(EventKind.NOTICE, "the last one")
        await run.press("escape")
        assert "the last one" not in run.text()
        await run.press("e")
        assert "the last one" in run.text()


async def test_the_conversation_takes_the_room_of_the_events(tmp_path: Path) -> None:
    async with running(tmp_path, sample_client()) as run:
        await run.press("enter")
        await run.settle()
        main = run.app.main
        assert main.chat.pane is not None
        events_pane = main.query_one("#events")
        friends, chat = main.friend_list.region.width, main.chat.pane.region.width
        events = events_pane.region.width
        run.app.late.dispatcher.run_line("/events off")
        await run.settle()
        assert main.friend_list.region.width == friends
        assert main.chat.pane.region.width == chat + events


async def test_hidden_events_stay_hidden_at_the_next_start(tmp_path: Path) -> None:
    async with running(tmp_path, sample_client(), settings="event_pane = false\n") as run:
        assert not run.app.main.event_pane.region
        run.app.late.dispatcher.run_line("/events maybe")
        await run.settle()
        assert "Type /events on, /events off or /events alone." in run.events()[-1]


@pytest.mark.parametrize("size", [(20, 5), (24, 6), (20, 10), (39, 24), (40, 24)], ids=str)
async def test_one_sees_the_status_that_one_types(tmp_path: Path, size: tuple[int, int]) -> None:
    async with running(tmp_path, sample_client(), size=size) as run:
        await run.press("s")
        await run.type("tiny word")
        (typed,) = (line for line in run.lines() if "word" in line and "typed" not in line)
        assert "tiny word" in typed
