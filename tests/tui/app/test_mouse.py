"""Everything that keys do can be done with the mouse."""

from pathlib import Path

from textual.events import MouseScrollUp

from tests.tui.fake import ONLINE, FakeClient, sample_client, status
from tests.tui.harness import Running, running


def place_of(run: Running, words: str) -> tuple[int, int]:
    """Return the column and row of a text on the screen."""
    for row, line in enumerate(run.lines()):
        if (column := line.find(words)) >= 0:
            return column + 1, row
    raise AssertionError(f"{words!r} is not on the screen:\n{run.text()}")


async def click(run: Running, words: str, times: int = 1) -> None:
    """Click on a text, then settle."""
    await run.pilot.click(offset=place_of(run, words), times=times)
    await run.settle()


async def test_a_click_on_the_own_status_opens_the_status_box(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await click(run, "◉ ONLINE")
        await click(run, "In a meeting")
        assert run.fake.called("set_self_status") == [("In a meeting", None)]


async def test_a_click_chooses_an_end(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("s")
        await click(run, "until 17:00")
        await run.press("enter")
        assert run.fake.called("set_self_status")[0][1] is not None


async def test_a_click_on_a_heading_folds_and_unfolds_it(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await click(run, "Not friends")
        assert "weather-bot" not in run.text()
        await click(run, "Not friends")
        assert "weather-bot" in run.text()


async def test_a_click_in_the_key_line_runs_a_command(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await click(run, "carol")
        await click(run, "w watch")
        assert run.app.late.watch_service.get("carol") is not None
        await click(run, "i details")
        assert "What changed while imtui ran" in run.text()
        await click(run, "w watch")
        assert run.app.late.watch_service.get("carol") is None


async def test_a_click_on_the_device_in_the_top_line_opens_the_devices(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await click(run, "laptop")
        assert "Your devices" in run.text()


async def test_a_click_changes_the_kind_of_events(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        column = len(run.lines()[2].rstrip()) - 1
        await run.pilot.click(offset=(column, 2))
        await run.settle()
        assert run.lines()[2].rstrip().endswith("own")


async def test_the_wheel_scrolls_lists_and_stops_following(tmp_path: Path) -> None:
    fake = sample_client()
    async with running(tmp_path, fake, size=(80, 24)) as run:
        for number in range(100):
            fake.push(status("bob", ONLINE, f"text {number}"))
        await run.settle()
        pane = run.app.main.event_pane
        bottom = pane.scroll_offset.y
        pane.post_message(MouseScrollUp(pane, 5, 5, 0, -1, 0, False, False, False))
        await run.settle()
        assert pane.scroll_offset.y < bottom
        assert not pane.follows


async def test_a_click_selects_a_row_of_a_scrolled_list(tmp_path: Path) -> None:
    fake = FakeClient(friends={f"u{n:04}": status(f"u{n:04}") for n in range(1000)})
    async with running(tmp_path, fake, size=(80, 24)) as run:
        await run.press("pagedown", "pagedown")
        await run.pilot.click("FriendList", offset=(5, 3))
        await run.settle()
        selected = run.app.main.friend_list.selected
        assert f"▸  {selected}" in run.lines()[6]
