"""Times on the screen, when the day or the time zone changes."""

from datetime import timedelta, timezone
from pathlib import Path

import pytest

from imtui.tui.app.app import LOOK_INTERVAL
from tests.tui.fake import OFFLINE, at, sample_client, status
from tests.tui.harness import Running, running


def since(run: Running) -> str:
    """Return the time on bob's row of the friend list."""
    row = next(line for line in run.lines()[2:] if " bob " in line[:20])
    return row.split("│")[0].split("since ")[1].strip()


async def start(run: Running) -> None:
    run.fake.push(status("bob", OFFLINE, since=at(23, 59)))
    await run.settle()


async def test_midnight_and_a_jump_of_the_clock_are_noticed(tmp_path: Path) -> None:
    async with running(tmp_path, size=(120, 40)) as run:
        await start(run)
        run.clock.jump((at(23, 59) - run.clock.now()) / 1000)
        await run.settle(2 * LOOK_INTERVAL)
        assert since(run) == "23:59"
        await run.settle(60)
        assert since(run) == "Mon 23:59"
        run.clock.jump(30 * 24 * 3600)
        await run.settle(2 * LOOK_INTERVAL)
        assert since(run) == "23 Nov"


async def test_another_time_zone_is_noticed(tmp_path: Path) -> None:
    fake = sample_client()
    fake.add_conversation("bob", "hello", minute=30)
    async with running(tmp_path, fake, size=(120, 40)) as run:
        await start(run)
        await run.press("enter")
        assert "13:30 bob" in run.compact_text()
        run.clock.next_time_zone = timezone(timedelta(hours=5))
        await run.settle(2 * LOOK_INTERVAL)
        assert "since Tue 04:59" in run.text()
        assert "18:30 bob" in run.compact_text()
        assert " 13:" not in run.text()


async def test_nothing_is_repainted_while_the_day_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as run:
        await start(run)
        painted: list[float] = []
        monkeypatch.setattr(run.app.painter, "show_times", lambda: painted.append(0))
        await run.settle(3600)
        assert not painted
