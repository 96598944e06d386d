"""The app on a fake client and a manual clock, driven by Pilot."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import SubscriptionReason
from imtui.protocol.status import ChangedBy, Platform
from imtui.tui.model.connection import Link
from imtui.tui.model.events import EventKind
from imtui.tui.model.launch import Identity, JoinError
from imtui.tui.state.account_state import StateFile
from tests.tui.fake import (
    HERE,
    OFFLINE,
    ONLINE,
    PHONE,
    THIS_DEVICE,
    FakeClient,
    account,
    at,
    device,
    sample_client,
    status,
)
from tests.tui.harness import Running, running


async def test_the_screen_after_login(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        lines = run.lines()
        assert lines[0].startswith(" alice  ◉ ONLINE")
        assert lines[0].endswith("laptop   connected")
        assert "Friends" in lines[2]
        assert "5 of 9 online" in lines[2]
        assert "bob ◉ ONLINE On the call" in run.compact_text()
        assert "Not friends  1 of 2 online" in run.text()
        assert "weather-bot" in run.text()
        assert "friend 5 friends online" in run.events()
        assert lines[-1].startswith(" Enter chat   s status   / find   w watch   i details")


async def test_at_80_columns_both_panes_are_shown(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 24)) as run:
        assert "Friends" in run.lines()[2]
        assert "Events" in run.lines()[2]
        assert "1 device   connected" in run.lines()[0]


async def test_under_60_columns_there_is_one_pane_at_a_time(tmp_path: Path) -> None:
    async with running(tmp_path, size=(59, 20)) as run:
        assert "Friends" in run.text()
        assert "Events" not in run.text()
        await run.press("e")
        assert "Events" in run.text()
        assert "Friends" not in run.text()
        await run.press("escape")
        assert "Friends" in run.text()


@pytest.mark.parametrize("size", [(19, 30), (120, 4), (1, 1)])
async def test_a_tiny_terminal_asks_to_be_enlarged(tmp_path: Path, size: tuple[int, int]) -> None:
    async with running(tmp_path, size=size) as run:
        assert "Friends" not in run.text()
        await run.press("s", "escape", "ctrl+p", "escape", "question_mark", "escape", "i", "escape")
        await run.pilot.resize_terminal(30, 5)
        await run.settle()
        assert "bob" in run.text()
        await run.pilot.resize_terminal(19, 5)
        await run.settle()
        assert "make me larger" in run.text()


async def test_at_20x5_nothing_breaks(tmp_path: Path) -> None:
    async with running(tmp_path, size=(20, 5)) as run:
        assert "bob" in run.text()
        for key in ("s", "ctrl+p", "question_mark", "i", "I", "t", "S", "W", "D", "colon", "slash"):
            await run.press(key, "escape")
        await run.press("e", "end", "home")
        run.fake.lose_connection()
        await run.settle()
        assert "connecting" in run.text()


async def test_listening_to_music_is_three_keys_from_anywhere(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+p", "l", "enter")
        assert run.fake.called("set_self_status") == [("Listening to music", None)]
        assert "Listening to music" in run.lines()[0]
        assert run.events()[-1] == "own you Listening to music from this device"


async def test_enter_in_the_palette_waits_for_the_search(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as run:
        run.app.simulate_key("ctrl+p")
        await run.type("on the", "enter")
        assert run.fake.called("set_self_status") == [("On the call", None)]


async def test_recent_texts_come_first_in_the_palette(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("s")
        await run.type("Writing tests", "enter")
        await run.press("ctrl+p", "enter")
        assert run.fake.called("set_self_status") == [("Writing tests", None)] * 2
        assert StateFile(tmp_path).state.recents == {"Writing tests": 2}


async def test_the_palette_sets_exactly_the_typed_text(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+p")
        await run.type("=[bold]x[", "enter")
        assert run.fake.called("set_self_status") == [("[bold]x[", None)]
        assert "[bold]x[" in run.lines()[0]


async def test_clear_is_in_the_palette(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.push_own("Tea", THIS_DEVICE)
        await run.press("ctrl+p")
        await run.type("clear", "enter")
        assert run.fake.called("set_self_status") == [(None, None)]
        assert run.events()[-1] == "own you cleared the text from this device"


@pytest.mark.parametrize(
    ("typed", "method"),
    [
        ("query", "get_user_status"),
        ("subscribe to", "subscribe_user_status"),
        ("unsubscribe from a u", "unsubscribe_user_status"),
        ("add", "add_friend"),
    ],
)
async def test_a_prompt_suggests_the_user_under_the_cursor(
    tmp_path: Path, typed: str, method: str
) -> None:
    async with running(tmp_path) as run:
        before = len(run.fake.called(method))
        await run.press("down", "ctrl+p")
        await run.type(typed, "enter")
        await run.press("enter")
        arguments = run.fake.called(method)[before:]
        assert arguments == [("carol",) if method == "add_friend" else (["carol"],)]


async def test_a_friend_is_deleted_only_with_y(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        for answer in ("enter", "escape", "n"):
            await run.press("delete")
            assert "Delete bob from your friends, and you from theirs?" in run.text()
            await run.press(answer)
            assert run.app.screen is run.app.main
        assert run.fake.called("delete_from_friend_list") == []
        await run.press("delete", "y")
        assert run.fake.called("delete_from_friend_list") == [(["bob"],)]


async def test_unsubscribing_from_all(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+p")
        await run.type("unsubscribe from all", "enter")
        assert run.fake.called("unsubscribe_user_status") == [(None,)]
        assert "weather-bot" not in run.text().split("│")[0]
        assert run.app.model.person("weather-bot") is None


async def test_an_invalid_user_id_is_refused_in_the_prompt(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("plus", "ctrl+u", "a", "space", "b", "enter")
        assert "A user ID is 1 to 32 of" in run.text()
        assert run.fake.called("subscribe_user_status") == []
        await run.press("escape")
        assert "A user ID" not in run.text()


async def test_a_query_adds_an_event_but_no_row(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.others["stranger"] = status("stranger", ONLINE, "Hello")
        await run.press("I", "ctrl+u")
        await run.type("stranger", "enter")
        assert run.events()[-1] == "notice stranger ONLINE Hello (asked)"
        assert run.app.model.person("stranger") is None


async def test_subscribing_adds_a_stranger_with_their_status(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.others["stranger"] = status("stranger", ONLINE, "Hello")
        await run.press("plus", "ctrl+u")
        await run.type("stranger", "enter")
        await run.settle()
        assert "stranger ◉ ONLINE Hello" in run.compact_text()
        assert "stranger" in StateFile(tmp_path).state.subscriptions


async def test_the_status_box_sets_a_text_with_an_end(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("s", *"on", "tab", *"30m", "enter")
        assert run.fake.called("set_self_status") == [("On the call", at(14, 35) + 2_000)]


async def test_the_status_box_offers_the_typed_text_itself(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("s", *"on", "up", "enter")
        assert run.fake.called("set_self_status") == [("on", None)]


async def test_the_status_box_says_why_a_text_is_too_long(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("s")
        await run.type("東" * 34)
        assert "102 / 100" in run.text()
        await run.press("enter")
        assert "Too long by 2 bytes" in run.text()
        assert run.fake.called("set_self_status") == []


async def test_letters_are_text_in_an_input(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("s")
        await run.type("quiet", "enter")
        assert run.fake.called("set_self_status") == [("quiet", None)]
        assert run.app.is_running


async def test_an_error_is_a_sentence_in_the_events(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        code = ErrorCode.ERR_SVR_ACCOUNT_USER_STATUS_DISABLED
        run.fake.fail("get_user_status", IMError(code))
        await run.press("I", "enter")
        assert run.events()[-1].startswith("notice 72001 · The app's console has user status")


async def test_the_events_name_the_device_that_made_a_change(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.push_own("Listening to music", PHONE)
        await run.settle()
        assert "“Listening to music”  from phone" in run.text()


async def test_a_new_device_is_counted_and_adds_an_event(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        phone = device("phone", "phone", Platform.ANDROID)
        run.fake.listener.on_self_devices_changed([device(HERE, "laptop"), phone])
        await run.settle()
        assert "laptop + 1 device" in run.lines()[0]
        assert run.events()[-1] == "device phone (Android) logged in"


async def test_a_lost_connection_shows_at_once_and_counts_down(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.lose_connection(4.0)
        await run.settle(0)
        await run.settle(0.3)
        top = run.lines()[0]
        assert "connecting again in 4 s (r: now)" in top
        assert "statuses as of 14:05" in top
        assert "◦ OFFLINE" in top
        assert "◉ ONLINE On the call as of 14:05" in run.compact_text()
        await run.settle(2.0)
        assert "connecting again in 2 s" in run.lines()[0]
        await run.press("r")
        assert run.fake.called("reconnect_now") == [()]


async def test_a_narrow_stale_list_shows_its_time(tmp_path: Path) -> None:
    async with running(tmp_path, size=(66, 12)) as run:
        run.fake.lose_connection()
        await run.settle()
        assert "Friends as of 14:05" in run.compact_text()


async def test_a_reconnect_refreshes_everything(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.lose_connection()
        await run.settle()
        run.fake.friends["carol"] = status("carol", OFFLINE)
        run.fake.reconnect()
        await run.settle()
        await run.settle()
        assert run.lines()[0].endswith("connected")
        assert "as of" not in run.text()
        assert "friend carol OFFLINE" in run.events()
        assert run.events()[-1] == "connection connected again"


async def test_statuses_stay_stale_until_they_are_loaded_again(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.lose_connection()
        refused = IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR)
        run.fake.fail("get_friend_list", refused)
        run.fake.reconnect()
        await run.settle()
        assert "as of 14:05" in run.text()
        await run.settle(10.0)
        await run.settle()
        assert "as of" not in run.text()


async def test_a_status_that_cannot_be_queried_becomes_unknown(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.lose_connection()
        disabled = IMError(ErrorCode.ERR_SVR_ACCOUNT_USER_STATUS_DISABLED)
        run.fake.fail("get_user_status", disabled)
        run.fake.reconnect()
        await run.settle()
        await run.settle()
        assert "weather-bot ? UNKNOWN" in run.compact_text()


async def test_the_own_text_is_restored_after_going_offline(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.app.late.dispatcher.put_status("Tea")
        await run.settle()
        run.fake.lose_connection()
        await run.settle()
        run.fake.reconnect(status("alice", since=at(14, 9)))
        await run.settle()
        assert run.fake.called("set_self_status")[-1] == ("Tea", None)
        assert "notice put your text back after the reconnect" in run.events()


async def test_restoring_the_own_text_can_be_turned_off(tmp_path: Path) -> None:
    async with running(tmp_path, settings="restore_status = false") as run:
        run.app.late.dispatcher.put_status("Tea")
        await run.settle()
        run.fake.lose_connection()
        run.fake.reconnect(status("alice", since=at(14, 9)))
        await run.settle()
        assert len(run.fake.called("set_self_status")) == 1


async def test_cleared_subscriptions_are_restored_in_order(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        assert StateFile(tmp_path).state.subscriptions == ("weather-bot", "mallory")
        run.fake.lose_connection()
        run.fake.subscriptions, run.fake.cleared_at = ["mallory"], at(14, 8)
        removed = ["weather-bot"]
        run.fake.listener.on_subscriptions_changed([], removed, SubscriptionReason.RESYNC)
        run.fake.reconnect()
        await run.settle()
        assert run.fake.called("subscribe_user_status") == [(["weather-bot"],)]
        run.fake.lose_connection()
        run.fake.subscriptions = []
        run.fake.reconnect()
        await run.settle()
        assert len(run.fake.called("subscribe_user_status")) == 1


async def test_subscriptions_removed_elsewhere_are_not_restored(tmp_path: Path) -> None:
    async with running(tmp_path):
        pass
    fake = sample_client()
    fake.subscriptions = ["mallory"]
    async with running(tmp_path, fake):
        assert fake.called("subscribe_user_status") == []
        assert StateFile(tmp_path).state.subscriptions == ("mallory",)


async def test_an_accounts_first_start_subscribes_to_the_demo_once(tmp_path: Path) -> None:
    fake = sample_client()
    fake.subscriptions = []
    async with running(tmp_path, fake, first_subscriptions=("weather-bot", "alice")) as run:
        assert fake.called("subscribe_user_status") == [(["weather-bot"],)]
        assert "weather-bot ◉ ONLINE" in run.compact_text()
    fake = sample_client()
    fake.subscriptions = []
    async with running(tmp_path, fake, first_subscriptions=("weather-bot",)):
        assert fake.called("subscribe_user_status") == []


async def test_an_unwritable_state_is_reported_and_harmless(tmp_path: Path) -> None:
    (tmp_path / "state.json").mkdir()
    async with running(tmp_path) as run:
        assert any("What you choose cannot be kept" in one for one in run.events())
        await run.press("ctrl+p", "l", "enter")
        assert "Listening to music" in run.lines()[0]


async def test_the_first_login_is_retried_until_the_backend_runs(tmp_path: Path) -> None:
    fake = sample_client()
    fake.fail("login", IMError(ErrorCode.ERR_SDK_NET_CONN_REFUSE))
    async with running(tmp_path, fake) as run:
        top = run.lines()[0]
        assert "trying again in" in top
        assert "9511" in top
        await run.settle(4.0)
        await run.settle()
        assert run.lines()[0].endswith("connected")
        assert len(fake.called("login")) == 2


async def test_a_refused_login_says_why_and_can_be_retried(tmp_path: Path) -> None:
    fake = sample_client()
    fake.fail("login", IMError(ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_ID))
    async with running(tmp_path, fake) as run:
        assert "70013 · The UserSig belongs to another user. Check --user." in run.lines()[0]
        await run.press("r")
        await run.settle()
        assert run.lines()[0].endswith("connected")


async def test_a_kicked_device_says_so_and_r_logs_in_again(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.listener.on_kicked_offline()
        await run.settle()
        assert "Kicked offline" in run.lines()[0]
        assert "(r: log in again)" in run.app.model.connection.reason
        assert "as of 14:05" in run.text()
        await run.press("r")
        await run.settle()
        assert run.lines()[0].endswith("connected")
        assert len(run.fake.called("login")) == 2


async def test_an_expired_usersig_says_what_to_do(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.listener.on_user_sig_expired()
        await run.settle()
        assert "get a new one" in run.lines()[0]


async def test_logging_out_leaves_the_account_unlogined(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+p")
        await run.type("log out", "enter")
        assert run.fake.called("logout") == [()]
        assert "◌ UNLOGINED" in run.lines()[0]
        assert "Logged out on this device" in run.lines()[0]


async def test_a_logout_that_fails_leaves_nothing_live(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.fail("logout", IMError(ErrorCode.ERR_SDK_NET_WAIT_ACK_TIMEOUT))
        await run.press("ctrl+p")
        await run.type("log out", "enter")
        assert run.app.model.connection.link is Link.STOPPED
        assert run.app.model.connection.stale
        assert run.lines()[0].startswith(" alice  logged out  ")
        await run.press("r")
        assert run.lines()[0].endswith("connected")


async def test_a_text_set_while_disconnected_is_not_replaced_by_the_old_one(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.app.late.dispatcher.put_status("Tea")
        await run.settle()
        run.fake.lose_connection()
        run.app.late.dispatcher.put_status("New")
        await run.settle()
        run.fake.reconnect(status("alice", text="New", since=at(14, 9)))
        await run.settle()
        assert [args[0] for args in run.fake.called("set_self_status")] == ["Tea", "New"]


@pytest.mark.parametrize("by", [PHONE, THIS_DEVICE])
async def test_a_text_is_not_restored_over_a_newer_one(tmp_path: Path, by: ChangedBy) -> None:
    async with running(tmp_path) as run:
        run.app.late.dispatcher.put_status("Tea")
        await run.settle()
        run.fake.lose_connection()
        await run.settle()
        newer = status("alice", text="Newer", since=at(14, 9), changed_by=by)
        run.fake.reconnect(newer)
        await run.settle()
        assert len(run.fake.called("set_self_status")) == 1


async def test_logging_out_beside_another_device_claims_no_status(tmp_path: Path) -> None:
    fake = sample_client()
    fake.devices = [device(HERE, "laptop"), device("phone", "phone")]
    async with running(tmp_path, fake) as run:
        await run.press("ctrl+p")
        await run.type("log out", "enter")
        assert run.lines()[0].startswith(" alice  logged out  ")


async def test_a_failed_join_shows_the_reason_and_can_be_retried(tmp_path: Path) -> None:
    attempts: list[int] = []

    async def join() -> Identity:
        attempts.append(1)
        if len(attempts) == 1:
            raise JoinError("No backend could be started.")
        return account(tmp_path)

    async with running(tmp_path, join=join) as run:
        assert "No backend could be started. (r: try again)" in run.lines()[0]
        await run.press("r")
        await run.settle()
        assert run.lines()[0].endswith("connected")


async def test_a_change_of_do_not_disturb_is_painted_once_after_several_joins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as run:
        for _ in range(3):
            run.app.joined(account(tmp_path))
        await run.settle()
        painted: list[object] = []
        monkeypatch.setattr(run.app.main.top_line, "refresh", lambda: painted.append(1))
        run.app.late.memory.update(lambda state: replace(state, quiet=True))
        await run.settle()
        assert len(painted) == 1


async def test_the_embedded_backend_is_revived_once(tmp_path: Path) -> None:
    revived = asyncio.Event()

    async def revive() -> None:
        revived.set()

    async with running(tmp_path, revive=revive) as run:
        run.fake.lose_connection()
        await run.settle()
        assert revived.is_set()
        assert run.fake.called("reconnect_now") == [()]
        run.fake.lose_connection()
        await run.settle()
        assert len(run.fake.called("reconnect_now")) == 1


async def test_a_damaged_settings_file_is_reported_and_the_defaults_apply(tmp_path: Path) -> None:
    async with running(tmp_path, settings="presets = [") as run:
        assert "settings.toml:1: " in run.events()[0]
        assert run.app.late.dispatcher.choices()[0].text == "Listening to music"


async def test_an_unknown_theme_is_reported(tmp_path: Path) -> None:
    async with running(tmp_path, settings='theme = "no such"') as run:
        assert "There is no theme “no such”." in run.events()[0]


async def test_a_known_theme_is_used(tmp_path: Path) -> None:
    async with running(tmp_path, settings='theme = "nord"') as run:
        assert run.app.theme == "nord"


async def test_a_status_change_updates_the_row_and_its_position(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.push(status("erin", ONLINE, "Back"))
        await run.settle()
        assert run.compact_text().splitlines()[6].startswith("erin ◉ ONLINE Back")
        assert "6 of 9 online" in run.text()


async def test_the_list_is_not_sorted_under_a_moving_cursor(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.pilot.press("down")
        run.fake.push(status("bob", OFFLINE))
        await run.pilot.pause()
        run.clock.advance(0.5)
        await run.pilot.pause()
        assert "bob ◦ OFFLINE" in run.compact_text().splitlines()[3]
        assert run.app.main.friend_list.selected == "carol"
        await run.settle(1.0)
        assert "bob" not in run.lines()[3]
        assert run.app.main.friend_list.selected == "carol"


async def test_the_cursor_stops_on_headings_too(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        friend_list = run.app.main.friend_list
        await run.pilot.press("end")
        assert friend_list.selected == "mallory"
        await run.pilot.press("up", "up")
        assert friend_list.selected == ""
        await run.pilot.press("down")
        assert friend_list.selected == "weather-bot"
        await run.pilot.press("home")
        assert friend_list.selected == "bob"


async def test_the_mouse_selects_and_runs_commands(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.pilot.click("FriendList", offset=(3, 2))
        assert run.app.main.friend_list.selected == "dave"
        await run.pilot.click("KeyLine", offset=(15, 0))
        await run.settle()
        assert "What are you up to?" in run.text()


def _flood(run: Running, number: int) -> None:
    for n in range(number):
        run.fake.push(status("bob", ONLINE, f"text {n}"))


async def test_the_event_pane_follows_the_end(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 24)) as run:
        _flood(run, 100)
        await run.settle()
        assert "“text 99”" in run.text()
        _flood(run, 3)
        await run.settle()
        assert "“text 2”" in run.text()


async def test_the_event_pane_stays_where_it_was_scrolled_to(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 24)) as run:
        _flood(run, 100)
        await run.settle()
        await run.press("e", "pageup")
        before = [line.split("│")[1][:36].rstrip() for line in run.lines()[3:22]]
        _flood(run, 50)
        await run.settle()
        assert [line.split("│")[1][:36].rstrip() for line in run.lines()[3:22]] == before
        assert "End: newest" in run.text()
        await run.press("end")
        assert "“text 49”" in run.text()


async def test_the_event_pane_is_bounded(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 24)) as run:
        _flood(run, 10_100)
        await run.settle()
        assert run.app.main.event_pane.virtual_size.height == 10_000
        assert "“text 10099”" in run.text()
        await run.press("e", "home")
        top = run.app.main.event_pane.scroll_offset.y
        assert top == 0
        _flood(run, 10)
        await run.settle()
        assert run.app.main.event_pane.virtual_size.height == 10_000


async def test_events_are_rewrapped_after_a_resize(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 24)) as run:
        run.fake.push_own("Listening to music", PHONE)
        await run.settle()
        assert "from phone (Android)" in run.text()
        await run.pilot.resize_terminal(140, 24)
        await run.settle()
        assert "“Listening to music”  from phone (Android)" in run.text()


async def test_an_idle_app_has_only_one_timer(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.settle(10)
        assert run.clock.waiting == 1, "the check of the settings file"


async def test_quitting_closes_the_socket(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("q")
        assert not run.app.is_running
    assert run.fake.closed
    assert run.fake.called("logout") == []


async def test_help_explains_keys_badges_and_marks(tmp_path: Path) -> None:
    async with running(tmp_path, size=(120, 60)) as run:
        await run.press("question_mark")
        for words in ("◌ UNLOGINED", "/status", "Be told once, when"):
            assert words in run.text()
        await run.press("end")
        for words in ("/palette", "your devices coming and going"):
            assert words in run.text()


async def test_the_theme_command_offers_themes(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("t")
        await run.type("nord", "enter")
        assert run.app.theme == "nord"


async def test_an_empty_list_says_how_to_add_a_friend(tmp_path: Path) -> None:
    async with running(tmp_path, FakeClient()) as run:
        assert "a adds a friend" in run.text()
        assert run.app.model.connection.link is Link.CONNECTED


async def test_ascii_mode_draws_only_ascii(tmp_path: Path) -> None:
    fake = FakeClient(own=status("alice", ONLINE))
    async with running(tmp_path, fake, ascii=True) as run:
        await run.press("ctrl+p")
        assert "Listening to music" in run.text()
        assert run.text().isascii()
        await run.press("escape", "s")
        assert run.text().isascii()
        await run.press("escape", "question_mark")
        assert run.text().isascii()


@pytest.mark.parametrize("evil", ["a [/] b", "[bold", "[@click=app.quit]x[/]", "\x1b]52;c;x\x07"])
async def test_markup_in_an_error_is_text(tmp_path: Path, evil: str) -> None:
    async with running(tmp_path) as run:
        run.fake.fail("get_user_status", IMError(ErrorCode.ERR_INVALID_PARAMETERS, evil))
        await run.press("I", "enter")
        assert evil.replace("\x1b", "\ufffd").replace("\x07", "\ufffd") in run.events()[-1]
        assert run.app.is_running


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("hi", "hi"),
        ("no", "no"),
        ("lunch", "lunch"),
        ("l", "Listening to music"),
        ("on the", "On the call"),
        ("listening to MUSIC", "Listening to music"),
    ],
)
async def test_enter_in_the_status_box_completes_a_text_or_takes_it_as_typed(
    tmp_path: Path, typed: str, expected: str
) -> None:
    async with running(tmp_path) as run:
        await run.press("s")
        await run.type(typed, "enter")
        assert run.fake.called("set_self_status") == [(expected, None)]


async def test_the_event_pane_follows_the_end_through_resizes(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 24)) as run:
        for number in range(40):
            run.app.model.feed.emit(EventKind.NOTICE, f"notice {number}")
        await run.settle()
        assert "notice 39" in run.text()
        for size in ((120, 60), (80, 24), (80, 12), (120, 24)):
            await run.pilot.resize_terminal(*size)
            await run.settle()
            run.app.model.feed.emit(EventKind.NOTICE, f"at {size}")
            await run.settle()
            assert f"at {size}" in run.text()


async def test_each_of_many_rows_of_the_status_box_stays_on_one_line(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as run:
        for number in range(12):
            run.app.late.dispatcher.put_status(f"text {number}")
            await run.settle()
        await run.press("s")
        rows = [line for line in run.lines() if "used once" in line]
        assert len(rows) == 9
        assert all(" text " in row for row in rows)


async def test_a_command_without_effect_says_so(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("a", "ctrl+u")
        await run.type("bob", "enter")
        assert "bob is a friend already" in " ".join(run.text().split())
        await run.press("minus", "ctrl+u")
        await run.type("bob", "enter")
        assert "was not subscribed" in run.text()


async def test_a_too_long_text_stays_on_its_row_and_enter_says_why(tmp_path: Path) -> None:
    async with running(tmp_path, size=(80, 24)) as run:
        await run.press("s")
        await run.type("x" * 101, "enter")
        assert "101 / 100" in run.text()
        assert "Too long by 1 byte: shorten it." in run.text()
        assert sum("xxxx" in line for line in run.lines()) == 2
        assert run.fake.called("set_self_status") == []


async def test_quitting_on_the_last_device_says_that_the_text_is_gone(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("s")
        await run.type("Writing", "enter")
        await run.press("q")
        assert run.app.farewell.startswith("You are OFFLINE now, without “Writing”.")


async def test_quitting_on_one_of_two_devices_says_nothing(tmp_path: Path) -> None:
    fake = sample_client()
    fake.devices = [device(HERE, "laptop"), device("phone", "phone")]
    async with running(tmp_path, fake) as run:
        await run.press("s")
        await run.type("Writing", "enter")
        await run.press("q")
        assert run.app.farewell == ""


@pytest.mark.parametrize("size", [(80, 24), (50, 15), (40, 11), (30, 9)])
async def test_the_status_box_shows_its_error_at_every_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with running(tmp_path, size=size) as run:
        await run.press("s")
        await run.type("x" * 101, "enter")
        assert "Too long by 1 byte" in run.text()
        await run.press("backspace")
        assert "Too long" not in run.text()
