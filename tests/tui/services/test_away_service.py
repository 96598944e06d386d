"""The away text in the app: set and lifted automatically."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import UNIX_MS_MAX
from imtui.protocol.status import ChangedBy
from imtui.server.core.accounts.custom_status import CLEARED, CustomStatus
from imtui.tui.model.own_text import is_away_text
from tests.tui.fake import HERE, PHONE, THIS_DEVICE, FakeClient, at, device, sample_client, status
from tests.tui.harness import Running, running

SETTINGS = '[away]\ntext = "Away"\nidle_minutes = 10\non_blur = true\n'


@dataclass
class ChainClient(FakeClient):
    """A fake backend that stacks the own texts as the real one does."""

    custom: CustomStatus = CLEARED

    async def set_self_status(self, text: str | None, expires_at: int | None = None) -> None:
        """Set a text that covers the others until its end."""
        self._call("set_self_status", text, expires_at)
        self.set_text_from(text or "", expires_at, THIS_DEVICE)

    def set_text_from(self, text: str, expires_at: int | None, by: ChangedBy) -> None:
        """Set a text from a device."""
        self.custom = self.custom.set(text, expires_at)
        self.push_standing(by)

    def expire_texts(self, now: int) -> None:
        """Remove the texts that have ended."""
        before, self.custom = self.custom, self.custom.at(now)
        if before != self.custom:
            self.push_standing(None)

    def push_standing(self, by: ChangedBy | None) -> None:
        """Push the current text."""
        standing = self.custom.standing
        self.push_own(standing.text, by, standing.expires_at)


@asynccontextmanager
async def away(
    tmp_path: Path, settings: str = SETTINGS
) -> AsyncIterator[tuple[Running, ChainClient]]:
    fake = sample_client()
    client = ChainClient(friends=fake.friends, others=fake.others)
    async with running(tmp_path, client, settings=settings) as run:
        yield run, client


async def pass_time(run: Running, client: ChainClient, seconds: float) -> None:
    await run.settle(seconds)
    client.expire_texts(run.clock.now())
    await run.settle(0.1)


async def test_idling_sets_the_away_text_and_a_key_restores_the_text(
    tmp_path: Path,
) -> None:
    async with away(tmp_path) as (run, client):
        end = at(16)
        run.app.late.dispatcher.put_status("Reading")
        run.app.late.dispatcher.put_status("Writing tests", end)
        await run.settle()
        await pass_time(run, client, 601)
        assert client.custom.standing.text == "Away"
        assert "Away" in run.lines()[0]
        assert "until" not in run.lines()[0]
        await run.press("down")
        await pass_time(run, client, 1.5)
        assert (client.custom.standing.text, client.custom.standing.expires_at) == (
            "Writing tests",
            end,
        )
        run.clock.advance((end - run.clock.now()) / 1000 - 300)
        await run.press("down")
        run.clock.advance(301)
        client.expire_texts(run.clock.now())
        assert client.custom.standing.text == "Reading"


async def test_losing_the_focus_sets_the_away_text_and_the_focus_lifts_it(tmp_path: Path) -> None:
    async with away(tmp_path) as (run, client):
        run.app.app_focus = False
        await pass_time(run, client, 6)
        assert client.custom.standing.text == "Away"
        run.app.app_focus = True
        await run.settle()
        await pass_time(run, client, 1.5)
        assert client.custom.standing.text == ""


async def test_a_text_set_meanwhile_by_another_device_is_kept(tmp_path: Path) -> None:
    async with away(tmp_path) as (run, client):
        await pass_time(run, client, 601)
        client.set_text_from("Driving", None, PHONE)
        await run.settle()
        await run.press("down")
        await pass_time(run, client, 5)
        assert client.custom.standing.text == "Driving"


async def test_no_away_text_is_set_while_another_device_is_connected(tmp_path: Path) -> None:
    async with away(tmp_path) as (run, client):
        two = [device(HERE, "laptop"), device("phone", "phone", PHONE.platform)]
        client.listener.on_self_devices_changed(two)
        await pass_time(run, client, 3600)
        assert client.called("set_self_status") == []


async def test_the_away_text_is_neither_recent_nor_restored(tmp_path: Path) -> None:
    async with away(tmp_path) as (run, client):
        run.app.late.dispatcher.put_status("Tea")
        await run.settle()
        await pass_time(run, client, 601)
        assert list(run.app.late.memory.state.recents) == ["Tea"]
        assert run.app.model.account.texts.mine is not None
        assert run.app.model.account.texts.mine.text == "Tea"


async def test_a_clock_behind_the_backends_still_lifts_the_away_text(tmp_path: Path) -> None:
    async with away(tmp_path) as (run, client):
        await pass_time(run, client, 601)
        client.fail("set_self_status", IMError(ErrorCode.ERR_INVALID_PARAMETERS, "in the past"))
        await run.press("down")
        await pass_time(run, client, 121)
        assert client.custom.standing.text == ""


async def test_without_an_away_text_nothing_is_set(tmp_path: Path) -> None:
    async with away(tmp_path, "[away]\nidle_minutes = 1\n") as (run, client):
        await pass_time(run, client, 3600)
        assert client.called("set_self_status") == []


async def test_tmux_is_polled_and_detached_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attached = True

    async def answer(environ: object) -> bool:
        return attached

    monkeypatch.setenv("TMUX", "socket,1,0")
    monkeypatch.setattr("imtui.tui.kit.desktop.tmux_attached", answer)
    settings = '[away]\ntext = "Away"\non_detach = true\n'
    async with away(tmp_path, settings) as (run, client):
        await pass_time(run, client, 31)
        assert client.called("set_self_status") == []
        attached = False
        for _ in range(3):
            await pass_time(run, client, 15.5)
        assert client.custom.standing.text == "Away"
        attached = True
        for _ in range(2):
            await pass_time(run, client, 15.5)
        assert client.custom.standing.text == ""


async def test_a_login_during_the_lift_does_not_lose_the_own_text(
    tmp_path: Path,
) -> None:
    async with away(tmp_path) as (run, client):
        run.app.late.dispatcher.put_status("Tea")
        await run.settle()
        await pass_time(run, client, 601)
        await run.press("down")
        client.push_own("Away", None, run.clock.now() + 500)
        await pass_time(run, client, 1.5)
        assert client.custom.standing.text == "Tea"
        assert run.app.model.account.texts.mine is not None
        run.fake.lose_connection()
        client.reconnect(status("alice", since=at(14, 40)))
        await run.settle()
        assert client.called("set_self_status")[-1] == ("Tea", None)


def test_the_farthest_end_marks_an_away_text() -> None:
    assert is_away_text(status("alice", text="Away", expires_at=UNIX_MS_MAX))
    assert not is_away_text(status("alice", text="Away"))
