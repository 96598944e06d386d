"""Watches, alerts, and do-not-disturb."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from imtui.tui.model.alert import Alert, AlertKind
from imtui.tui.model.watches import Watch
from imtui.tui.state.account_state import StateFile
from tests.tui.fake import HERE, OFFLINE, ONLINE, PHONE, THIS_DEVICE, at, device, status
from tests.tui.harness import Running, running


@dataclass
class Rung:
    """The alerts that reached the user."""

    toasts: list[str] = field(default_factory=list)
    bells: int = 0
    raw: list[str] = field(default_factory=list)


def listen(run: Running, monkeypatch: pytest.MonkeyPatch) -> Rung:
    """Record the alerts from now on."""
    rung = Rung()

    def bell() -> None:
        rung.bells += 1

    monkeypatch.setattr(run.app, "toast", lambda sender, words: rung.toasts.append(words))
    monkeypatch.setattr(run.app, "bell", bell)
    monkeypatch.setattr(run.app, "write_raw", rung.raw.append)
    return rung


async def choose(run: Running, user_id: str) -> None:
    """Move the cursor to a user."""
    await run.press("home")
    while run.app.main.friend_list.selected != user_id:
        await run.press("down")


async def test_a_watch_alerts_once_when_a_friend_is_online(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as run:
        await choose(run, "erin")
        await run.press("w")
        assert "⚑ erin" in run.text()
        rung = listen(run, monkeypatch)
        run.fake.push(status("erin", ONLINE))
        await run.settle(9)
        assert rung.toasts == []
        await run.settle(2)
        assert rung.toasts == ["erin is ONLINE"]
        assert "notice erin is ONLINE" in run.events()
        assert StateFile(tmp_path).state.watches == ()
        run.fake.push(status("erin", OFFLINE))
        run.fake.push(status("erin", ONLINE))
        await run.settle(20)
        assert len(rung.toasts) == 1


async def test_a_flapping_friend_causes_no_alert(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as run:
        await choose(run, "erin")
        await run.press("w")
        rung = listen(run, monkeypatch)
        for _ in range(10):
            run.fake.push(status("erin", ONLINE))
            await run.settle(5)
            run.fake.push(status("erin", OFFLINE))
            await run.settle(5)
        assert rung.toasts == []


async def test_a_standing_watch_alerts_each_time_and_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as run:
        await run.press("colon")
        await run.type("watch-always erin", "enter")
        assert [one.user_id for one in run.app.late.watch_service.all()] == ["erin"]
    async with running(tmp_path) as run:
        rung = listen(run, monkeypatch)
        for _ in range(2):
            run.fake.push(status("erin", ONLINE))
            await run.settle(11)
            run.fake.push(status("erin", OFFLINE))
            await run.settle(400)
        assert rung.toasts == ["erin is ONLINE"] * 2
        await run.press("W")
        assert "always, set 14:05" in run.text()
        await run.press("colon")
        await run.press("escape")
        await run.pilot.press("W", "w")
        await run.settle()


async def test_a_watch_on_an_online_friend_waits_for_the_next_time(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("w")
        assert any("is ONLINE already" in one for one in run.events())
        await run.press("w")
        assert run.app.late.watch_service.all() == []


async def test_a_watch_can_be_ended_in_the_list(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await choose(run, "erin")
        await run.press("w", "W")
        assert "once, set 14:05" in run.text()
        await run.press("w")
        assert "Nobody: w on a friend watches them." in run.text()
        assert run.app.late.watch_service.all() == []


async def test_a_reconnect_causes_no_alert_for_friends_online_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as run:
        await run.press("w")
        rung = listen(run, monkeypatch)
        run.fake.lose_connection()
        await run.settle()
        run.fake.reconnect()
        await run.settle(30)
        assert rung.toasts == []


async def test_watching_a_user_without_updates_warns(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("colon")
        await run.type("watch stranger", "enter")
        assert any("subscribe first" in one for one in run.events())


# Alerts

CAME = Alert(AlertKind.WATCH, "erin", "is ONLINE")


async def test_the_bell_rings_only_without_focus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as run:
        rung = listen(run, monkeypatch)
        run.app.late.alerts.show(CAME)
        assert (len(rung.toasts), rung.bells) == (1, 0)
        run.app.app_focus = False
        run.app.late.alerts.show(CAME)
        assert (len(rung.toasts), rung.bells, rung.raw) == (2, 1, [])


async def test_alerts_reach_the_desktop_through_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    settings = '[alerts]\nbell = false\ndesktop = "osc9"\n'
    async with running(tmp_path, settings=settings) as run:
        rung = listen(run, monkeypatch)
        run.app.app_focus = False
        run.app.late.alerts.show(Alert(AlertKind.WATCH, "erin", "is\x1b]52;c;x\x07 ONLINE"))
        assert rung.bells == 0
        (sequence,) = rung.raw
        assert sequence.startswith("\x1b]9;erin is")
        assert sequence.count("\x1b") <= 2
        assert "]52;c;x\x07 " not in sequence


async def test_do_not_disturb_mutes_all_but_exceptions_until_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as run:
        await run.press("colon")
        await run.type("quiet 45m", "enter")
        assert "do not disturb until 14:50" in run.lines()[0]
        rung = listen(run, monkeypatch)
        run.app.app_focus = False
        run.app.late.alerts.show(CAME)
        assert rung == Rung()
        assert "notice erin is ONLINE" in run.events()
        await run.press("colon")
        await run.type("quiet-except erin", "enter")
        run.app.app_focus = False
        before = rung.bells
        run.app.late.alerts.show(CAME)
        assert rung.bells == before + 1
        await run.press("colon")
        await run.type("quiet-except erin", "enter")
        run.clock.advance(46 * 60)
        run.app.app_focus = False
        run.app.late.alerts.show(CAME)
        assert rung.bells == before + 2


async def test_do_not_disturb_is_toggled_by_a_key_and_saved(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("d")
        assert "do not disturb" in run.lines()[0]
    async with running(tmp_path) as run:
        assert "do not disturb" in run.lines()[0]
        await run.press("d")
        assert "do not disturb" not in run.lines()[0]
    assert not StateFile(tmp_path).state.quiet


async def test_the_end_of_do_not_disturb_is_shown(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("colon")
        await run.type("quiet 45m", "enter")
        assert "do not disturb" in run.lines()[0]
        await run.settle(46 * 60)
        await run.settle()
        assert "do not disturb" not in run.lines()[0]


async def test_an_invalid_end_is_reported(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("colon")
        await run.type("quiet soon", "enter")
        assert any("Write 45m" in one for one in run.events())
        assert "do not disturb" not in run.lines()[0]


# A text that another device replaced


async def test_a_text_replaced_by_another_device_is_reported_and_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as run:
        run.app.late.dispatcher.put_status("Tea", at(15))
        await run.settle()
        rung = listen(run, monkeypatch)
        run.fake.push_own("Coffee", PHONE)
        await run.settle()
        assert rung.toasts == [
            "you have another text now, set by another device (b: put yours back)"
        ]
        await run.press("b")
        assert run.fake.called("set_self_status")[-1][0] == "Tea"
        await run.press("b")
        assert any("No other device replaced" in one for one in run.events())


async def test_a_replaced_text_that_has_ended_is_not_restored(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.push(
            status(
                "alice", text="Tea", since=at(14, 1), changed_by=THIS_DEVICE, expires_at=at(14, 6)
            )
        )
        run.fake.push_own("Coffee", PHONE)
        await run.settle(120)
        await run.press("b")
        assert run.fake.called("set_self_status") == []
        assert any("has ended meanwhile" in one for one in run.events())


async def test_the_devices_list_shows_which_device_set_what(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.devices = [device(HERE, "laptop"), device("phone", "phone", PHONE.platform)]
        run.fake.listener.on_self_devices_changed(run.fake.devices)
        run.app.late.dispatcher.put_status("Tea")
        await run.settle()
        run.fake.push_own("Coffee", PHONE)
        await run.settle()
        await run.press("D")
        words = run.compact_text()
        assert "laptop Linux since 13:00 this device" in words
        assert "phone Android since 13:00" in words
        assert "set “Coffee” at 14:05" in words
        assert "Another device replaced “Tea” of this one: b puts it back." in words
        await run.press("b")
        assert run.fake.called("set_self_status")[-1][0] == "Tea"


async def test_saved_watches_are_active_after_a_restart(tmp_path: Path) -> None:
    file = StateFile(tmp_path)
    file.update(lambda state: type(state)(watches=(Watch("erin", False, at(14)),), started=True))
    async with running(tmp_path) as run:
        assert "⚑ erin" in run.text()
        run.fake.push(status("erin", ONLINE))
        await run.settle(11)
        await run.settle()
        assert "notice erin is ONLINE" in run.events()
